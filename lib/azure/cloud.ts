import { UserError } from '../core/errors.ts';
import type { AzureConnection } from './connection.ts';

/** The addresses of one Azure cloud. URLs have no trailing slash. */
export interface Cloud {
  name: string;
  /** Azure Resource Manager. */
  armUrl: string;
  /** Scope of tokens for Azure Resource Manager. */
  armScope: string;
  /** Scope of tokens for the Azure ML data plane. */
  mlScope: string;
  /** Microsoft Entra ID. */
  authorityUrl: string;
  /** Suffix of storage hosts: `core.windows.net`. */
  storageSuffix: string;
  /** False for clouds that the identity library doesn't know and must not look up at Microsoft's. */
  isPublic: boolean;
}

/** What `GET {arm}/metadata/endpoints` says about a cloud, as far as it is used. */
export interface CloudMetadata {
  name?: string;
  portal?: string;
  resourceManager?: string;
  authentication?: { loginEndpoint?: string };
  suffixes?: { storage?: string };
}

/**
 * Audience of the Azure ML data plane and storage suffix by cloud; neither is part of a service connection.
 * Source: azure-ai-ml `_azure_environments.py`.
 */
const KNOWN: Record<string, { authority: string; ml: string; storage: string }> = {
  AzureCloud: {
    authority: 'https://login.microsoftonline.com',
    ml: 'https://ml.azure.com',
    storage: 'core.windows.net',
  },
  AzureChinaCloud: {
    authority: 'https://login.chinacloudapi.cn',
    ml: 'https://ml.azure.cn',
    storage: 'core.chinacloudapi.cn',
  },
  AzureUSGovernment: {
    authority: 'https://login.microsoftonline.us',
    ml: 'https://ml.azure.us',
    storage: 'core.usgovcloudapi.net',
  },
};

/** Clouds whose Azure Resource Manager sits behind the known names; the connection's URL decides. */
const PUBLIC_ARM_HOSTS = new Set([
  'management.azure.com',
  'management.chinacloudapi.cn',
  'management.usgovcloudapi.net',
]);

/** Metadata of every cloud that this Azure Resource Manager knows (same document that the Azure CLI reads). */
export const CLOUD_METADATA_PATH = '/metadata/endpoints?api-version=2019-05-01';

/**
 * The cloud of a connection. For the three public clouds everything that is missing from a connection is known; for any other
 * (air-gapped clouds, Azure Stack, the sandbox) Azure Resource Manager itself is asked.
 * @param fetchMetadata answers `GET {armUrl}/metadata/endpoints?api-version=2019-05-01`
 * @throws UserError `ConnectionUrlInvalid`
 */
export async function cloudOf(
  connection: AzureConnection,
  fetchMetadata: (url: string) => Promise<CloudMetadata | CloudMetadata[]>,
): Promise<Cloud> {
  const armUrl = trimSlash(requireUrl(connection.url, 'URL'));
  const name = connection.data.environment || 'AzureCloud';
  const audience = trimSlash(connection.data.activedirectoryserviceendpointresourceid || armUrl);
  const given = connection.data.activedirectoryauthority;
  const authority = given && requireUrl(given, 'activeDirectoryAuthority');
  const known = KNOWN[name];
  if (known && PUBLIC_ARM_HOSTS.has(new URL(armUrl).hostname)) {
    return {
      name,
      armUrl,
      armScope: `${audience}/.default`,
      mlScope: `${known.ml}/.default`,
      authorityUrl: trimSlash(authority || known.authority),
      storageSuffix: known.storage,
      isPublic: true,
    };
  }
  const answer = await fetchMetadata(`${armUrl}${CLOUD_METADATA_PATH}`);
  const all = Array.isArray(answer) ? answer : [answer];
  const metadata =
    all.find((one) => one.name === name) ??
    all.find((one) => trimSlash(one.resourceManager ?? '') === armUrl) ??
    all[0];
  return {
    name,
    armUrl,
    armScope: `${audience}/.default`,
    mlScope: `${mlAudience(metadata?.portal)}/.default`,
    authorityUrl: trimSlash(authority || metadata?.authentication?.loginEndpoint || KNOWN.AzureCloud!.authority),
    storageSuffix: metadata?.suffixes?.storage ?? KNOWN.AzureCloud!.storage,
    isPublic: false,
  };
}

/** An address of the connection, which has to be one that tokens and secrets may be sent to. */
function requireUrl(address: string, what: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' && url.host !== '') return address;
  throw new UserError({
    code: 'ConnectionUrlInvalid',
    message: `The ${what} of the service connection is '${url ? `${url.protocol}//${url.host}` : address.slice(0, 100)}', which is not an HTTPS address.`,
    fix: 'Correct it in the service connection; for Azure the URL is https://management.azure.com/.',
  });
}

/** `https://portal.azure.example/` -> `https://ml.azure.example`: the rule of azure-ai-ml for unknown clouds. */
function mlAudience(portal: string | undefined): string {
  if (!portal || !URL.canParse(portal)) return KNOWN.AzureCloud!.ml;
  return `https://ml.azure.${new URL(portal).hostname.split('.').slice(2).join('.')}`;
}

export function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
