/** What a server task's request takes from its service connection: `endpoint.*` in texts, and the token that it carries. */
import type { ServiceConnection } from '../../contracts.ts';
import { sendHttps } from '../../https-request.ts';

/** `url`, then data and authorization parameters that are not secret, as `$(endpoint.<name>)` gives them. */
export function endpointValue(connection: ServiceConnection, name: string): string | undefined {
  const wanted = name.toLowerCase();
  if (wanted === 'url') return connection.url;
  const open = Object.entries(connection.parameters).filter(([key]) => !/key|secret|password|certificate/i.test(key));
  return [...Object.entries(connection.data), ...open].find(([key]) => key.toLowerCase() === wanted)?.[1];
}

export interface SignIn {
  ca: string;
  /** Where an OIDC token for the job is asked for. */
  oidcRequestUri: string;
  accessToken: string;
}

async function jsonOf(
  answer: Promise<{ status: number; text: string }>,
  what: string,
): Promise<Record<string, string>> {
  const { status, text } = await answer;
  if (status === 200) return JSON.parse(text);
  throw new Error(`${what} was refused with ${status}: ${text.slice(0, 300)}`);
}

/** A fresh assertion for a connection with workload identity federation. */
async function assertionFor(
  { id, name }: ServiceConnection,
  { ca, oidcRequestUri, accessToken }: SignIn,
): Promise<string> {
  const answer = sendHttps({
    method: 'POST',
    url: `${oidcRequestUri}?api-version=7.1&serviceConnectionId=${id}`,
    headers: { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' },
    ca,
    timeoutMs: 20_000,
  });
  return (await jsonOf(answer, `The OIDC token for the service connection ${name}`)).oidcToken!;
}

/** The header that the service makes from the connection: a token for Azure Resource Manager. */
export async function authorizationFor(connection: ServiceConnection, signIn: SignIn): Promise<string> {
  const { parameters, data, scheme, name } = connection;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: parameters.serviceprincipalid ?? '',
    scope: `${data.activeDirectoryServiceEndpointResourceId}/.default`,
  });
  if (scheme === 'WorkloadIdentityFederation') {
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    form.set('client_assertion', await assertionFor(connection, signIn));
  } else if (scheme === 'ServicePrincipal') form.set('client_secret', parameters.serviceprincipalkey ?? '');
  else
    throw new Error(`The service can't sign in with the service connection ${name}: managed identities need an agent.`);
  const answer = sendHttps({
    method: 'POST',
    url: `${data.activeDirectoryAuthority}${parameters.tenantid}/oauth2/v2.0/token`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    ca: signIn.ca,
    timeoutMs: 20_000,
  });
  return `Bearer ${(await jsonOf(answer, `The sign-in of the service connection ${name}`)).access_token}`;
}
