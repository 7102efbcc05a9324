/** Sends a request of a server task, as its definition describes it. */
import type { ServiceConnection } from '../../contracts.ts';
import { type HttpsAnswer, sendHttps } from '../../https-request.ts';
import { toBoolean, type Value } from '../expression/values.ts';
import { authorizationFor } from './connection.ts';
import { evaluateCriteria, shownValue, statusName } from './criteria.ts';
import type { ServerRequest } from './execution.ts';
import { lookUpFor, type ServerTask, variablesOf } from './task.ts';
import { fillTemplate } from './template.ts';

/** The service gives a request this long; a task that needs longer waits for an event instead. */
const requestMs = 20_000;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'];

function connectionOf({ endpointId }: ServerRequest, task: ServerTask): ServiceConnection | undefined {
  const id = fillTemplate(endpointId, lookUpFor(task, undefined)).trim().toLowerCase();
  if (id === '') return undefined;
  const found = task.connections.find((connection) => connection.id.toLowerCase() === id);
  if (!found) throw new Error(`The service connection '${id}' could not be found.`);
  return found;
}

function headersOf(text: string): Record<string, string> {
  if (text.trim() === '') return {};
  let headers: unknown;
  try {
    headers = JSON.parse(text);
  } catch {
    headers = undefined;
  }
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new Error('The headers of the request are not a JSON object.');
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** A text of the request with its connection's values and the outputs of earlier requests filled in. */
export function filled(text: string, request: ServerRequest, task: ServerTask, outputs?: Map<string, Value>): string {
  return fillTemplate(text, lookUpFor(task, connectionOf(request, task), outputs));
}

export interface SendOptions {
  outputs?: Map<string, Value>;
  /** Ends the request; the task's own signal unless said otherwise. */
  signal?: AbortSignal;
}

/** Sends the request and resolves with its answer; throws when there is none, or when it is not a success (2xx). */
export async function send(request: ServerRequest, task: ServerTask, options: SendOptions = {}): Promise<HttpsAnswer> {
  const fill = (text: string): string => filled(text, request, task, options.outputs);
  const connection = connectionOf(request, task);
  const method = fill(request.method).toUpperCase();
  if (!methods.includes(method)) throw new Error(`'${method}' is not a method of HTTP.`);
  // `$(endpoint.url)/x` and `$(endpoint.url)x` mean the same.
  const url = fill(request.url).replace(/(?<!:)\/{2,}/g, '/');
  if (!URL.canParse(url)) throw new Error(`'${url}' is not the address of a request.`);
  const body = fill(request.body);
  const headers = headersOf(fill(request.headers));
  if (connection) headers.Authorization = await authorizationFor(connection, task.signIn);
  task.write(`${method} ${url}`);
  const answer = await sendHttps({
    method,
    url: new URL(url).href,
    headers,
    body: method === 'GET' || method === 'HEAD' ? undefined : body,
    ca: task.signIn.ca,
    timeoutMs: requestMs,
    signal: options.signal ?? task.signal,
  });
  task.write(`Response code: ${statusName(answer.status)}`);
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`${method} ${url} was answered with ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
}

/** Whether an expression about the answer holds; a true one when there is none. The log shows what it came to. */
export function holds(
  expression: string,
  request: ServerRequest,
  task: ServerTask,
  answer: HttpsAnswer | undefined,
  outputs?: Map<string, Value>,
): boolean {
  if (expression.trim() === '') return true;
  const text = filled(expression, request, task, outputs);
  const value = evaluateCriteria(text, { answer, inputs: task.inputs, variables: variablesOf(task, outputs) });
  task.write(`${text} is ${shownValue(value)}`);
  return toBoolean(value);
}
