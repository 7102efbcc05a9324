import { UserError } from '../core/errors.ts';
import { isCertificateFailure, isLasting, NoAnswerError, PROXY_REFUSED, withoutQuery } from './no-answer.ts';

/** A request that Azure answered with an error. */
export class AzureError extends Error {
  readonly status: number;
  /** The service's own code: `ResourceNotFound`, `UserError`. */
  readonly code: string;
  /** Innermost message of the service. */
  readonly serviceMessage: string;
  readonly method: string;
  /** Host and path, without the query, which may hold a signature. */
  readonly target: string;
  readonly requestId: string | undefined;
  /** Milliseconds after which the service wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(answer: {
    status: number;
    code: string;
    message: string;
    method: string;
    url: string;
    requestId?: string | undefined;
    retryAfterMs?: number | undefined;
  }) {
    const target = withoutQuery(answer.url);
    super(`${answer.method} ${target} answered ${answer.status} ${answer.code}: ${answer.message}`);
    this.name = 'AzureError';
    this.status = answer.status;
    this.code = answer.code;
    this.serviceMessage = answer.message;
    this.method = answer.method;
    this.target = target;
    this.requestId = answer.requestId;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** A success without the content that was asked for: a proxy's page, or a service in trouble. */
export function oddAnswer(url: string, wanted: string, text: string, method = 'GET'): UserError {
  return new UserError({
    code: 'AnswerNotUnderstood',
    message: `Azure answered ${method} ${withoutQuery(url)} without ${wanted}: ${firstLine(text).slice(0, 200) || 'the answer is empty'}`,
    fix: 'Run the job again. If it fails again, check whether a proxy answers in place of Azure.',
  });
}

/** True for a success without its content, which the next try may have. */
export function isOddAnswer(error: unknown): boolean {
  return error instanceof UserError && error.code === 'AnswerNotUnderstood';
}

/** True for an answer with this status. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof AzureError && statuses.includes(error.status);
}

/**
 * What an answer brings, or undefined when the service says that it does not exist.
 * @param statuses that say so; 404 unless the service has another way
 */
export async function ifFound<T>(answer: Promise<T>, ...statuses: number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, ...(statuses.length > 0 ? statuses : [404]))) return undefined;
    throw error;
  }
}

/**
 * An answer of Azure that the pipeline's author can do something about, as a `UserError`; undefined for the rest
 * (an answer that only a defect of ours can cause).
 */
export function explainFailure(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (error instanceof NoAnswerError) return explainNoAnswer(error);
  if (isNetworkFailure(error)) return unreachable(error.message, error);
  if (!(error instanceof AzureError)) return undefined;
  const request = error.requestId ? ` (request id ${error.requestId})` : '';
  const say = (code: string, message: string, fix: string): UserError =>
    new UserError({ code, message: `${message}${request}`, fix }, { cause: error });
  if (error.status === 401)
    return say(
      'NotAuthorized',
      `Azure did not accept the service connection's token: ${firstLine(error.serviceMessage)}`,
      'Verify the service connection; a connection of another tenant or cloud can’t reach this workspace.',
    );
  const account = /^https?:\/\/([^./]+)\.(?:blob|dfs)\./.exec(error.target)?.[1];
  if (error.status === 403 && account !== undefined)
    return say(
      'StorageForbidden',
      `The storage account '${account}' refused access: ${firstLine(error.serviceMessage)}`,
      `Give the service connection’s application the role Storage Blob Data Contributor on the storage account '${account}'; if the account has a firewall, let the agent through it.`,
    );
  if (error.status === 403)
    return say(
      'Forbidden',
      `The service connection may not do this: ${firstLine(error.serviceMessage)}`,
      'Give its application the role AzureML Data Scientist on the workspace; a new role assignment takes some minutes to work.',
    );
  if (error.status === 429)
    return say(
      'Throttled',
      `Azure keeps throttling requests: ${firstLine(error.serviceMessage)}`,
      'Run the job again later; many parallel jobs of one subscription share its limits.',
    );
  if (error.status >= 500)
    return say(
      'ServiceFailed',
      `Azure answered ${error.status} several times: ${firstLine(error.serviceMessage)}`,
      error.method === 'POST'
        ? CHECK_FIRST
        : 'Check https://status.azure.com, then run the job again. The task finds what exists already and does not create it twice.',
    );
  if (error.status >= 400)
    return say(
      'RequestRefused',
      `Azure ML refused the request: ${error.serviceMessage.trim()}`,
      'Change what the message names, then run the job again.',
    );
  return undefined;
}

/** What to do about a request that may have been accepted although the answer did not come. */
const CHECK_FIRST =
  'If the request starts a job, check in Azure ML studio whether that job exists before you run this again: such a request is not repeated, because each one would start another job.';

function explainNoAnswer(error: NoAnswerError): UserError {
  const say = (code: string, message: string, fix: string): UserError =>
    new UserError({ code, message, fix }, { cause: error });
  if (isCertificateFailure(error))
    return say(
      'CertificateNotTrusted',
      `The certificate of the other side is not trusted: ${error.message}`,
      'If a proxy inspects the traffic, give the agent its certificate authority: --sslcacert of the agent, or the environment variable NODE_EXTRA_CA_CERTS.',
    );
  if (error.code === PROXY_REFUSED)
    return say(
      'ProxyRefused',
      `The proxy did not let the request through: ${error.message}`,
      'Check the user name and password of the proxy in the agent’s settings, and that the proxy permits the host.',
    );
  if (error.stage === 'signIn')
    return say(
      'SignInUnavailable',
      error.message,
      'Check https://status.azure.com and the agent’s way to the sign-in service, then run the job again.',
    );
  if (error.method === 'POST' && error.stage === 'answer')
    return say('NetworkFailed', `Azure did not answer POST ${error.target}: ${error.message}`, CHECK_FIRST);
  return unreachable(error.message, error);
}

function unreachable(reason: string, cause: Error): UserError {
  return new UserError(
    {
      code: 'NetworkFailed',
      message: `Azure can't be reached: ${firstLine(reason)}`,
      fix: 'Check that the agent’s machine resolves and reaches the address, through its proxy if it has one; a workspace behind a private endpoint needs an agent inside its network.',
    },
    { cause },
  );
}

/** Statuses that the next try may not meet: of the service itself, of a gateway, and of too many requests. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/** True for a failure that may be gone at the next try: the network, throttling, the sign-in or the service itself. */
export function isPassing(error: unknown): boolean {
  if (error instanceof AzureError) return PASSING.has(error.status) || error.status > 505;
  if (error instanceof NoAnswerError) return !isLasting(error);
  return isOddAnswer(error) || isNetworkFailure(error);
}

/** Failures of Node's own network functions, as they come out of a stream that was cut. */
function isNetworkFailure(error: unknown): error is Error {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (
    error instanceof Error &&
    typeof code === 'string' &&
    /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|HPE_|ERR_STREAM_PREMATURE_CLOSE|REQUEST_SEND_ERROR)/.test(
      code,
    )
  );
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/)[0] ?? '';
}

/** A request that got no usable answer: its host can't be reached, or time ran out. */
export function isNoAnswer(error: unknown): boolean {
  const { name } = (error ?? {}) as { name?: string };
  return isPassing(error) || error instanceof NoAnswerError || name === 'AbortError' || name === 'TimeoutError';
}
