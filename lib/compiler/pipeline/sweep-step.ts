import { compact } from '../../core/json.ts';
import type { CompileContext, CompiledStep, StepCompiler, Surroundings } from '../context.ts';
import { checkSearchSpaceNames, earlyTermination, samplingAlgorithm, stepSearchSpace } from '../jobs/search-space.ts';
import { sweepLimits } from '../jobs/sweep.ts';
import { compileInputs, nodeInputs } from '../ports/inputs.ts';
import { compileOutputs, nodeOutputs } from '../ports/outputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { computeId } from '../references.ts';
import { sweepStepFields } from '../schema/sweep.ts';
import { unknownFields } from '../schema/unknown-fields.ts';
import { get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkedStep, referredComponent } from './step.ts';
import { checkInputValues, checkNodeInputs, declaredOnly } from './step-ports.ts';
import { nodeIdentity, nodeResources } from './step-settings.ts';

/** A step of `type: sweep`: a command component under `trial`, whose inputs are given or varied. */
export const sweepStep: StepCompiler = (context, name, node, around) =>
  checkedStep(context, node, name, sweepStepFields, () => compileSweepStep(context, name, node, around));

function compileSweepStep(context: CompileContext, name: string, node: YamlNode, around: Surroundings): CompiledStep {
  const { builder } = context;
  const path = `jobs.${name}`;
  const space = get(node, 'search_space');
  checkSearchSpaceNames(space, `${path}.search_space`, builder.problems);
  const trial = referredComponent(context, get(node, 'trial')!, `${path}.trial`, 'command');
  if (trial) {
    checkNodeInputs(context, node, path, trial, space);
    checkInputValues(context, node, path, trial, around);
  }
  const compute = get(node, 'compute');
  return {
    body: compact({
      ...unknownFields(node, sweepStepFields),
      name,
      type: 'sweep',
      display_name: textOf(get(node, 'display_name')),
      tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
      properties: isNull(get(node, 'properties')) ? undefined : textMap(get(node, 'properties')),
      comment: textOf(get(node, 'comment')),
      computeId: compute && !isNull(compute) ? computeId(builder, compute, `${path}.compute`) : undefined,
      inputs: nodeInputs(
        declaredOnly(compileInputs(context, get(node, 'inputs'), `${path}.inputs`, true, trial?.inputs), trial?.inputs),
      ),
      outputs: nodeOutputs(
        declaredOnly(compileOutputs(context, get(node, 'outputs'), `${path}.outputs`), trial?.outputs),
        trial?.outputs,
      ),
      identity: nodeIdentity(get(node, 'identity')),
      limits: sweepLimits(get(node, 'limits')),
      objective: objective(get(node, 'objective')),
      search_space: stepSearchSpace(space),
      sampling_algorithm: sampling(get(node, 'sampling_algorithm')),
      early_termination: policy(get(node, 'early_termination')),
      queue_settings: queueSettings(get(node, 'queue_settings')),
      resources: nodeResources(get(node, 'resources')),
      trial: trial && { componentId: trial.id },
      _source: trial?.id.startsWith('azureml://') ? 'REMOTE.REGISTRY' : 'YAML.COMPONENT',
    }),
    outputs: trial?.outputs,
  };
}

function objective(node: YamlNode | undefined): Record<string, unknown> {
  return { goal: textOf(get(node, 'goal'))?.toLowerCase(), primary_metric: textOf(get(node, 'primary_metric')) };
}

/** The bare word stays a word; random is what Azure ML's tools document as their default. */
function sampling(node: YamlNode | undefined): unknown {
  const algorithm = samplingAlgorithm(node);
  if (!algorithm) return 'random';
  return node?.kind === 'map' ? { type: algorithm.type, ...algorithm.settings } : algorithm.type;
}

/** Unlike a job's, a step's policy has no slack of 0. */
function policy(node: YamlNode | undefined): unknown {
  const found = earlyTermination(node);
  if (!found) return undefined;
  const settings = Object.entries(found.settings).filter(([name, value]) => !name.startsWith('slack_') || value !== 0);
  return { policy_type: found.policy, ...Object.fromEntries(settings) };
}

function queueSettings(node: YamlNode | undefined): unknown {
  if (isNull(node)) return undefined;
  return compact({
    job_tier: textOf(get(node, 'job_tier'))?.toLowerCase(),
    priority: textOf(get(node, 'priority'))?.toLowerCase(),
  });
}
