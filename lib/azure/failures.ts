import { UserError } from '../core/errors.ts';

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

  constructor(answer: {
    status: number;
    code: string;
    message: string;
    method: string;
    url: string;
    requestId?: string | undefined;
  }) {
    const target = answer.url.split('?')[0]!;
    super(`${answer.method} ${target} answered ${answer.status} ${answer.code}: ${answer.message}`);
    this.name = 'AzureError';
    this.status = answer.status;
    this.code = answer.code;
    this.serviceMessage = answer.message;
    this.method = answer.method;
    this.target = target;
    this.requestId = answer.requestId;
  }
}

/** A success without the content that was asked for: a proxy's page, or a service in trouble. */
export function oddAnswer(url: string, wanted: string, text: string): UserError {
  return new UserError({
    code: 'AnswerNotUnderstood',
    message: `Azure answered GET ${url.split('?')[0]} without ${wanted}: ${firstLine(text).slice(0, 200) || 'the answer is empty'}`,
    fix: 'Run the job again. If it fails again, check whether a proxy answers in place of Azure.',
  });
}

/** True for an answer with this status. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof AzureError && statuses.includes(error.status);
}

/** Fixes by the number of the Entra error (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const ENTRA_FIXES: [code: string, what: string, fix: string][] = [
  [
    'AADSTS7000222',
    'its client secret has expired',
    'Create a new secret and save it in the service connection, or convert the connection to workload identity federation, which has no secret.',
  ],
  ['AADSTS7000215', 'its client secret is wrong', 'Save the secret’s value (not its id) in the service connection.'],
  [
    'AADSTS700016',
    'its application does not exist in that tenant',
    'Check the application (client) id and the tenant id of the service connection.',
  ],
  [
    'AADSTS700024',
    'its federated token is outside its validity',
    'Check the clock of the agent’s machine; then run the job again.',
  ],
  ...['AADSTS70021', 'AADSTS700211', 'AADSTS700212', 'AADSTS700213'].map((code): [string, string, string] => [
    code,
    'no federated credential of the application matches this service connection',
    'Open the service connection, choose Edit and Verify, and compare issuer, subject and audience with the application’s federated credential.',
  ]),
  ['AADSTS90002', 'its tenant does not exist', 'Check the tenant id of the service connection.'],
  ['AADSTS53003', 'a conditional access policy blocks it', 'Ask your Entra administrator to exclude the application.'],
];

/** The code that the retry policy and `isPassing` know as a lost connection. */
export const LOST_CONNECTION = 'ECONNRESET';

/** The sign-in's error as one sentence with a fix (a `UserError`), or as a lost connection. */
export function explainSignIn(error: unknown): Error {
  if (error instanceof UserError) return error;
  const text = error instanceof Error ? error.message : String(error);
  // The identity library wraps what happened on the network; a long wait must be able to tell it from a refusal.
  if (/network_error|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|socket hang up/i.test(text))
    return Object.assign(new Error(`The sign-in service can't be reached: ${firstLine(text)}`), {
      code: LOST_CONNECTION,
    });
  const known = ENTRA_FIXES.find(([code]) => text.includes(`${code}:`));
  if (known) {
    const [code, what, fix] = known;
    return new UserError(
      {
        code: 'SignInFailed',
        message: `The service connection can't sign in: ${what} (${code}).`,
        fix,
      },
      { cause: error },
    );
  }
  return new UserError(
    {
      code: 'SignInFailed',
      message: `The service connection can't sign in: ${firstLine(text)}`,
      fix: 'Open the service connection in the project settings and choose Verify.',
    },
    { cause: error },
  );
}

/**
 * An answer of Azure that the pipeline's author can do something about, as a `UserError`; undefined for the rest
 * (an answer that only a defect of ours can cause).
 */
export function explainFailure(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  if (isNetworkFailure(error)) {
    return new UserError(
      {
        code: 'NetworkFailed',
        message: `Azure can't be reached: ${firstLine(error.message)}`,
        fix: 'Check that the agent’s machine resolves and reaches the address; a workspace behind a private endpoint needs an agent inside its network.',
      },
      { cause: error },
    );
  }
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
      'Check https://status.azure.com, then run the job again. The task finds what exists already and does not create it twice.',
    );
  if (error.status >= 400)
    return say(
      'RequestRefused',
      `Azure ML refused the request: ${error.serviceMessage.trim()}`,
      'Change what the message names, then run the job again.',
    );
  return undefined;
}

/** True for a failure that may be gone at the next try: the network, throttling, or the service itself. */
export function isPassing(error: unknown): boolean {
  return error instanceof AzureError ? error.status >= 500 || error.status === 429 : isNetworkFailure(error);
}

function isNetworkFailure(error: unknown): error is Error {
  const code = (error as { code?: unknown } | undefined)?.code;
  return (
    error instanceof Error &&
    typeof code === 'string' &&
    /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|REQUEST_SEND_ERROR|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/.test(
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
  return isPassing(error) || name === 'RestError' || name === 'AbortError' || name === 'TimeoutError';
}
