import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { UserError } from '../core/errors.ts';
import { AzureError, oddAnswer } from './failures.ts';
import { withoutQuery } from './no-answer.ts';
import { readRetryAfter } from './retry-after.ts';

export interface AzureAnswer<T> {
  status: number;
  body: T;
  /** The body as it came. */
  text: string;
  header(name: string): string | undefined;
}

/** The error of Resource Manager (`error`, `additionalInfo`), the data plane (`error`, `correlation`) and MLflow (`Error`). */
interface ErrorBody {
  error?: ServiceError;
  Error?: { Code?: string; Message?: string };
  error_code?: string;
  message?: string;
  correlation?: { request?: string } | null;
  Correlation?: { request?: string } | null;
}

interface ServiceError {
  code?: string;
  message?: string;
  details?: { code?: string; message?: string }[] | null;
  additionalInfo?: { type?: string; info?: { value?: { request?: string } | null } | null }[] | null;
}

/**
 * @param asText a success need not be JSON
 * @throws AzureError when the status is 400 or more
 * @throws UserError `RedirectNotFollowed` for a redirect to elsewhere, `AnswerNotUnderstood` for a success that is not JSON
 */
export function readAnswer<T>(response: PipelineResponse, asText = false): AzureAnswer<T> {
  const text = response.bodyAsText ?? '';
  const { request, status } = response;
  const body = parse(text);
  if (status >= 400) throw errorOf(response, (body ?? {}) as ErrorBody, text);
  // A redirect within the host was followed before; a token never goes elsewhere.
  if (status >= 300) throw redirected(response);
  if (body === undefined && text.trim() !== '' && !asText) throw oddAnswer(request.url, 'JSON', text, request.method);
  return { status, body: body as T, text, header: (name) => response.headers.get(name) };
}

function redirected({ request, status, headers }: PipelineResponse): UserError {
  const location = headers.get('location') ?? '';
  const host = URL.canParse(location, request.url) ? new URL(location, request.url).host : 'nowhere';
  return new UserError({
    code: 'RedirectNotFollowed',
    message: `Azure answered ${request.method} ${withoutQuery(request.url)} with ${status}, a redirect to ${host}, which is not followed.`,
    fix: 'Check whether a proxy wants people to sign in, and let the agent through without that.',
  });
}

function errorOf({ status, headers, request }: PipelineResponse, body: ErrorBody, text: string): AzureError {
  const { error, Error: ofMlflow, error_code, message } = body;
  const details = (error?.details ?? [])
    .map((detail) => readable(detail.message ?? ''))
    .filter((one) => one !== '' && one !== error?.message);
  const outer = error?.message ?? ofMlflow?.Message ?? message ?? (text.slice(0, 500) || 'no message');
  return new AzureError({
    status,
    code: error?.code ?? ofMlflow?.Code ?? error_code ?? headers.get('x-ms-error-code') ?? `Http${status}`,
    message: [readable(outer), ...details].join(' '),
    method: request.method,
    url: request.url,
    requestId: headers.get('x-ms-request-id') ?? headers.get('x-request-id') ?? correlated(body),
    retryAfterMs: readRetryAfter((name) => headers.get(name), Date.now()),
  });
}

/** The request id inside the body: answers of the data plane have none in their headers. */
function correlated({ error, correlation, Correlation }: ErrorBody): string | undefined {
  const ofArm = error?.additionalInfo?.find(({ type }) => type === 'Correlation')?.info?.value?.request;
  return correlation?.request ?? Correlation?.request ?? ofArm ?? undefined;
}

/**
 * A message that is JSON in text, as those of quota and of endpoints are
 * (`{"errors":{"VmSize":["Not enough quota ..."]},"title":"..."}`), as the sentences inside it.
 */
function readable(message: string): string {
  const { errors, title } = (parse(message) ?? {}) as { errors?: Record<string, unknown>; title?: string };
  if (errors === undefined || errors === null || typeof errors !== 'object') return message.trim();
  const sentences = Object.values(errors).flat().map(String);
  return sentences.length > 0 ? sentences.join(' ') : (title ?? message.trim());
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
