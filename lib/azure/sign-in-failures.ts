import { UserError } from '../core/errors.ts';

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

/** Entra's own words for a failure that passes (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
export function isTransientSignIn(error: unknown): boolean {
  return /temporarily_unavailable|AADSTS(90033|50196|90100):/.test(textOf(error));
}

/** A refused sign-in as one sentence with a fix. */
export function explainSignIn(error: unknown): UserError {
  if (error instanceof UserError) return error;
  const text = textOf(error);
  const say = (message: string, fix: string): UserError =>
    new UserError(
      { code: 'SignInFailed', message: `The service connection can't sign in: ${message}`, fix },
      { cause: error },
    );
  if (text.includes('SYSTEM_OIDCREQUESTURI') || text.includes('systemAccessToken is a required parameter'))
    return say(
      'the agent gave the task no way to ask for its federated token.',
      'Run the task in a job on an agent of Azure Pipelines; a container or a script that starts it must pass SYSTEM_OIDCREQUESTURI on.',
    );
  const known = ENTRA_FIXES.find(([code]) => text.includes(`${code}:`));
  if (known) return say(`${known[1]} (${known[0]}).`, known[2]);
  return say(firstLine(text), 'Open the service connection in the project settings and choose Verify.');
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line that says something. A description may carry a whole answer, with its headers. */
function firstLine(text: string): string {
  const line = text.trim().split(/\r?\n/)[0] ?? '';
  return line.length > 500 ? `${line.slice(0, 500)}...` : line;
}
