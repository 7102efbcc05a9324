/** The sandbox's token authority: the slice of Microsoft Entra ID that service connections sign in to. */
import { randomUUID } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import { checkAssertion } from './assertions.ts';
import type { ClientRegistration } from './clients.ts';
import { TokenError, tokenErrorBody, tokenErrors } from './errors.ts';
import type { SigningTokens } from './tokens.ts';

/** What the authority knows. */
export interface AuthorityOptions {
  tenantId: string;
  tokens: SigningTokens;
  clients: ClientRegistration[];
  /** The authority's own address, without a trailing slash. */
  url(): string;
  /** Issuer of the OIDC tokens of Azure DevOps. */
  oidcIssuer(): string;
  /** The resources that tokens are issued for, without a trailing slash. */
  audiences(): string[];
}

const tokenLifetimeSeconds = 3599;

/**
 * Routes: `POST /{tenant}/oauth2/v2.0/token` (client credentials with secret, certificate or federated assertion),
 * the OpenID configuration, the signing keys, and `GET /common/discovery/instance`.
 */
export function createAuthority(options: AuthorityOptions): express.Router {
  const router = express.Router();
  const tenantUrl = () => `${options.url()}/${options.tenantId}`;

  router.get('/common/discovery/instance', (_request, response) => {
    response.json({
      tenant_discovery_endpoint: `${tenantUrl()}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [],
    });
  });
  router.get('/:tenant/v2.0/.well-known/openid-configuration', (request, response) => {
    checkTenant(request, options);
    response.json({
      issuer: `${tenantUrl()}/v2.0`,
      token_endpoint: `${tenantUrl()}/oauth2/v2.0/token`,
      authorization_endpoint: `${tenantUrl()}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${tenantUrl()}/oauth2/v2.0/devicecode`,
      jwks_uri: `${tenantUrl()}/discovery/v2.0/keys`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      response_types_supported: ['code', 'id_token', 'token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      cloud_instance_name: new URL(options.url()).host,
      tenant_region_scope: null,
    });
  });
  router.get('/:tenant/discovery/v2.0/keys', async (request, response) => {
    checkTenant(request, options);
    response.json(await options.tokens.jwks());
  });
  router.post('/:tenant/oauth2/v2.0/token', express.urlencoded({ extended: false }), async (request, response) => {
    response.set('Cache-Control', 'no-store, no-cache');
    response.json(await answerToken(request, options));
  });
  router.use((request) => {
    throw tokenErrors.noSuchAddress(`${request.method} ${request.path}`);
  });
  router.use((error: unknown, request: Request, response: Response, _next: express.NextFunction) => {
    const known = error instanceof TokenError ? error : tokenErrors.unreadable((error as Error).message);
    const correlationId = String(request.headers['client-request-id'] ?? randomUUID());
    response.status(known.status).json(tokenErrorBody(known, correlationId));
  });
  return router;
}

async function answerToken(request: Request, options: AuthorityOptions): Promise<object> {
  checkTenant(request, options);
  const form: Record<string, string | undefined> = request.body ?? {};
  if (!form.grant_type) throw tokenErrors.missing('grant_type');
  if (form.grant_type !== 'client_credentials') throw tokenErrors.badGrant(form.grant_type);
  if (!form.client_id) throw tokenErrors.missing('client_id');
  if (!form.scope) throw tokenErrors.missing('scope');
  const client = options.clients.find(({ clientId }) => clientId === form.client_id);
  if (!client) throw tokenErrors.unknownClient(form.client_id, options.tenantId);

  if (form.client_assertion) {
    const tokenUrl = `${options.url()}/${request.params.tenant}/oauth2/v2.0/token`;
    await checkAssertion(form.client_assertion, client, {
      tokenUrl,
      tokens: options.tokens,
      oidcIssuer: options.oidcIssuer(),
    });
  } else if (form.client_secret) {
    if (client.secret === undefined || form.client_secret !== client.secret)
      throw tokenErrors.badSecret(client.clientId);
    if (client.secretExpired) throw tokenErrors.expiredSecret(client.clientId);
  } else throw tokenErrors.noCredential();

  return {
    token_type: 'Bearer',
    expires_in: tokenLifetimeSeconds,
    ext_expires_in: tokenLifetimeSeconds,
    access_token: await options.tokens.issue({
      aud: audienceOf(form.scope, options),
      sub: client.objectId,
      appid: client.clientId,
      role: client.role,
      seconds: tokenLifetimeSeconds,
    }),
  };
}

/** The audience that a `{resource}/.default` scope asks for; `https://x//.default` keeps its first slash, as in Entra. */
function audienceOf(scope: string, options: AuthorityOptions): string {
  const wanted = scope.split(' ').find((part) => part.endsWith('/.default'));
  if (!wanted) throw tokenErrors.badScope(scope);
  const resource = wanted.slice(0, -'/.default'.length);
  if (!options.audiences().includes(resource.replace(/\/$/, ''))) {
    throw tokenErrors.unknownResource(resource, options.tenantId);
  }
  return resource;
}

function checkTenant(request: Request, options: AuthorityOptions): void {
  const tenant = String(request.params.tenant);
  if (tenant.toLowerCase() !== options.tenantId) throw tokenErrors.unknownTenant(tenant);
}
