/** What client processes get in their environment: addresses, credentials, the CA and the resolver. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloudName } from './connections.ts';
import type { WorkspaceSettings } from './contracts.ts';
import type { ClientRegistration } from './identity/clients.ts';
import type { TlsFiles } from './tls.ts';

const resolverFolder = fileURLToPath(new URL('./resolver/', import.meta.url));

/** Where Linux distributions and macOS keep the system's root certificates. */
const systemRoots = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The variables that only make the sandbox reachable. `REQUESTS_CA_BUNDLE` and `SSL_CERT_FILE` replace a client's roots,
 * so their file holds the system's roots (or those of a bundle already set) as well as the sandbox's CA;
 * `NODE_EXTRA_CA_CERTS` adds, so it names the CA alone. `NODE_OPTIONS` and `PYTHONPATH` keep what they had.
 */
export function clientEnvironmentFor(tls: TlsFiles, folder: string): Record<string, string> {
  const bundle = join(folder, 'ca-bundle.pem');
  const present = [process.env.REQUESTS_CA_BUNDLE, process.env.SSL_CERT_FILE, ...systemRoots];
  const roots = present.find((file) => file !== undefined && file !== bundle && existsSync(file));
  writeFileSync(bundle, `${roots ? readFileSync(roots, 'utf8') : ''}\n${tls.ca}`);
  const nodeResolver = `--require=${quoted(join(resolverFolder, 'node-resolver.cjs'))}`;
  return {
    NODE_EXTRA_CA_CERTS: tls.caFile,
    REQUESTS_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
    NODE_OPTIONS: prepend(nodeResolver, process.env.NODE_OPTIONS, ' '),
    PYTHONPATH: prepend(join(resolverFolder, 'python'), process.env.PYTHONPATH, ':'),
  };
}

/** Everything that `--env-file` writes, under the names that the official clients read. */
export function clientSettings(options: {
  settings: WorkspaceSettings;
  client: ClientRegistration;
  azuremlUrl: string;
  identityUrl: string;
  mlflowUri: string;
  mlflowToken: string;
  devops: { organizationUrl: string; project: string; token: string };
  clientEnvironment: Record<string, string>;
}): Record<string, string> {
  const { settings, client, azuremlUrl, identityUrl, devops } = options;
  return {
    ARM_CLOUD_METADATA_URL: `${azuremlUrl}/metadata/endpoints?api-version=2019-05-01`,
    AZUREML_CURRENT_CLOUD: cloudName,
    // Read by azure-ai-ml; the default would name a host outside the sandbox.
    REGISTRY_DISCOVERY_ENDPOINT_URL: `${azuremlUrl}/`,
    AZURE_AUTHORITY_HOST: identityUrl,
    AZURE_TENANT_ID: settings.tenantId,
    AZURE_CLIENT_ID: client.clientId,
    AZURE_CLIENT_SECRET: client.secret ?? '',
    AZURE_SUBSCRIPTION_ID: settings.subscriptionId,
    AZURE_RESOURCE_GROUP: settings.resourceGroup,
    AZUREML_WORKSPACE_NAME: settings.workspaceName,
    MLFLOW_TRACKING_URI: options.mlflowUri,
    MLFLOW_TRACKING_TOKEN: options.mlflowToken,
    AZURE_DEVOPS_ORG_URL: devops.organizationUrl,
    AZURE_DEVOPS_PROJECT: devops.project,
    AZURE_DEVOPS_TOKEN: devops.token,
    // The name that the Azure DevOps command line reads.
    AZURE_DEVOPS_EXT_PAT: devops.token,
    ...options.clientEnvironment,
  };
}

/** The environment as `NAME=value` lines. */
export const environmentFile = (environment: Record<string, string>): string =>
  Object.entries(environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const quoted = (file: string): string => (file.includes(' ') ? `"${file}"` : file);

function prepend(value: string, present: string | undefined, separator: string): string {
  const others = present?.split(separator === ':' ? ':' : / (?=--)/).filter((part) => part && part !== value) ?? [];
  return [value, ...others].join(separator);
}
