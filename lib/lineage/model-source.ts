import { AzureError } from '../azure/failures.ts';
import { listArtifacts } from '../azureml/artifacts.ts';
import { counts, findStep, type JobRun, jobRun, listRunMetrics } from '../azureml/job-metrics.ts';
import { getJob, type Job, STEP } from '../azureml/jobs.ts';
import {
  findLatestModelVersion,
  listModelVersions,
  longModelUri,
  type ModelType,
  type ModelVersion,
} from '../azureml/models.ts';
import { findRun, findRunOutputs, runLabel, workerOf } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { didYouMean, oneOf } from '../core/words.ts';
import { findLogged } from './logged-files.ts';
import { messages } from './messages.ts';
import { isOwnModel, type ModelMaker, type ModelSource } from './model-lineage.ts';
import { isArtifacts, jobUri, type ModelPlace, parseJobUri } from './model-place.ts';
import { listOwnSteps } from './own-steps.ts';

/**
 * What a model is made from: an output of a job or of one of its steps or a part of it, or a URI, with what the job logged.
 * Lineage follows the run that did the work: of a reused step an earlier one, of a sweep its best trial.
 * @param job may be a step of a pipeline: then it is the step that counts, and the lineage names the job above it
 * @param step display name; undefined for the job itself
 * @throws UserError `StepNotFound`, `StepAmbiguous`, `OutputNotFound`, `OutputEmpty`
 */
export async function findModelSource(
  workspace: Workspace,
  job: Job,
  step: string | undefined,
  place: ModelPlace,
): Promise<ModelSource> {
  const run = step ? await findStep(workspace, job.name, step) : await jobRun(workspace, job.name);
  const found = await locate(workspace, job, run, place);
  const isStep = job.rootRunId !== undefined && job.rootRunId !== job.name;
  const label = run.step || (isStep ? job.properties.displayName || job.name : '');
  const whole = isStep ? await getJob(workspace, job.rootRunId!) : job;
  return {
    ...found,
    maker: await makerOf(workspace, job, run, label, { runId: found.runId, place }),
    job: whole,
    steps: await listOwnSteps(workspace, whole),
    step: label,
    metrics: (await listRunMetrics(workspace, job.name)).filter(counts),
  };
}

/** @param step its display name; empty for the job itself */
async function makerOf(
  workspace: Workspace,
  job: Job,
  { runId, worker }: JobRun,
  step: string,
  made: { runId: string; place: ModelPlace },
): Promise<ModelMaker> {
  const named = made.place.kind === 'uri' ? parseJobUri(made.place.uri)?.run : undefined;
  const own = [runId, worker];
  if (named === undefined || own.includes(named))
    return { runs: [...new Set([...own, made.runId])], step, isOfJob: true };
  const run = await findRun(workspace, named);
  if (!run) return { runs: [named], step: '', isOfJob: false };
  const isOfJob = run.rootRunId === (job.rootRunId ?? job.name);
  return { runs: [named, workerOf(run)], step: runLabel(run), isOfJob };
}

type Located = Pick<ModelSource, 'runId' | 'output' | 'path' | 'uri' | 'type' | 'typeFrom' | 'files'>;

async function locate(workspace: Workspace, job: Job, run: JobRun, place: ModelPlace): Promise<Located> {
  if (place.kind === 'uri') return locateUri(workspace, run, place.uri);
  const { output, path } = place;
  if (isArtifacts(output)) return locateLogged(workspace, run.worker, output, path, jobUri(run.worker, output, path));
  // An AutoML job has an output for its best model that the trial itself does not have.
  const runIds = [...new Set([run.worker, run.runId])];
  const names = new Set<string>();
  for (const runId of runIds) {
    const types = await outputTypes(workspace, job, runId);
    if (Object.hasOwn(types, output))
      return { runId, output, path, uri: jobUri(runId, output, path), ...typeOf(types[output], path) };
    for (const name of Object.keys(types)) if (name !== 'default') names.add(name);
  }
  throw outputNotFound(run.step, output, [...names]);
}

