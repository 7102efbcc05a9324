/** What a server task's `execution` asks the service for. The spelling of its keys is free: in-box tasks use both cases. */
import type { TaskDefinition } from '../task-definition.ts';

export interface ServerRequest {
  endpointId: string;
  url: string;
  method: string;
  headers: string;
  body: string;
  expression: string;
  waitForCompletion: string;
}

export interface EventLimit {
  event: 'TaskAssigned' | 'TaskStarted' | 'TaskCompleted';
  seconds: number;
}

export interface HttpRequestExecution {
  kind: 'HttpRequest';
  execute: ServerRequest;
  cancel: ServerRequest | undefined;
  limits: EventLimit[];
}

export interface ChainLink {
  request: ServerRequest;
  /** Name to expression. */
  outputs: [string, string][];
  skip: string;
  continuePolling: string;
  retrySeconds: number;
}

export interface ChainExecution {
  kind: 'HttpRequestChain';
  links: ChainLink[];
}

type Json = Record<string, unknown>;

function at(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.entries(object).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}
const textAt = (object: unknown, key: string): string => String(at(object, key) ?? '');

/** `hh:mm:ss` in seconds; the service's limit for an event is 72 hours. */
function seconds(text: string, what: string): number {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text);
  if (!match) throw new Error(`${what} must be hh:mm:ss, but is '${text}'.`);
  const [days, hours, minutes, rest] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return ((days * 24 + hours) * 60 + minutes) * 60 + rest;
}

function readRequest(fields: unknown): ServerRequest {
  const method = textAt(fields, 'Method').toUpperCase();
  const url = textAt(fields, 'EndpointUrl');
  if (url === '') throw new Error('The request of the server task has no EndpointUrl.');
  return {
    endpointId: textAt(fields, 'EndpointId'),
    url,
    method,
    headers: textAt(fields, 'Headers'),
    body: textAt(fields, 'Body'),
    expression: textAt(fields, 'Expression'),
    waitForCompletion: textAt(fields, 'WaitForCompletion') || 'false',
  };
}

const maxEventSeconds = 72 * 60 * 60;

function readLimits(events: unknown): EventLimit[] {
  const names = ['TaskAssigned', 'TaskStarted', 'TaskCompleted'] as const;
  return names.flatMap((event) => {
    const timeout = textAt(at(events, event), 'Timeout');
    if (timeout === '') return [];
    const limit = seconds(timeout, `The timeout of ${event}`);
    if (limit > maxEventSeconds) throw new Error(`The timeout of ${event} is more than 72 hours.`);
    return [{ event, seconds: limit }];
  });
}

function readLink(fields: unknown): ChainLink {
  const options = at(fields, 'ExecutionOptions');
  const outputs = at(options, 'OutputVariables');
  const named = typeof outputs === 'string' ? (JSON.parse(outputs) as Json) : ((outputs ?? {}) as Json);
  return {
    request: readRequest(at(fields, 'RequestInputs')),
    outputs: Object.entries(named).map(([name, expression]): [string, string] => [name, String(expression)]),
    skip: textAt(options, 'SkipSectionExpression'),
    continuePolling: textAt(options, 'ContinuePollingExpression'),
    retrySeconds: seconds(textAt(options, 'DurationBetweenRetries') || '00:00:30', 'DurationBetweenRetries'),
  };
}

/** Reads `execution` of a server task. Throws for a handler that the sandbox doesn't have. */
export function readExecution({ name, execution }: TaskDefinition): HttpRequestExecution | ChainExecution {
  const single = at(execution, 'HttpRequest');
  if (single) {
    const cancel = at(single, 'Cancel');
    return {
      kind: 'HttpRequest',
      execute: readRequest(at(single, 'Execute')),
      cancel: cancel === undefined ? undefined : readRequest(cancel),
      limits: readLimits(at(single, 'Events')),
    };
  }
  const chain = at(at(execution, 'HttpRequestChain'), 'Execute');
  if (Array.isArray(chain)) return { kind: 'HttpRequestChain', links: chain.map(readLink) };
  const known = 'HttpRequest and HttpRequestChain';
  throw new Error(`The sandbox can't run the server task ${name}: it runs ${known}, ManualValidation and Delay.`);
}
