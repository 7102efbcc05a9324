import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose';
import type { Sandbox } from '../contracts.ts';
import { createTokens, type SigningTokens } from '../identity/tokens.ts';
import { startSandbox } from '../sandbox.ts';
import { send, signIn } from './http.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

describe('the token authority', () => {
  let sandbox: Sandbox;
  let folder: string;
  /** The sandbox's own key, to make assertions that Azure DevOps would not issue. */
  let tokens: SigningTokens;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'identity-'));
    sandbox = await startSandbox({ data: folder });
    tokens = await createTokens(join(folder, 'identity'), sandbox.settings.tenantId);
  });
  after(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const rejects = async (answer: ReturnType<typeof signIn>, status: number, error: string, code: number) => {
    const { status: given, body } = await answer;
    assert.deepEqual([given, body.error, body.error_codes], [status, error, [code]]);
    assert.match(body.error_description, new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: `));
    for (const field of ['timestamp', 'trace_id', 'correlation_id']) assert.ok(body[field], field);
  };
  const assertion = (claims: { aud?: string; sub?: string; issuer?: string; seconds?: number } = {}) =>
    tokens.issue({
      aud: 'api://AzureADTokenExchange',
      sub: 'sc://sandbox/mlops/sandbox-wif',
      issuer: `${sandbox.devops.collectionUrl}_oidc`,
      ...claims,
    });
  const exchange = async (jwt: string, connection = 'sandbox-wif') =>
    signIn(sandbox, connection, { client_assertion: jwt, client_assertion_type: jwtBearer });

  it('answers a secret with a token whose signature its published keys prove', async () => {
    const { status, body } = await signIn(sandbox, 'sandbox');
    assert.deepEqual([status, body.token_type], [200, 'Bearer']);
    const tenant = `${sandbox.identityUrl}/${sandbox.settings.tenantId}`;
    const configuration = await send(sandbox, `${tenant}/v2.0/.well-known/openid-configuration`);
    assert.equal(configuration.body.token_endpoint, `${tenant}/oauth2/v2.0/token`);
    const keys = await send(sandbox, configuration.body.jwks_uri);
    const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(keys.body));
    assert.equal(payload.aud, sandbox.azuremlUrl);
    assert.equal(payload.role, 'contributor');
  });

  it('keeps the slash of a scope with two', async () => {
    const { body } = await signIn(sandbox, 'sandbox', { scope: `${sandbox.azuremlUrl}//.default` });
    assert.equal(decodeJwt(body.access_token).aud, `${sandbox.azuremlUrl}/`);
  });

  it('names every mistake as Microsoft Entra does', async () => {
    await rejects(signIn(sandbox, 'sandbox', { client_secret: 'wrong' }), 401, 'invalid_client', 7000215);
    await rejects(signIn(sandbox, 'sandbox-expired'), 401, 'invalid_client', 7000222);
    await rejects(signIn(sandbox, 'sandbox', { client_id: 'nobody' }), 400, 'unauthorized_client', 700016);
    await rejects(signIn(sandbox, 'sandbox', { tenant: 'elsewhere' }), 400, 'invalid_request', 90002);
    await rejects(signIn(sandbox, 'sandbox', { scope: 'https://other/.default' }), 400, 'invalid_resource', 500011);
    await rejects(signIn(sandbox, 'sandbox', { scope: 'openid' }), 400, 'invalid_scope', 1002012);
    await rejects(signIn(sandbox, 'sandbox', { grant_type: 'password' }), 400, 'unsupported_grant_type', 70003);
    await rejects(signIn(sandbox, 'sandbox-wif'), 401, 'invalid_client', 7000218);
  });

  it('exchanges the OIDC token of a service connection, and no other', async () => {
    assert.equal((await exchange(await assertion())).status, 200);
    const refused: [Parameters<typeof assertion>[0], number][] = [
      [{ seconds: -10 }, 700024],
      [{ sub: 'sc://sandbox/mlops/other' }, 70021],
      [{ aud: 'https://ml.azure.localhost' }, 70021],
    ];
    for (const [claims, code] of refused) await rejects(exchange(await assertion(claims)), 401, 'invalid_client', code);
    await rejects(exchange(await assertion(), 'sandbox'), 401, 'invalid_client', 70021);
    for (const issuer of [tokens.issuer, 'https://elsewhere']) {
      await rejects(exchange(await assertion({ issuer })), 401, 'invalid_client', 70021);
    }
    const [head, , signature] = (await assertion()).split('.');
    const [, otherClaims] = (await assertion({ seconds: 100 })).split('.');
    await rejects(exchange([head, otherClaims, signature].join('.')), 401, 'invalid_client', 700027);
  });

  it('exchanges what Azure DevOps issues to a job', async () => {
    const run = sandbox.devops.createRun({
      definitionName: 'oidc',
      branch: 'refs/heads/main',
      commit: '0'.repeat(40),
      reason: 'manual',
      repository: 'oidc',
    });
    const { accessToken, oidcRequestUri } = await run.jobCredentials('5ab0c1de-0000-4000-8000-000000000077');
    const { id } = sandbox.connections.find(({ name }) => name === 'sandbox-wif')!;
    const url = `${oidcRequestUri}?api-version=7.1&serviceConnectionId=${id}`;
    const issued = await send(sandbox, url, { method: 'POST', headers: { Authorization: `Bearer ${accessToken}` } });
    assert.equal(issued.status, 200, JSON.stringify(issued.body));
    const { status, body } = await exchange(issued.body.oidcToken);
    assert.equal(status, 200, JSON.stringify(body));
    const reused = await send(sandbox, url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${body.access_token}` },
    });
    assert.equal(reused.status, 401, 'a token for Azure is none for Azure DevOps');
  });

  it('accepts an assertion signed with the client certificate', async () => {
    const pem = readFileSync(join(folder, 'identity', 'sandbox.pem'), 'utf8');
    const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
    const clientId = sandbox.environment.AZURE_CLIENT_ID!;
    const tokenUrl = `${sandbox.identityUrl}/${sandbox.settings.tenantId}/oauth2/v2.0/token`;
    const signed = (audience: string) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'RS256', x5t: createHash('sha1').update(certificate.raw).digest('base64url') })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(audience)
        .setExpirationTime('5m')
        .sign(createPrivateKey(pem));
    assert.equal((await exchange(await signed(tokenUrl), 'sandbox')).status, 200);
    await rejects(exchange(await signed('https://elsewhere'), 'sandbox'), 401, 'invalid_client', 700027);
  });

  it('answers what it does not know, and what it cannot read, as JSON', async () => {
    const known = await send(sandbox, `${sandbox.identityUrl}/nothing`);
    assert.deepEqual([known.status, known.body.error], [404, 'invalid_request']);
    const url = `${sandbox.identityUrl}/${sandbox.settings.tenantId}/oauth2/v2.0/token`;
    const long = await send(sandbox, url, { body: new URLSearchParams({ grant_type: 'x'.repeat(300_000) }) });
    assert.deepEqual([long.status, long.body.error], [400, 'invalid_request']);
  });
});
