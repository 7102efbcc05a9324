import type { PipelineRequest } from '@azure/core-rest-pipeline';

/** How far a request came: the sign-in before it failed, no connection was made, or its bytes may have reached the service. */
export type Stage = 'signIn' | 'connect' | 'answer';

/** A request that got no answer. Its message and target have no query, which may hold a signature. */
export class NoAnswerError extends Error {
  /** Node's code, such as `ECONNRESET`. */
  readonly code: string;
  readonly stage: Stage;
  readonly method: string;
  /** Host and path. */
  readonly target: string;

  constructor(
    message: string,
    { code, stage, method, url }: { code: string; stage: Stage; method: string; url: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'NoAnswerError';
    this.code = code;
    this.stage = stage;
    this.method = method;
    this.target = withoutQuery(url);
  }
}

/** The code of a proxy that refused the connection. */
export const PROXY_REFUSED = 'PROXY_REFUSED';

/** Codes of OpenSSL and Node for a certificate that is not trusted, has expired or is of another host. */
const CERTIFICATE =
  /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT)/;
/** With these no byte of the request left the agent. */
const BEFORE_THE_REQUEST = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', PROXY_REFUSED]);

/** True when another try meets the same: a certificate, a proxy that refuses, a side that does not speak TLS. */
export function isLasting(error: { code: string }): boolean {
  return isCertificateFailure(error) || error.code === PROXY_REFUSED || isWithoutTls(error.code);
}

function isWithoutTls(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

/** True when the certificate of the host is the problem. */
export function isCertificateFailure({ code }: { code: string }): boolean {
  return CERTIFICATE.test(code);
}

/**
 * What an HTTP client threw, as a request without an answer; the error itself when it is something else, such as the
 * caller's own cancellation.
 */
export function noAnswerOf(
  error: unknown,
  request: Pick<PipelineRequest, 'method' | 'url' | 'abortSignal' | 'timeout'>,
): unknown {
  if (error instanceof NoAnswerError || !(error instanceof Error)) return error;
  const { name, code, statusCode } = error as Error & { code?: string; statusCode?: number };
  // The library reports a timeout as an abort.
  const isTimeout = name === 'AbortError' && !request.abortSignal?.aborted;
  if (!isTimeout && (name !== 'RestError' || statusCode !== undefined)) return error;
  const known = isTimeout ? 'ETIMEDOUT' : (code ?? 'REQUEST_SEND_ERROR');
  const isBefore = BEFORE_THE_REQUEST.has(known) || CERTIFICATE.test(known);
  const { host } = new URL(request.url);
  const reason = isTimeout ? `no answer within ${Math.round(request.timeout / 1000)} s` : reasonOf(error, known);
  return new NoAnswerError(
    `${host}: ${reason}`,
    { code: known, stage: isBefore ? 'connect' : 'answer', method: request.method, url: request.url },
    { cause: error },
  );
}

/** The error's first line without queries of addresses; the texts of the TLS library are not meant for people. */
function reasonOf({ message }: Error, code: string): string {
  if (isWithoutTls(code)) return 'the other side does not speak TLS, as HTTPS needs';
  if (code.startsWith('HPE_')) return 'the other side does not speak HTTP';
  const line = (message.split(/\r?\n/)[0] ?? '').replace(/(https?:\/\/[^\s?]*)\?\S*/g, '$1');
  return line || code;
}

/** An address as it may be printed: queries hold signatures. */
export function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0]!;
}
