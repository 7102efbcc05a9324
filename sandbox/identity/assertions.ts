/** Checks the assertions that stand in for a client secret: federated tokens and certificates. */
import { createHash, X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { type ClientRegistration, federationAudience } from './clients.ts';
import { tokenErrors } from './errors.ts';
import type { SigningTokens } from './tokens.ts';

/**
 * Accepts `assertion` for the client or throws a `TokenError`.
 *
 * An assertion whose issuer is the client itself is signed with its certificate; any other comes from a federated
 * issuer (Azure DevOps), whose tokens the sandbox signs with its own key.
 */
export async function checkAssertion(
  assertion: string,
  client: ClientRegistration,
  endpoint: { tokenUrl: string; tokens: SigningTokens; oidcIssuer: string },
): Promise<void> {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(assertion);
  } catch {
    throw tokenErrors.badAssertion('The assertion is not a JSON Web Token.');
  }
  if (claims.iss === client.clientId) await checkCertificate(assertion, claims, client, endpoint.tokenUrl);
  else await checkFederated(assertion, claims, client, endpoint);
}

async function checkFederated(
  assertion: string,
  claims: JWTPayload,
  client: ClientRegistration,
  { tokens, oidcIssuer }: { tokens: SigningTokens; oidcIssuer: string },
) {
  const audience = String(claims.aud ?? '');
  await tokens.verifySignature(assertion).catch((error: unknown) => {
    throw error instanceof errors.JWTExpired
      ? tokenErrors.assertionExpired()
      : tokenErrors.badAssertion('The signature does not match a key of the issuer.');
  });
  const known = client.federatedSubject !== undefined && claims.sub === client.federatedSubject;
  // An access token of ours would have the right signature too, but not the issuer.
  if (!known || audience !== federationAudience || claims.iss !== oidcIssuer) {
    throw tokenErrors.noFederatedIdentity(claims.iss ?? '', claims.sub ?? '', audience);
  }
}

async function checkCertificate(assertion: string, claims: JWTPayload, client: ClientRegistration, tokenUrl: string) {
  if (!client.certificate) throw tokenErrors.badAssertion('The application has no certificate.');
  const certificate = new X509Certificate(client.certificate);
  const header = decodeProtectedHeader(assertion) as Record<string, unknown>;
  const thumbprint = (hash: string) => createHash(hash).update(certificate.raw).digest('base64url');
  const named = header.x5t === thumbprint('sha1') || header['x5t#S256'] === thumbprint('sha256');
  if (!named) throw tokenErrors.badAssertion('The thumbprint in the header belongs to another certificate.');
  try {
    await jwtVerify(assertion, certificate.publicKey, {
      algorithms: ['RS256', 'PS256'],
      subject: client.clientId,
      audience: [tokenUrl],
    });
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw tokenErrors.assertionExpired();
    throw tokenErrors.badAssertion(`${(error as Error).message}; expected audience ${tokenUrl}, got ${claims.aud}.`);
  }
}
