import { findStep, type JobRun, listRunMetrics } from '../azureml/job-metrics.ts';
import { getMetricHistory, type MetricHistory } from '../azureml/metric-history.ts';
import { getMetrics } from '../azureml/metrics.ts';
import type { ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { inParallel } from '../core/parallel.ts';
import { hasMoreMetrics, madeByRun, recordedMetrics } from '../lineage/model-lineage.ts';
import type { Rule } from '../rules/rules.ts';
import { isOverNames, type ValueUse } from '../rules/uses.ts';
import { type Measured, measured, measuredByRecord, measuredByRuns, nameOfPath } from './measured.ts';
import { messages } from './messages.ts';

/**
 * What a job logged: of one step when it is named, else of the job and all of its steps.
 * @throws UserError `StepNotFound`, `StepAmbiguous`, `JobNotCompleted` for a step that failed or was cancelled
 */
export async function measureJob(workspace: Workspace, jobName: string, step?: string): Promise<Measured> {
  if (!step) return measuredByRuns(await listRunMetrics(workspace, jobName));
  return measureStep(workspace, jobName, await findStep(workspace, jobName, step));
}

/** What one step of a job logged. @throws UserError `JobNotCompleted` for a step that failed or was cancelled */
export async function measureStep(workspace: Workspace, jobName: string, run: JobRun): Promise<Measured> {
  if (run.status === 'Failed' || run.status === 'Canceled') {
    throw new UserError({
      code: 'JobNotCompleted',
      message: fill(messages.StepNotCompleted, { step: run.step, job: jobName, status: run.status }),
      fix: fill(messages.StepNotCompletedFix),
    });
  }
  const metrics = await getMetrics(workspace, run.worker);
  return measuredByRuns([{ step: '', metrics, runs: [...new Set([run.worker, run.runId])] }]);
}

/**
 * What was measured of a model version: as recorded when it was registered, else as its run logged it. Undefined when neither
 * is known.
 * @param step only what this step logged, where that was recorded
 */
export async function measureModel(
  workspace: Workspace,
  model: ModelVersion,
  step: string | undefined,
): Promise<Measured | undefined> {
  const ofStep = step ? recordedMetrics(model, step) : {};
  const recorded = Object.keys(ofStep).length > 0 ? ofStep : recordedMetrics(model);
  const maker = madeByRun(model);
  const origins = Object.fromEntries(
    Object.keys(recorded).map((name) => [name, { runs: maker ? [maker.run, maker.job] : [], logged: name }]),
  );
  const known = { ...measuredByRecord(recorded), origins };
  if (Object.keys(recorded).length > 0 && !(maker && hasMoreMetrics(model))) return known;
  const logged = maker ? await loggedBy(workspace, maker) : measured({});
  // What was recorded can't change any more; what was not is as the run has it.
  if (Object.keys(logged.metrics).length > 0)
    return {
      ...logged,
      metrics: { ...logged.metrics, ...recorded },
      logged: [...known.logged, ...logged.logged],
      origins: { ...origins, ...logged.origins },
    };
  return Object.keys(recorded).length > 0 ? known : undefined;
}

async function loggedBy(workspace: Workspace, { run, job }: { run: string; job: string }): Promise<Measured> {
  if (run === job) return measureJob(workspace, job);
  return measuredByRuns([{ step: '', metrics: await getMetrics(workspace, run), runs: [run] }]);
}

/** Requests for histories in flight. */
const PARALLEL = 8;

/** The same with the histories that the rules need: those of metrics whose lowest, highest or early values they read. */
export async function withHistories(
  workspace: Workspace,
  found: Measured,
  of: string,
  rules: readonly Rule[],
): Promise<Measured> {
  const uses = rules.flatMap(({ conditions }) => conditions.flatMap((condition) => condition.uses));
  const needed = uses.filter((use) => use.of === of && isOverTime(use));
  const names = new Set(needed.flatMap(({ path }) => nameOfPath(path, found) ?? []));
  return addHistories(workspace, found, [...names]);
}

function isOverTime({ pick }: ValueUse): boolean {
  return pick !== undefined && !isOverNames(pick);
}

/** The same with the histories of these metrics, as far as a run is known that logged them. */
export async function addHistories(workspace: Workspace, found: Measured, names: readonly string[]): Promise<Measured> {
  const histories = await inParallel(
    names.filter((name) => !found.histories[name]),
    PARALLEL,
    async (name) => [name, await historyOf(workspace, found, name)] as const,
  );
  const known = histories.filter((entry): entry is [string, MetricHistory] => entry[1] !== undefined);
  return { ...found, histories: { ...found.histories, ...Object.fromEntries(known) } };
}

async function historyOf(
  workspace: Workspace,
  { origins }: Measured,
  name: string,
): Promise<MetricHistory | undefined> {
  const origin = Object.hasOwn(origins, name) ? origins[name] : undefined;
  for (const run of origin?.runs ?? []) {
    const history = await getMetricHistory(workspace, run, origin!.logged);
    if (history.points.length > 0) return history;
  }
  return undefined;
}
