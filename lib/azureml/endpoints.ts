/** What online and batch endpoints have in common, as far as it is read here. All of it is written back. */
export interface EndpointResource {
  name: string;
  location?: string;
  kind?: string | null;
  sku?: object | null;
  tags?: Record<string, string> | null;
  identity?: { type?: string; userAssignedIdentities?: Record<string, unknown> | null } | null;
  systemData?: { lastModifiedBy?: string | null; lastModifiedAt?: string | null } | null;
  properties: {
    scoringUri?: string | null;
    provisioningState?: string | null;
    properties?: Record<string, string> | null;
  } & Record<string, unknown>;
}

/** What their deployments have in common. */
export interface DeploymentResource {
  name: string;
  tags?: Record<string, string> | null;
  systemData?: { createdAt?: string | null } | null;
  properties: { provisioningState?: string | null } & Record<string, unknown>;
}

/** Members that the service answers and does not take back. */
const READ_ONLY = new Set(['scoringUri', 'swaggerUri', 'provisioningState', 'keys']);
const READ_ONLY_PROPERTIES = new Set([
  'azureml.onlineendpointid',
  'AzureAsyncOperationUri',
  'BatchEndpointCreationApiVersion',
]);

/**
 * The body that puts an endpoint again: all of it, since a `PUT` replaces the resource.
 * @param location of the workspace, for an endpoint whose answer does not say it
 */
export function endpointBody(
  endpoint: EndpointResource,
  location: string,
  tags: Readonly<Record<string, string>>,
  requests: Readonly<Record<string, unknown>>,
): { properties: Record<string, unknown> } & Record<string, unknown> {
  const { kind, identity, sku } = endpoint;
  const users = Object.keys(identity?.userAssignedIdentities ?? {});
  const userAssignedIdentities = Object.fromEntries(users.map((id) => [id, {}]));
  return {
    location: endpoint.location ?? location,
    tags,
    ...(identity?.type
      ? { identity: { type: identity.type, ...(users.length > 0 ? { userAssignedIdentities } : {}) } }
      : {}),
    ...(kind ? { kind } : {}),
    ...(sku ? { sku } : {}),
    properties: { ...writableProperties(endpoint), ...requests },
  };
}

function writableProperties({ properties }: EndpointResource): Record<string, unknown> {
  const kept = Object.entries(properties).filter(([name, value]) => !READ_ONLY.has(name) && value !== null);
  const own = Object.entries(properties.properties ?? {}).filter(([name]) => !READ_ONLY_PROPERTIES.has(name));
  return { ...Object.fromEntries(kept), properties: Object.fromEntries(own) };
}
