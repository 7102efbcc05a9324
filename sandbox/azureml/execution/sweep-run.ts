/** Runs a sweep: one command run per sample of the search space; the best trial's outputs become the sweep's. */
import type { RunRecord } from '../history/run.ts';
import { isTerminal } from '../history/run.ts';
import { limiter } from '../limiter.ts';
import { openRunLog, runCommand } from './command-run.ts';
import { createRun, type Engine, runError, setStatus } from './lifecycle.ts';
import type { LiveLog } from './live-log.ts';
import { type Distribution, trialParameters } from './search-space.ts';
import type { CommandSpec } from './spec.ts';

export interface SweepSpec {
  trial: CommandSpec;
  space: Record<string, Distribution>;
  /** `grid`, `random` or `bayesian` (sampled at random here). */
  algorithm: string;
  seed: number;
  maxTotalTrials: number;
  maxConcurrentTrials: number;
  goal: 'minimize' | 'maximize';
  primaryMetric: string;
}

/** The service's log of a sweep. */
const SWEEP_LOG = 'azureml-logs/hyperdrive.txt';
const MOST_PARALLEL_TRIALS = 2;

/** Last value of the primary metric; undefined when the trial never logged it. */
function score(engine: Engine, trial: RunRecord, metric: string): number | undefined {
  return engine.store.metrics(trial.runId).findLast((point) => point.key === metric)?.value;
}

/** The completed trial with the best last value of the primary metric. */
function bestTrial(engine: Engine, trials: RunRecord[], sweep: SweepSpec): RunRecord | undefined {
  const sign = sweep.goal === 'minimize' ? 1 : -1;
  const scored = trials
    .filter((trial) => trial.status === 'Completed')
    .map((trial) => ({ trial, value: score(engine, trial, sweep.primaryMetric) }))
    .filter(
      (each): each is { trial: RunRecord; value: number } => each.value !== undefined && !Number.isNaN(each.value),
    );
  return scored.sort((a, b) => sign * (a.value - b.value))[0]?.trial;
}

async function runTrials(engine: Engine, run: RunRecord, sweep: SweepSpec, signal: AbortSignal, log: LiveLog) {
  const samples = trialParameters(sweep.space, sweep.algorithm, sweep.maxTotalTrials, sweep.seed);
  const limit = limiter(Math.min(MOST_PARALLEL_TRIALS, sweep.maxConcurrentTrials));
  const trials = samples.map((parameters, index) =>
    createRun(engine.store, {
      runId: `${run.runId}_${index}`,
      experimentName: run.experimentName,
      parentRunId: run.runId,
      rootRunId: run.rootRunId,
      displayName: `${run.displayName}_${index}`,
      runType: 'azureml.scriptrun',
      createdBy: run.createdBy,
      target: sweep.trial.computeName,
      tags: { hyperparameters: JSON.stringify(parameters) },
      properties: { 'azureml.runsource': 'hyperdrive' },
    }),
  );
  const work = trials.map((trial, index) =>
    limit(async () => {
      log.write(`Trial ${trial.runId}: ${JSON.stringify(samples[index])}\n`);
      await runCommand(engine, trial, { ...sweep.trial, searchSpace: samples[index] }, signal);
      log.write(
        `Trial ${trial.runId} ended: ${trial.status}, ${sweep.primaryMetric} = ${score(engine, trial, sweep.primaryMetric)}\n`,
      );
    }),
  );
  await Promise.all(work);
  return trials;
}

/** Runs all trials and leaves the sweep Completed, Failed or Canceled; never rejects. */
export async function runSweep(engine: Engine, run: RunRecord, sweep: SweepSpec, signal: AbortSignal): Promise<void> {
  let log: LiveLog | undefined;
  try {
    setStatus(engine, run, 'Preparing');
    log = openRunLog(engine, run, SWEEP_LOG);
    if (sweep.algorithm === 'bayesian')
      run.warnings.push('The sandbox samples at random where Bayesian sampling was asked for.');
    setStatus(engine, run, 'Running');
    const trials = await runTrials(engine, run, sweep, signal, log);
    const best = bestTrial(engine, trials, sweep);
    if (best) {
      run.properties.best_child_run_id = best.runId;
      run.properties.score = String(score(engine, best, sweep.primaryMetric));
      run.outputs = { ...best.outputs };
      run.outputUris = { ...best.outputUris };
    } else {
      run.warnings.push(`No completed trial logged the metric '${sweep.primaryMetric}'.`);
    }
    setStatus(engine, run, 'Finalizing');
    const failed = trials.filter((trial) => trial.status === 'Failed');
    if (failed.length === trials.length && failed[0]) {
      const message = `All ${trials.length} trials failed. The first one: ${failed[0].error?.message ?? ''}`;
      setStatus(engine, run, 'Failed', runError('UserError', message));
    } else if (!signal.aborted) setStatus(engine, run, 'Completed');
  } catch (error) {
    setStatus(engine, run, 'Failed', runError('UserError', error instanceof Error ? error.message : String(error)));
  } finally {
    await log?.close().catch(() => undefined);
    if (!isTerminal(run.status)) setStatus(engine, run, 'Canceled');
  }
}
