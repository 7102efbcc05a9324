/** The sandbox's own certificate authority: every server of the sandbox speaks HTTPS under it. */
import 'reflect-metadata';
import { type webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** PEM texts and the files that hold them. */
export interface TlsFiles {
  caFile: string;
  certFile: string;
  keyFile: string;
  /** The certificate authority's certificate. */
  ca: string;
  cert: string;
  key: string;
}

/** A certificate with its private key in one PEM text, as `ClientCertificateCredential` reads it. */
export interface ClientCertificate {
  pem: string;
  certificate: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};
const dayMs = 24 * 60 * 60 * 1000;

/** DNS wildcards cover one label, so every depth that clients use is named. */
const dnsNames = [
  'localhost',
  '*.localhost',
  '*.blob.core.localhost',
  '*.dfs.core.localhost',
  '*.file.core.localhost',
  '*.api.localhost',
  '*.azureml.localhost',
  '*.api.azureml.localhost',
  '*.sandbox.localhost',
  // Scoring hosts: the endpoint's name, the region.
  '*.eastus.inference.ml.azure.localhost',
];

/**
 * Makes the certificate authority and one server certificate in `folder`, or reuses those of an earlier run that are
 * still valid for a week.
 *
 * @throws when the folder can't be written.
 */
export async function prepareTls(folder: string): Promise<TlsFiles> {
  const caFile = join(folder, 'ca.pem');
  const certFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server-key.pem');
  if (!stillValid(caFile) || !stillValid(certFile) || !existsSync(keyFile) || !namesAll(certFile)) {
    mkdirSync(folder, { recursive: true });
    const made = await makeCertificates();
    writeFileSync(caFile, made.ca);
    writeFileSync(certFile, made.cert);
    writeFileSync(keyFile, made.key, { mode: 0o600 });
  }
  const read = (file: string) => readFileSync(file, 'utf8');
  return { caFile, certFile, keyFile, ca: read(caFile), cert: read(certFile), key: read(keyFile) };
}

/** Makes a self-signed RSA certificate for an app registration that signs in with a certificate. */
export async function makeClientCertificate(commonName: string): Promise<ClientCertificate> {
  const keys = await crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${commonName}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    signingAlgorithm: rsa,
    keys,
  });
  const text = certificate.toString('pem');
  return { pem: `${await privateKeyPem(keys.privateKey)}\n${text}\n`, certificate: text };
}

async function makeCertificates(): Promise<{ ca: string; cert: string; key: string }> {
  const validity = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + 365 * dayMs) };
  const caKeys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Model Bridge sandbox CA',
    ...validity,
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const serverKeys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=localhost',
    issuer: ca.subject,
    ...validity,
    signingAlgorithm: algorithm,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
      // Python 3.13 and later refuse a certificate without it.
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  return {
    ca: `${ca.toString('pem')}\n`,
    cert: `${server.toString('pem')}\n`,
    key: `${await privateKeyPem(serverKeys.privateKey)}\n`,
  };
}

function stillValid(file: string): boolean {
  if (!existsSync(file)) return false;
  return Date.parse(new X509Certificate(readFileSync(file)).validTo) > Date.now() + 7 * dayMs;
}

/** False for a certificate of an older sandbox, which has not all of the hosts. */
function namesAll(file: string): boolean {
  const names = new X509Certificate(readFileSync(file)).subjectAltName ?? '';
  return dnsNames.every((name) => names.split(', ').includes(`DNS:${name}`));
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

function serialNumber(): string {
  // A leading zero keeps the number positive.
  return `00${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')}`;
}
