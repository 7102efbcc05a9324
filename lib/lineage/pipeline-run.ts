import { createHash } from 'node:crypto';

/** The pipeline run that a task is part of. */
export interface PipelineRun {
  /** `https://dev.azure.com/org/` */
  collectionUrl: string;
  project: string;
  kind: 'build' | 'release';
  /** Id of the build or release. */
  id: string;
  /** What people call it: build number or release name. */
  number: string;
  /** The run's web page. */
  url: string;
  repository: string;
  branch: string;
  commit: string;
  requestedFor: string;
  /** Id of the pipeline, the same for all of its runs. */
  definition?: string;
  /** Number of the pull request that the run validates; missing in other runs. */
  pullRequest?: string;
  /** What sets this step apart from every other of the run; the same when the task is retried and when its stage is re-run. */
  step: string;
  /** Which time the stage and the job run; the same when the agent retries the task. */
  attempt: string;
}

/**
 * A repository's URL without what may be a credential: user name and password, however they are spelt, query and fragment.
 * The user of `git@host:path`, which has no password, stays.
 */
export function withoutCredentials(url: string): string {
  const [, scheme = '', rest = ''] = /^((?:[a-z][a-z0-9+.-]*:)?\/\/)?([^?#]*)/i.exec(url) ?? [];
  const end = rest.search(/[/\\]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const hasUser = authority.includes('@') && (scheme !== '' || /:.*@/.test(authority));
  // A password with a slash in it: what looks like a port is not one.
  const isCut = !authority.includes('@') && scheme !== '' && /:(?!\d*$)/.test(authority);
  if (hasUser) return scheme + rest.slice(authority.lastIndexOf('@') + 1);
  return scheme + (isCut ? rest.slice(rest.lastIndexOf('@') + 1) : rest);
}

/** The repository's own name: the end of its URL; empty when there is none. */
export function repositoryName({ repository }: PipelineRun): string {
  const last = withoutCredentials(repository).replace(/\/+$/, '').split('/').at(-1) ?? '';
  return decoded(last).replace(/\.git$/, '');
}

/** Percent encoding undone; a malformed one stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Name for a job of this step: `train-20261123.1-3f9a0c2b11`. A task that is retried, and one whose stage is re-run,
 * computes the same name and so finds its own job instead of paying for a second one. Other runs have other names.
 * @param stem the job file's name
 * @param nth see `successorName`
 */
export function jobNameFor(run: PipelineRun, stem: string, nth = 1): string {
  const hash = createHash('sha256')
    .update(`${stepId(run)}\n${stem}`)
    .digest('hex')
    .slice(0, 10);
  const readable = `${stem}-${run.number}`
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return successorName(`${readable}-${hash}`, nth);
}

/** @param nth 1 for the first job of the step; 2 and up when earlier ones failed, or are not to be taken up again */
export function successorName(name: string, nth: number): string {
  return nth > 1 ? `${name}-r${nth}` : name;
}

/** Property of a job that names the step that submitted it; tells a step's own job from another's of the same name. */
const STEP_PROPERTY = 'pipelines.step';

/** Property of a job that names the attempt in which it was submitted. */
const ATTEMPT_PROPERTY = 'pipelines.attempt';

/**
 * Property of a job that is the same for the jobs that one step of a pipeline submits in all of its runs: with it the job of
 * an earlier run is found without asking Azure DevOps.
 */
const SERIES_PROPERTY = 'pipelines.series';

/** Property of a job with the id of the build or release; its name is the one of Azure ML's own tools. */
const RUN_PROPERTY = 'azureml.git.build_id';

/** Which step of which pipeline submitted the job that has these properties, and in which run. */
export function seriesOf(
  properties: Readonly<Record<string, string>> | undefined,
): { series: string; run: string } | undefined {
  const [series, run] = [properties?.[SERIES_PROPERTY], properties?.[RUN_PROPERTY]];
  return series && run ? { series, run } : undefined;
}

/** Sets a step of a pipeline apart from every other, whatever the run; empty when the pipeline is unknown. */
export function seriesId({ collectionUrl, project, kind, definition, step }: PipelineRun): string {
  if (!definition) return '';
  return createHash('sha256')
    .update([collectionUrl, project, kind, definition, step].join('\n'))
    .digest('hex')
    .slice(0, 32);
}

/** Sets a step of a pipeline run apart from every other, whatever its attempt. */
export function stepId({ collectionUrl, project, kind, id, step }: PipelineRun): string {
  return createHash('sha256').update([collectionUrl, project, kind, id, step].join('\n')).digest('hex').slice(0, 32);
}

/** True when this step submitted the job that has these properties. */
export function isOwnJob(properties: Readonly<Record<string, string>> | undefined, run: PipelineRun): boolean {
  return properties?.[STEP_PROPERTY] === stepId(run);
}

/** True when the job that has these properties says that another step submitted it. */
export function isOthersJob(properties: Readonly<Record<string, string>> | undefined, run: PipelineRun): boolean {
  return properties?.[STEP_PROPERTY] !== undefined && !isOwnJob(properties, run);
}

/** True when the job was submitted in this very attempt: the agent has retried the task. */
export function isOfThisAttempt(properties: Readonly<Record<string, string>> | undefined, run: PipelineRun): boolean {
  return properties?.[ATTEMPT_PROPERTY] === run.attempt;
}

/**
 * Where a job's code came from, as properties of the job. The names of the first ones are those that Azure ML's own
 * tools use and its studio shows (azure-ai-ml `_utils/_asset_utils` Git properties).
 */
export function jobProvenance(run: PipelineRun): Record<string, string> {
  const properties: Record<string, string> = {
    [STEP_PROPERTY]: stepId(run),
    [ATTEMPT_PROPERTY]: run.attempt,
    [SERIES_PROPERTY]: seriesId(run),
    'mlflow.source.git.repoURL': withoutCredentials(run.repository),
    'mlflow.source.git.branch': run.branch.replace(/^refs\/heads\//, ''),
    'mlflow.source.git.commit': run.commit,
    [RUN_PROPERTY]: run.id,
    'azureml.git.build_uri': run.url,
    // The same names as on models and deployments: what is left when the build is deleted.
    'lineage.pipelineRun': run.id && `${run.kind}/${run.id}`,
    'lineage.pipelineRunNumber': run.number,
    'lineage.project': run.project,
    'lineage.requestedFor': run.requestedFor,
    'lineage.pullRequest': run.pullRequest ?? '',
  };
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== ''));
}
