import { writeVersionOf } from '../azureml/api-versions.ts';
import { type AssetKind, nameOf } from '../azureml/ids.ts';
import type { Place, Problem } from '../core/errors.ts';
import type { Snapshot } from '../snapshot/files.ts';

/** A write, complete but for what only the service can tell: `CONTAINER`, versions (`LATEST`, `NEXT`), ids that it makes. */
export interface PlannedRequest {
  method: 'PUT';
  /** ARM path, without the host. */
  path: string;
  apiVersion: string;
  body: unknown;
  /** Send the header `x-azureml-token`, which lets steps act on behalf of the submitter (azure-ai-ml `_job_operations`). */
  mlToken?: boolean;
}

/** Stands in a planned body for the URL of the container that receives an upload; replaced when it is known. */
export const CONTAINER = '{container}';

/** A step before the main request. Steps are in the order in which they have to be done. */
export type PlanStep =
  | {
      kind: 'code';
      label: string;
      snapshot: Snapshot;
      /** Folder in the container: the code folder's own name. */
      prefix: string;
      /** Path of the version; `startPendingUpload` below it opens the container. */
      request: PlannedRequest;
    }
  | { kind: 'upload'; label: string; snapshot: Snapshot; datastore: string; prefix: string }
  | {
      kind: 'environment' | 'component' | 'model' | 'data';
      label: string;
      request: PlannedRequest;
      contextDatastore?: string;
    };

/** Something that the job refers to and that has to be there before anything is created. */
export interface Requirement {
  kind: AssetKind | 'computes' | 'datastores';
  name: string;
  /** A version, or `@latest`, which is replaced by the newest version's number; empty for computes and datastores. */
  version: string;
  /** Absent: the workspace. */
  registry?: string;
  /** A curated environment (`azureml:AzureML-...`): of the registry `azureml`, and in many workspaces, too. */
  isCurated?: true;
  /** Field of the job file: `jobs.train.compute`. */
  field: string;
  /** Absent for a reference in an input of the task rather than in a file. */
  place?: Place;
}

/** Everything that creating what one file describes takes, as data: a job, an asset, an endpoint, a schedule, ... */
export interface Plan {
  /** ARM path of the workspace. */
  workspace: string;
  requirements: Requirement[];
  steps: PlanStep[];
  /** The request that creates the thing itself, after all steps. */
  main: PlannedRequest;
  /** Datastore whose container's URL replaces `CONTAINER` in the main request. */
  contextDatastore?: string;
  warnings: Problem[];
}

/** Placeholder for the newest version in a planned id; replaced by its number when the plan is resolved. */
export const LATEST = '@latest';

/**
 * Stands in paths and ids for the next free version of an asset whose file gives none; `LATEST` stands for the newest one
 * (an environment without a version is an update of its newest).
 */
export const NEXT = '@next';

/** Name under which components are kept that a file brings along; their versions are the service's. */
export const ANONYMOUS_COMPONENT = 'azureml_anonymous';

/** True for the planned path of such a component, whose last part is only a placeholder until the service has answered. */
export function isAnonymousComponent(path: string): boolean {
  return path.includes(`/components/${ANONYMOUS_COMPONENT}/versions/`);
}

/** True for the path of a job. */
export function isJob(path: string): boolean {
  return /\/workspaces\/[^/]+\/jobs\/[^/]+$/.test(path);
}

/**
 * A `PUT` with the api-version that Microsoft's client uses, or the one that knows all members of the body.
 * @param path ARM path of the resource
 * @param more what the body has beside `properties`: location, tags, ...
 */
export function putRequest(path: string, properties: Record<string, unknown>, more: object = {}): PlannedRequest {
  const { apiVersion } = writeVersionOf(belowAnyWorkspace(path), properties);
  return { method: 'PUT', path, apiVersion, body: { ...more, properties } };
}

/**
 * Fields of the file that no version of the API takes together in such a `PUT`; mostly none.
 * @param path ARM path of the resource
 */
export function clashingFields(path: string, properties: Record<string, unknown>): string[] {
  return [...new Set(writeVersionOf(belowAnyWorkspace(path), properties).clashing.map(({ field }) => field))];
}

function belowAnyWorkspace(path: string): string {
  return path.replace(/^.*?\/workspaces\/[^/]+\//, '');
}

/** Name of what the main request creates: the job, the endpoint, the schedule; an asset's version. */
export function mainName({ main }: Pick<Plan, 'main'>): string {
  return nameOf(main.path);
}

/**
 * The same job under another name, for a step that submits again after its first job failed. Nothing but the name differs:
 * steps, references and warnings are those of the plan. A display name that was taken from the old name follows the new one.
 */
export function withJobName(plan: Plan, name: string): Plan {
  const body = plan.main.body as { properties: { displayName?: string } };
  const { properties } = body;
  const displayName = properties.displayName === mainName(plan) ? { displayName: name } : {};
  return {
    ...plan,
    main: {
      ...plan.main,
      path: plan.main.path.replace(/[^/]+$/, () => name),
      body: { ...body, properties: { ...properties, ...displayName } },
    },
  };
}
