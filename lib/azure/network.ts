import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { createDefaultHttpClient, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { messageOf, UserError } from '../core/errors.ts';
import { PROXY_REFUSED, withoutQuery } from './no-answer.ts';

/** How the agent reaches the outside, as it was configured: `config.sh --proxyurl ... --sslcacert ... --sslskipcertvalidation`. */
export interface NetworkSettings {
  proxy?: {
    url: string;
    username?: string | undefined;
    password?: string | undefined;
    /** Regular expressions; addresses that match one of them are reached without the proxy. */
    bypass: readonly string[];
  };
  /** File with further certificate authorities, in PEM. */
  caFile?: string | undefined;
  skipCertificateValidation?: boolean;
}

/** Requests that must not meet a connection that the other side may have closed already ask for one of their own. */
type Proxied = HttpsProxyAgent<string>;

/**
 * The transport of every request: Azure, sign-in and storage. The agent's own settings win over `HTTPS_PROXY`, which the
 * library knows; `NO_PROXY` and `NODE_EXTRA_CA_CERTS` count in both cases.
 * @throws UserError `NetworkSettingsInvalid`
 */
export function createTransport(settings: NetworkSettings, env: NodeJS.ProcessEnv = process.env): HttpClient {
  const client = createDefaultHttpClient();
  const tls = tlsOptions(settings, env);
  const proxy = settings.proxy && proxyAgent(settings.proxy, tls);
  return {
    sendRequest(request) {
      if (isOwnMachine(request.url)) delete request.agent;
      else if (proxy) setProxy(request, isBypassed(request.url, settings.proxy?.bypass ?? [], env) ? undefined : proxy);
      if (request.agent instanceof HttpsProxyAgent) refuseWithProxy(request.agent);
      else if (request.disableKeepAlive && request.url.startsWith('https:')) request.agent = new Agent();
      if (Object.keys(tls).length > 0) request.requestOverrides = { ...request.requestOverrides, ...tls };
      return client.sendRequest(request);
    },
  };
}

function setProxy(request: PipelineRequest, proxy: Proxied | undefined): void {
  if (proxy) request.agent = proxy;
  else delete request.agent;
}

/** The address of managed identities is the machine's own, which no proxy can reach. */
function isOwnMachine(url: string): boolean {
  return new URL(url).hostname.startsWith('169.254.');
}

/** True for an address that is reached without the proxy: by the agent's list or by `NO_PROXY`. */
export function isBypassed(url: string, bypass: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const { hostname } = new URL(url);
  const names = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((name) => name.trim().replace(/^\*?\./, ''));
  if (names.some((name) => name !== '' && (name === '*' || hostname === name || hostname.endsWith(`.${name}`))))
    return true;
  return bypass.some((pattern) => matches(pattern, withoutQuery(url)));
}

function matches(pattern: string, url: string): boolean {
  try {
    return new RegExp(pattern, 'i').test(url);
  } catch {
    // The agent's expressions are .NET's; the few that JavaScript can't read are taken as a part of the address.
    return url.toLowerCase().includes(pattern.toLowerCase());
  }
}

function proxyAgent({ url, username, password }: NonNullable<NetworkSettings['proxy']>, tls: TlsOptions): Proxied {
  try {
    const address = new URL(url);
    if (username) address.username = encodeURIComponent(username);
    if (password) address.password = encodeURIComponent(password);
    return new HttpsProxyAgent(address.href, tls);
  } catch (error) {
    throw invalid(`the address of its proxy is not a URL`, error);
  }
}

/** A proxy's refusal would look like an answer of Azure: 403 as a missing role. */
function refuseWithProxy(agent: Proxied): void {
  if (agent.listenerCount('proxyConnect') > 0) return;
  agent.on('proxyConnect', ({ statusCode, statusText }, request: { destroy(error: Error): void }) => {
    if (statusCode === 200) return;
    const message = `the proxy ${agent.proxy.host} answered ${statusCode} ${statusText}`.trim();
    request.destroy(Object.assign(new Error(message), { code: PROXY_REFUSED }));
  });
}

interface TlsOptions {
  secureContext?: SecureContext;
  rejectUnauthorized?: boolean;
}

function tlsOptions({ caFile, skipCertificateValidation }: NetworkSettings, env: NodeJS.ProcessEnv): TlsOptions {
  if (skipCertificateValidation) return { rejectUnauthorized: false };
  if (!caFile) return {};
  // A list of authorities replaces Node's own, those of NODE_EXTRA_CA_CERTS included.
  const extra = env.NODE_EXTRA_CA_CERTS;
  const files = [caFile, ...(extra ? [extra] : [])];
  try {
    const ca = [...rootCertificates, ...files.map((file) => readFileSync(file, 'utf8'))];
    return { secureContext: createSecureContext({ ca }) };
  } catch (error) {
    throw invalid(`its certificate authorities (${files.join(', ')}) can't be read: ${messageOf(error)}`, error);
  }
}

function invalid(what: string, cause: unknown): UserError {
  return new UserError(
    {
      code: 'NetworkSettingsInvalid',
      message: `The agent's network settings can't be used: ${what}.`,
      fix: 'Correct the proxy or certificate settings of the agent, then restart it.',
    },
    { cause },
  );
}
