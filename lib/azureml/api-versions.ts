/**
 * The api-version of each collection: the one that Microsoft's own client uses for it (azure-ai-ml 1.35.2 `_ml_client.py`),
 * since the service refuses members that a version does not know, and those versions are proven daily, in sovereign clouds too.
 */
const OF_COLLECTION: Readonly<Record<string, string>> = {
  batchEndpoints: '2023-10-01',
  'batchEndpoints/deployments': '2024-01-01-preview',
  codes: '2023-04-01',
  components: '2024-01-01-preview',
  computes: '2023-08-01-preview',
  data: '2023-04-01-preview',
  datastores: '2024-10-01-preview',
  environments: '2023-04-01-preview',
  jobs: '2024-01-01-preview',
  models: '2023-08-01-preview',
  onlineEndpoints: '2022-02-01-preview',
  'onlineEndpoints/deployments': '2023-04-01-preview',
  // `trigger` exists in 2024-01-01-preview only: azure-ai-ml `_schedule_operations.py`.
  schedules: '2023-06-01-preview',
  'schedules/trigger': '2024-01-01-preview',
};

/** For the workspace itself and the list of workspaces. */
export const WORKSPACE_API = '2024-10-01-preview';

/**
 * The api-version of a resource below a workspace.
 * @param below path below the workspace: `models/m/versions/1`
 * @throws Error for a collection that is not known here
 */
export function apiVersionOf(below: string): string {
  const [collection, , inner] = below.split('/');
  const found = OF_COLLECTION[`${collection}/${inner}`] ?? OF_COLLECTION[collection!];
  if (found === undefined) throw new Error(`There is no api-version for '${below}'.`);
  return found;
}

/** Newest stable version; has every job field except those of `PREVIEW`. */
export const STABLE = '2026-05-01';

/**
 * The last version that has `outputs.*.assetVersion`, `resources.locations`, `resources.maxInstanceCount`,
 * `queueSettings.priority` and `Sweep.resources`; the Python SDK sends jobs with it too.
 */
export const PREVIEW = '2024-01-01-preview';
