import { type PipelineRun, withoutCredentials } from './pipeline-run.ts';

/**
 * Names of the facts that models, jobs and deployments carry about where they came from: `lineage.commit`. Written as
 * properties where there are some that can't be changed later, as tags elsewhere. One place for the names: registration,
 * promotion and deployment write them; the gate and the trace read them.
 */
export const PREFIX = 'lineage.';

/**
 * On the copy of a model version, in another workspace or a registry: the id of the version that it was copied from, ARM's
 * (`/subscriptions/.../models/churn/versions/7`) or a registry's (`azureml://registries/r/models/churn/versions/7`). The
 * copy keeps the other properties of the original as they are; `lineage.workspace` says where its job is.
 */
export const COPIED_FROM = `${PREFIX}copiedFrom`;

/** How much one kind of thing can carry. */
export interface StampLimits {
  /** Tags or properties, those of the user included. */
  most: number;
  name: number;
  value: number;
}

/** Tags of an Azure resource, such as a deployment: values of 256 characters (Resource Manager, "Limitations" of tags). */
export const TAG_LIMITS: StampLimits = { most: 50, name: 100, value: 256 };

/** Properties of the version of an asset: the service refuses the whole registration beyond. */
export const PROPERTY_LIMITS: StampLimits = { most: 50, name: 100, value: 1_000 };

/** What is known besides the run that makes the thing; everything may be missing. */
export interface Facts {
  /** Version of the model that a deployment serves: its id. */
  model?: string | undefined;
  /** See `COPIED_FROM`. */
  copiedFrom?: string | undefined;
  /** ARM path of the workspace that has the job. */
  workspace?: string | undefined;
  /** Job that made the model. */
  job?: string | undefined;
  /** Run that has the output: the job itself, or a step or trial of it. */
  run?: string | undefined;
  /** Job that the job was part of. */
  parentJob?: string | undefined;
  /** Display name of the step. */
  step?: string | undefined;
  /** Where in the run the model was: the output and the path in it, or a URI of the user's own. */
  output?: string | undefined;
  path?: string | undefined;
  uri?: string | undefined;
  experiment?: string | undefined;
  /** `azureml:train-env:5` */
  environment?: string | undefined;
  /** Inputs of the job and the versions of data that they had: `['raw', 'azureml:iris:3']`. */
  data?: readonly (readonly [input: string, version: string])[] | undefined;
  /** Number of the pull request that brought the commit; that of the run when it is empty. */
  pullRequest?: string | undefined;
  /** Ids of the work items of the run. */
  workItems?: readonly string[] | undefined;
}

/**
 * Where a thing comes from, as tags or properties of it: the run that makes it now, and the facts about its model. The most
 * important come first; what has no room, or is too long to be kept whole, is left out.
 * @param limits of what is stamped, less what the user gives it: `{ ...TAG_LIMITS, most: TAG_LIMITS.most - 3 }`
 */
export function stamp(run: PipelineRun, facts: Facts, limits: StampLimits = TAG_LIMITS): Record<string, string> {
  const fits = stampPairs(run, facts, limits).filter(([name, value]) => fitsIn(limits, name, value));
  return Object.fromEntries(fits.slice(0, Math.max(0, limits.most)));
}

/** True for a name and a value that the limits permit. */
export function fitsIn(limits: StampLimits, name: string, value: string): boolean {
  return name.length <= limits.name && value.length <= limits.value;
}

/** What `stamp` would like to write, whatever the number and the length of it; nothing empty. */
export function stampPairs(run: PipelineRun, facts: Facts, limits: StampLimits): [name: string, value: string][] {
  const pairs = {
    model: facts.model,
    copiedFrom: facts.copiedFrom,
    job: facts.job,
    run: facts.run,
    step: facts.step,
    output: facts.output,
    path: facts.path,
    uri: facts.uri,
    parentJob: facts.parentJob,
    workspace: facts.workspace,
    pipelineRun: `${run.kind}/${run.id}`,
    pipelineRunNumber: run.number,
    pipelineRunUrl: run.url,
    pipelineStep: run.step,
    project: run.project,
    repository: withoutCredentials(run.repository),
    branch: run.branch,
    commit: run.commit,
    requestedFor: run.requestedFor,
    pullRequest: facts.pullRequest || run.pullRequest,
    workItems: shortened(facts.workItems ?? [], limits.value),
    environment: facts.environment,
    experiment: facts.experiment,
  };
  const data = (facts.data ?? []).map(([input, version]) => [`data.${tagName(input)}`, version] as const);
  return [...Object.entries(pairs), ...data].flatMap(([name, value]) => (value ? [[PREFIX + name, value]] : []));
}

/** Ids with commas between them, as many as there is room for: half a number would be another one. */
function shortened(ids: readonly string[], longest: number): string {
  let text = '';
  for (const id of ids) {
    const longer = text === '' ? id : `${text},${id}`;
    if (longer.length > longest) break;
    text = longer;
  }
  return text;
}

/** Names of tags may not have these characters (Resource Manager, "Limitations" of tags). */
function tagName(text: string): string {
  return text.replace(/[<>%&\\?/]/g, '_');
}
