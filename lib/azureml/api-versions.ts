/**
 * The api-version of every request: the one that Microsoft's own client uses for it (azure-ai-ml 1.35.2 `_ml_client.py`,
 * `_job_operations.py`), since those versions are proven daily, in sovereign clouds too. The service refuses members that
 * a version does not know (400 "Could not find member", recorded), so a member that only other versions have moves that
 * one request: `written-members.ts`.
 */
import { membersOf, type WrittenMember } from './written-members.ts';

const OF_COLLECTION: Readonly<Record<string, string>> = {
  batchEndpoints: '2023-10-01',
  'batchEndpoints/deployments': '2024-01-01-preview',
  codes: '2023-04-01',
  components: '2024-01-01-preview',
  computes: '2023-08-01-preview',
  data: '2023-04-01-preview',
  datastores: '2024-10-01-preview',
  environments: '2023-04-01-preview',
  // Reads, and actions such as cancel. Writes: by the job's type.
  jobs: '2024-01-01-preview',
  models: '2023-08-01-preview',
  onlineEndpoints: '2022-02-01-preview',
  'onlineEndpoints/deployments': '2023-04-01-preview',
  schedules: '2023-06-01-preview',
  // `trigger` exists in 2024-01-01-preview only: azure-ai-ml `_schedule_operations.py`.
  'schedules/trigger': '2024-01-01-preview',
};

/** Writes of jobs: azure-ai-ml `JobOperations._create_or_update_with_different_version_api`. */
const OF_JOB_TYPE: Readonly<Record<string, string>> = {
  AutoML: '2024-01-01-preview',
  Command: '2025-01-01-preview',
  FineTuning: '2024-10-01-preview',
  Pipeline: '2024-01-01-preview',
  Spark: '2023-04-01-preview',
  Sweep: '2024-01-01-preview',
};

/** For the workspace itself and the list of workspaces. */
export const WORKSPACE_API = '2024-10-01-preview';

/** The version of a write, and the members of its body that no single version has together; mostly none. */
export interface WriteVersion {
  apiVersion: string;
  clashing: WrittenMember[];
}

/**
 * The api-version of a read, a delete or an action on a resource below a workspace.
 * @param below path below the workspace: `models/m/versions/1`
 * @throws Error for a collection that is not known here
 */
export function apiVersionOf(below: string): string {
  const collection = collectionOf(below);
  const found = OF_COLLECTION[collection] ?? OF_COLLECTION[collection.split('/')[0]!];
  if (found === undefined) throw new Error(`There is no api-version for '${below}'.`);
  return found;
}

/**
 * The api-version of `PUT {below}` with these properties: that of the client, unless they have a member that only
 * another version knows.
 * @param below path below the workspace: `jobs/train`
 * @param properties `properties` of the body
 */
export function writeVersionOf(below: string, properties: Readonly<Record<string, unknown>>): WriteVersion {
  const collection = collectionOf(below);
  const own =
    collection === 'jobs' ? (OF_JOB_TYPE[String(properties.jobType)] ?? apiVersionOf(below)) : apiVersionOf(below);
  const members = membersOf(collection, properties);
  const known = (version: string): boolean => members.every(({ versions }) => versions.includes(version));
  const apiVersion = [own, ...members.flatMap(({ versions }) => versions)].find(known);
  return apiVersion === undefined ? { apiVersion: own, clashing: members } : { apiVersion, clashing: [] };
}

/** `models` of `models/m/versions/1`, `onlineEndpoints/deployments` of `onlineEndpoints/e/deployments/d`. */
function collectionOf(below: string): string {
  const [collection, , inner] = below.split('/');
  return inner === undefined || inner === 'versions' ? collection! : `${collection}/${inner}`;
}
