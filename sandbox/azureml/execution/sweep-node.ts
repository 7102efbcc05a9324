/** A sweep as a step of a pipeline: its trial is a component whose inputs the search space fills. */
import type { RunRecord } from '../history/run.ts';
import type { Engine } from './lifecycle.ts';
import { runError, setStatus } from './lifecycle.ts';
import type { PlannedNode } from './pipeline-plan.ts';
import { nodeCommand, type PipelineScope } from './pipeline-values.ts';
import { readDistribution } from './search-space.ts';
import { durationSeconds, mapValues } from './spec.ts';
import { runSweep, type SweepSpec } from './sweep-run.ts';

/** The sweep that a node describes (snake_case, facts of the node's JSON form). */
export function sweepOfNode(node: PlannedNode, scope: PipelineScope): SweepSpec {
  const { json } = node;
  const trial = nodeCommand(node, scope);
  const space = mapValues<any, ReturnType<typeof readDistribution>>(json.search_space, (raw, name) =>
    readDistribution(name, raw),
  );
  // In a component the hyperparameters are inputs: `${{inputs.lr}}` becomes `${{search_space.lr}}`.
  const names = Object.keys(space);
  const command = names.reduce(
    (text, name) =>
      text.replace(new RegExp(`\\$\\{\\{\\s*inputs\\.${name}\\s*\\}\\}`, 'g'), `\${{search_space.${name}}}`),
    trial.command,
  );
  for (const name of names) delete trial.inputs[name];
  return {
    trial: { ...trial, command, timeoutSeconds: durationSeconds(json.limits?.trial_timeout) },
    space,
    algorithm: samplingName(json.sampling_algorithm),
    seed: Number(json.sampling_algorithm?.seed ?? 1),
    maxTotalTrials: Number(json.limits?.max_total_trials ?? 1),
    maxConcurrentTrials: Number(json.limits?.max_concurrent_trials ?? 1),
    goal: /^max/i.test(String(json.objective?.goal)) ? 'maximize' : 'minimize',
    primaryMetric: String(json.objective?.primary_metric ?? ''),
  };
}

/** `random` from `"random"` or from `{type: "random"}`. */
export function samplingName(raw: any): string {
  const name =
    typeof raw === 'string' ? raw : (raw?.samplingAlgorithmType ?? raw?.sampling_algorithm_type ?? raw?.type);
  return String(name ?? 'random').toLowerCase();
}

/** Runs the node; a search space that can't be read fails the step. */
export async function runSweepNode(
  engine: Engine,
  node: PlannedNode,
  step: RunRecord,
  scope: PipelineScope,
  signal: AbortSignal,
): Promise<void> {
  let sweep: SweepSpec;
  try {
    sweep = sweepOfNode(node, scope);
  } catch (error) {
    return setStatus(
      engine,
      step,
      'Failed',
      runError('UserError', error instanceof Error ? error.message : String(error)),
    );
  }
  await runSweep(engine, step, sweep, signal);
}
