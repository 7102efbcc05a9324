/** Errors of the token endpoint in Microsoft Entra's words. */
import { randomUUID } from 'node:crypto';

/** An error that the token endpoint answers. */
export class TokenError extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;

  constructor(status: number, error: string, code: number, message: string) {
    super(message);
    this.status = status;
    this.error = error;
    this.code = code;
  }
}

/** The codes that clients and their users meet; texts follow the service's. */
export const tokenErrors = {
  badSecret: (clientId: string) =>
    new TokenError(
      401,
      'invalid_client',
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    ),
  expiredSecret: (clientId: string) =>
    new TokenError(
      401,
      'invalid_client',
      7000222,
      `The provided client secret keys for app '${clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    ),
  unknownClient: (clientId: string, tenant: string) =>
    new TokenError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    ),
  assertionExpired: () =>
    new TokenError(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.'),
  badAssertion: (reason: string) =>
    new TokenError(
      401,
      'invalid_client',
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application, or the assertion failed signature validation. ${reason}`,
    ),
  noFederatedIdentity: (issuer: string, subject: string, audience: string) =>
    new TokenError(
      401,
      'invalid_client',
      70021,
      `No matching federated identity record found for presented assertion. Assertion Issuer: '${issuer}'. Assertion Subject: '${subject}'. Assertion Audience: '${audience}'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation`,
    ),
  unknownTenant: (tenant: string) =>
    new TokenError(
      400,
      'invalid_request',
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    ),
  unknownResource: (resource: string, tenant: string) =>
    new TokenError(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    ),
  badScope: (scope: string) =>
    new TokenError(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    ),
  missing: (name: string) =>
    new TokenError(400, 'invalid_request', 900144, `The request body must contain the following parameter: '${name}'.`),
  noCredential: () =>
    new TokenError(
      401,
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
  noSuchAddress: (address: string) =>
    new TokenError(404, 'invalid_request', 90006, `The sandbox's token authority does not answer ${address}.`),
  unreadable: (message: string) =>
    new TokenError(400, 'invalid_request', 90014, `The request could not be read: ${message}.`),
  badGrant: (grant: string) =>
    new TokenError(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`),
};

/** The JSON body of an error: Entra repeats the ids and the time in the description. */
export function tokenErrorBody(error: TokenError, correlationId: string): object {
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const traceId = randomUUID();
  return {
    error: error.error,
    error_description: `AADSTS${error.code}: ${error.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [error.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
  };
}
