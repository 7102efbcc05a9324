/** The app registrations behind the sandbox's service connections. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeClientCertificate } from '../tls.ts';

/** An app registration with its credentials. */
export interface ClientRegistration {
  /** Name of the service connection that uses it. */
  connection: string;
  clientId: string;
  /** Object id of the service principal: the `sub` and `oid` of its tokens. */
  objectId: string;
  role: 'contributor' | 'reader';
  secret?: string;
  secretExpired?: boolean;
  /** PEM of the certificate that may sign assertions instead of the secret. */
  certificate?: string;
  /** Subject of the federated credential. */
  federatedSubject?: string;
}

/** Audience that workload identity federation demands of an assertion. */
export const federationAudience = 'api://AzureADTokenExchange';

/**
 * Subject of the assertion that Azure DevOps issues for a service connection:
 * `sc://{organization}/{project}/{connection}`.
 */
export const federatedSubject = (connection: string): string => `sc://sandbox/mlops/${connection}`;

/**
 * The app registrations. Secrets are made at the first start and kept in `folder`, beside `sandbox.pem`, a
 * certificate that signs in as the connection `sandbox`.
 */
export async function loadClients(folder: string): Promise<ClientRegistration[]> {
  mkdirSync(folder, { recursive: true });
  const secret = (name: string) => keep(join(folder, `${name}.secret`), () => randomBytes(24).toString('base64url'));
  const certificateFile = join(folder, 'sandbox.pem');
  if (!existsSync(certificateFile)) {
    writeFileSync(certificateFile, (await makeClientCertificate('sandbox')).pem, { mode: 0o600 });
  }
  const pem = readFileSync(certificateFile, 'utf8');
  const certificate = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----'));
  return [
    { ...registration('sandbox', 1), role: 'contributor', secret: secret('sandbox'), certificate },
    { ...registration('sandbox-wif', 2), role: 'contributor', federatedSubject: federatedSubject('sandbox-wif') },
    { ...registration('sandbox-reader', 3), role: 'reader', secret: secret('sandbox-reader') },
    {
      ...registration('sandbox-expired', 4),
      role: 'contributor',
      secret: secret('sandbox-expired'),
      secretExpired: true,
    },
    { ...registration('sandbox-prod', 5), role: 'contributor', secret: secret('sandbox-prod') },
  ];
}

function registration(connection: string, number: number) {
  return {
    connection,
    clientId: `5ab0c1de-0000-4000-8000-00000000c00${number}`,
    objectId: `5ab0c1de-0000-4000-8000-00000000d00${number}`,
  };
}

function keep(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}
