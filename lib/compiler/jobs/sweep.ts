import { isoDuration } from '../../core/duration.ts';
import { compact } from '../../core/json.ts';
import { didYouMean, listed } from '../../core/nearest.ts';
import { compileCode } from '../assets/code.ts';
import { compileEnvironment } from '../assets/environment.ts';
import type { CompileContext } from '../context.ts';
import { checkCommandText, namesIn, withDoubleBraces } from '../ports/command-text.ts';
import { compileInputs, jobInputs } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { camelKeys, distribution, jobQueueSettings, jobResources, textMap } from '../ports/run-settings.ts';
import { computeId } from '../references.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import {
  checkSearchSpaceNames,
  earlyTermination,
  jobSearchSpace,
  numeric,
  SAMPLING,
  samplingAlgorithm,
} from './search-space.ts';

/** `properties` of a sweep job, the fields of every job aside (REST `SweepJob`). */
export function compileSweepJob(context: CompileContext, root: YamlNode): Record<string, unknown> {
  const { builder } = context;
  const inputs = compileInputs(context, get(root, 'inputs'), 'inputs');
  const outputs = compileOutputs(context, get(root, 'outputs'), 'outputs');
  const trial = get(root, 'trial')!;
  const space = get(root, 'search_space');
  checkSearchSpaceNames(space, 'search_space', builder.problems);
  checkCommandText(trial, namesIn(root, 'inputs'), namesIn(root, 'outputs'), 'trial', builder.problems);
  checkSweptText(context, trial, space);
  warnOfTrialQueue(context, trial);
  const compute = get(root, 'compute');
  const trialResources = jobResources(get(trial, 'resources'));
  // The API has no default, Azure ML's tools document random as theirs.
  const sampling = samplingAlgorithm(get(root, 'sampling_algorithm')) ?? { type: 'random', settings: {} };
  const policy = earlyTermination(get(root, 'early_termination'));
  return compact({
    jobType: 'Sweep',
    computeId: compute && !isNull(compute) ? computeId(builder, compute, 'compute') : undefined,
    inputs: jobInputs(inputs),
    outputs: jobOutputs(outputs),
    objective: {
      goal: textOf(get(get(root, 'objective'), 'goal'))?.toLowerCase(),
      primaryMetric: textOf(get(get(root, 'objective'), 'primary_metric')),
    },
    searchSpace: jobSearchSpace(space),
    samplingAlgorithm: compact({
      samplingAlgorithmType: SAMPLING[sampling.type],
      ...sampling.settings,
      logbase: textOf(get(get(root, 'sampling_algorithm'), 'logbase')),
    }),
    earlyTermination: policy && { policyType: policy.policy, ...camelKeys(policy.settings) },
    limits: jobLimits(get(root, 'limits')),
    trial: compact({
      command: withDoubleBraces(context, get(trial, 'command'), 'trial.command'),
      codeId: compileCode(context, get(trial, 'code'), 'trial.code'),
      environmentId: compileEnvironment(context, get(trial, 'environment'), 'trial.environment'),
      environmentVariables: textMap(get(trial, 'environment_variables')),
      distribution: distribution(get(trial, 'distribution'), 'job'),
      resources: trialResources,
    }),
    queueSettings: jobQueueSettings(get(root, 'queue_settings')),
    // Only preview versions have it; Azure ML's tools send the trial's when the job has none.
    resources: jobResources(get(root, 'resources')) ?? trialResources,
  });
}

/** `limits` of a sweep in snake case, timeouts in seconds. The service reads less than a minute as 60 days. */
export function sweepLimits(node: YamlNode | undefined): Record<string, unknown> {
  const seconds = (name: string): number | string | undefined => {
    const value = numeric(get(node, name));
    return typeof value === 'number' && value > 0 ? Math.max(60, value) : value;
  };
  return compact({
    max_total_trials: numeric(get(node, 'max_total_trials')),
    max_concurrent_trials: numeric(get(node, 'max_concurrent_trials')),
    timeout: seconds('timeout'),
    trial_timeout: seconds('trial_timeout'),
  });
}

function jobLimits(node: YamlNode | undefined): Record<string, unknown> {
  const { timeout, trial_timeout: trialTimeout, ...counts } = sweepLimits(node);
  const duration = (value: unknown): unknown =>
    value === 0 ? undefined : typeof value === 'number' ? isoDuration(value) : value;
  return compact({
    jobLimitsType: 'Sweep',
    ...camelKeys(counts),
    timeout: duration(timeout),
    trialTimeout: duration(trialTimeout),
  });
}

/** Every `${{search_space.x}}` of the trial's command has to be varied. */
function checkSweptText({ builder }: CompileContext, trial: YamlNode, space: YamlNode | undefined): void {
  const command = get(trial, 'command');
  const names = entriesOf(space).map(([name]) => name);
  for (const [whole, name] of (textOf(command) ?? '').matchAll(/\$\{\{\s*search_space\.([\w.-]+)\s*\}\}/g)) {
    if (names.includes(name!)) continue;
    builder.problems.push({
      message: `'trial.command' uses ${whole}, but 'search_space' does not contain '${name}'.${didYouMean(name!, names) || listed('It contains', names)}`,
      place: command!.place,
    });
  }
}

function warnOfTrialQueue({ builder }: CompileContext, trial: YamlNode): void {
  const queue = get(trial, 'queue_settings');
  if (queue && !isNull(queue))
    builder.warnings.push({
      message: "'trial.queue_settings' has no effect. Put 'queue_settings' at the root of the file.",
      place: queue.place,
    });
}