async function locateUri(workspace: Workspace, run: JobRun, uri: string): Promise<Located> {
  const named = parseJobUri(uri);
  const long = longModelUri(workspace.path, uri);
  const plain = { runId: run.worker, output: '', path: '', uri: long, type: 'custom', typeFrom: '' } as const;
  if (!named) return plain;
  if (isArtifacts(named.output)) return locateLogged(workspace, named.run, named.output, named.path, uri);
  const outputs = (await findRunOutputs(workspace, named.run)) ?? {};
  return {
    ...plain,
    ...typeOf(outputs[named.output]?.type, named.path),
    output: named.output,
    path: named.path,
    runId: named.run,
  };
}

/** Files that a run logged: what they are can be read from their names. */
async function locateLogged(
  workspace: Workspace,
  runId: string,
  output: string,
  path: string,
  uri: string,
): Promise<Located> {
  const files = await findLogged((folder) => listArtifacts(workspace, runId, folder), runId, path);
  // Unseen, a folder that a run logged is most likely what MLflow's log_model made.
  const isMlflow = files ? files.includes('MLmodel') : path !== '';
  return { runId, output, path, uri, type: isMlflow ? 'mlflow' : 'custom', typeFrom: '', ...(files ? { files } : {}) };
}

/** Names and types of a run's outputs; ARM has those of jobs, only run history has those of steps and trials. */
async function outputTypes(workspace: Workspace, job: Job, runId: string): Promise<Record<string, string | undefined>> {
  if (runId === job.name && job.properties.jobType !== STEP) {
    const outputs = Object.entries(job.properties.outputs ?? {});
    return Object.fromEntries(outputs.map(([name, { jobOutputType }]) => [name, jobOutputType]));
  }
  const outputs = Object.entries((await findRunOutputs(workspace, runId)) ?? {});
  return Object.fromEntries(outputs.map(([name, { type }]) => [name, type]));
}

/** The kind of model that an output holds by its type: `mlflow_model` of ARM, `MLFlowModel` of run history. */
function typeOf(outputType: string | undefined, path: string): { type: ModelType; typeFrom: string } {
  const known = /^(mlflow|triton)_?model$/i.exec(outputType ?? '')?.[1]?.toLowerCase() as ModelType | undefined;
  // A part of a model is not a model of that kind.
  return { type: (path === '' && known) || 'custom', typeFrom: outputType ?? '' };
}

function outputNotFound(step: string, output: string, names: readonly string[]): UserError {
  const hint = didYouMean(output, names) || (names.length > 0 ? ` It has ${oneOf(names)}.` : ' It has none.');
  return new UserError({
    code: 'OutputNotFound',
    message: step
      ? fill(messages.StepOutputNotFound, { step, output, hint })
      : fill(messages.JobOutputNotFound, { output, hint }),
    fix: fill(step ? messages.StepOutputNotFoundFix : messages.JobOutputNotFoundFix),
  });
}

/**
 * A registration that the service refused because there is nothing to register, as a `UserError`; any other error as it is.
 * The service names the URI, not the cause (`NoMatchingArtifactsFoundFromJob`).
 */
export function explainRefusal(error: unknown, { output, path, runId, uri }: ModelSource): unknown {
  const isEmpty = error instanceof AzureError && /no (matching )?artifacts|NoMatchingArtifacts/i.test(error.message);
  if (!isEmpty) return error;
  return new UserError(
    {
      code: 'OutputEmpty',
      message:
        output === ''
          ? fill(messages.UriEmpty, { uri })
          : fill(path === '' ? messages.OutputEmpty : messages.OutputPathEmpty, { output, path, run: runId }),
      fix: fill(messages.OutputEmptyFix),
    },
    { cause: error },
  );
}

/** Versions in which a retried task searches for its own. */
const RECENT_VERSIONS = 50;

/**
 * The version that this very step registered before, when the task is retried. Lists lag behind, so the model itself is
 * asked for its latest version as well.
 * @param properties of the model to register
 */
export async function findOwnModel(
  workspace: Workspace,
  name: string,
  properties: Record<string, string>,
): Promise<ModelVersion | undefined> {
  const listed = (await listModelVersions(workspace, name, RECENT_VERSIONS)).find((one) => isOwnModel(one, properties));
  if (listed) return listed;
  const latest = await findLatestModelVersion(workspace, name);
  return latest && isOwnModel(latest, properties) ? latest : undefined;
}
