/** Issues and checks the sandbox's JSON Web Tokens. */
import { randomUUID, type webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  exportSPKI,
  generateKeyPair,
  importPKCS8,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { TokenClaims, Tokens } from '../contracts.ts';

/** `Tokens` with what the identity part itself needs. */
export interface SigningTokens extends Tokens {
  /** Public key in PEM, for parts that check signatures in another thread. */
  publicKeyPem: string;
  /** Payload of a token signed with our key, whoever its issuer says it is; throws when signature or times are wrong. */
  verifySignature(token: string): Promise<Record<string, unknown>>;
}

/**
 * Loads the signing key from `folder`, or makes one there.
 *
 * Access tokens carry the issuer `https://sts.windows.net/{tenant}/`, as Microsoft Entra's tokens for ARM and storage
 * do; Azurite accepts no other.
 */
export async function createTokens(folder: string, tenantId: string): Promise<SigningTokens> {
  const { privateKey, publicKey } = await loadKeys(folder);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const defaultIssuer = `https://sts.windows.net/${tenantId}/`;

  return {
    issuer: defaultIssuer,
    publicKeyPem: await exportSPKI(publicKey),
    issue({ aud, sub, appid, role, seconds, issuer }) {
      const now = Math.floor(Date.now() / 1000);
      const identity = { sub, oid: sub, tid: tenantId, ver: '1.0', ...(appid && { appid, appidacr: '1' }) };
      return (
        new SignJWT({ ...identity, ...(role && { role }) })
          .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
          .setIssuer(issuer ?? defaultIssuer)
          .setAudience(aud)
          // A minute of slack for clocks, as Entra grants it.
          .setIssuedAt(now)
          .setNotBefore(now - 60)
          .setExpirationTime(now + (seconds ?? 3600))
          .setJti(randomUUID())
          .sign(privateKey)
      );
    },
    async verify(token) {
      const { payload } = await jwtVerify(token, publicKey, { algorithms: ['RS256'], issuer: defaultIssuer });
      return payload as unknown as TokenClaims;
    },
    async verifySignature(token) {
      return (await jwtVerify(token, publicKey, { algorithms: ['RS256'] })).payload;
    },
    async jwks() {
      // x5t is absent on purpose: the key has no certificate.
      return { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] };
    },
  };
}

async function loadKeys(folder: string): Promise<{ privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey }> {
  const file = join(folder, 'signing-key.pem');
  if (existsSync(file)) {
    const privateKey = await importPKCS8(readFileSync(file, 'utf8'), 'RS256', { extractable: true });
    const { kty, n, e } = await exportJWK(privateKey);
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const publicJwk = { kty: kty as string, n: n as string, e: e as string };
    return { privateKey, publicKey: await crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']) };
  }
  const keys = await generateKeyPair('RS256', { extractable: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, await exportPKCS8(keys.privateKey), { mode: 0o600 });
  return keys;
}
