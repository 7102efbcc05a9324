import { UserError } from '../core/errors.ts';
import type { Cloud } from './cloud.ts';

/**
 * Suffixes of Azure ML's own hosts by the audience of its tokens: regions (`eastus.api.azureml.ms`), private workspaces
 * (`{id}.workspace.eastus.api.azureml.ms`), registries, run history (`*.experiments.azureml.net`) and endpoints
 * (`{endpoint}.{region}.inference.ml.azure.com`). Source: azure-ai-ml `_azure_environments.py` and recorded answers.
 */
const DATA_PLANE: Record<string, readonly string[]> = {
  'ml.azure.com': ['api.azureml.ms', 'experiments.azureml.net', 'ml.azure.com'],
  'ml.azure.cn': ['ml.azure.cn'],
  'ml.azure.us': ['ml.azure.us'],
};

type Addresses = Pick<Cloud, 'armUrl' | 'mlScope' | 'isPublic'>;

/**
 * True for an address that may see this cloud's tokens: Azure Resource Manager itself, or the cloud's data plane. In clouds
 * that are not Microsoft's public ones, hosts that share the domain of Azure Resource Manager count as its data plane. Hosts
 * of this machine count only when Azure Resource Manager runs on it too.
 */
export function isTrusted(cloud: Addresses, address: string): boolean {
  const url = parse(address);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  const arm = new URL(cloud.armUrl);
  if (url.host === arm.host) return true;
  if (isLoopback(arm.hostname)) return isLoopback(url.hostname);
  if (isLoopback(url.hostname) || (cloud.isPublic && url.port !== '')) return false;
  return suffixesOf(cloud, arm.hostname).some((suffix) => isBelow(url.hostname, suffix));
}

function suffixesOf({ mlScope, isPublic }: Addresses, arm: string): readonly string[] {
  const ml = new URL(mlScope).hostname;
  const dataPlane = DATA_PLANE[ml] ?? [ml];
  if (isPublic) return [arm, ...dataPlane];
  const domain = arm.slice(arm.indexOf('.') + 1);
  // Without at least two labels it is not a domain of anybody's, and parts of an IP address are not a domain.
  const isDomain = domain.includes('.') && !/^[\d.]+$/.test(arm) && !arm.startsWith('[');
  return [arm, ...dataPlane, ...(isDomain ? [domain] : [])];
}

/**
 * The address, when it may see this cloud's tokens.
 * @param from where the address comes from, for the message: `the mlFlowTrackingUri of the workspace 'ws'`
 * @throws UserError `HostNotTrusted`
 */
export function requireTrusted(cloud: Addresses, address: string, from: string): string {
  if (isTrusted(cloud, address)) return address;
  throw notTrusted(address, from, `which is not a host of this cloud (${new URL(cloud.armUrl).host})`);
}

/** The address, when it is an HTTPS one. @throws UserError `HostNotTrusted` */
export function requireHttps(address: string, from: string): string {
  if (parse(address)?.protocol === 'https:') return address;
  throw notTrusted(address, from, 'which is not an HTTPS address');
}

function notTrusted(address: string, from: string, why: string): UserError {
  const url = parse(address);
  const host = url?.host ? `${url.protocol}//${url.host}` : 'something that is not a URL';
  return new UserError({
    code: 'HostNotTrusted',
    message: `The service connection's token was not sent: ${from} names ${host}, ${why}.`,
    fix: 'Find out who set this address. If it belongs to the cloud, check the environment and the URL of the service connection.',
  });
}

function parse(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

function isBelow(host: string, suffix: string): boolean {
  return host === suffix || host.endsWith(`.${suffix}`);
}

function isLoopback(host: string): boolean {
  return isBelow(host, 'localhost') || /^127(\.\d+){3}$/.test(host) || host === '[::1]';
}
