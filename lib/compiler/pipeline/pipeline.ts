import { compact } from '../../core/json.ts';
import { didYouMean, listed } from '../../core/words.ts';
import type { CompileContext } from '../context.ts';
import { compileInputs, inputType, jobInputs } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { computeId, datastoreId } from '../references.ts';
import { booleanOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkComputes, jobsOf } from './computes.ts';
import { compileGraph } from './graph.ts';
import { compileRootComponent } from './root-component.ts';

const SETTINGS = new Set([
  'default_compute',
  'default_datastore',
  'continue_on_step_failure',
  'force_rerun',
  'on_init',
  'on_finalize',
]);

/** `properties` of a pipeline job, the fields of every job aside. */
export function compilePipelineJob(context: CompileContext, root: YamlNode): Record<string, unknown> {
  const inputs = compileInputs(context, get(root, 'inputs'), 'inputs', true);
  // The service refuses empty values; what is bound to an absent input has none (azure-ai-ml `PipelineJob._to_rest_object`).
  for (const [name, input] of inputs) if (input.kind === 'literal' && input.value === '') inputs.delete(name);
  const outputs = compileOutputs(context, get(root, 'outputs'), 'outputs');
  const compute = get(root, 'compute');
  const common = compact({
    jobType: 'Pipeline',
    computeId: compute && !isNull(compute) ? computeId(context.builder, compute, 'compute') : undefined,
    settings: pipelineSettings(context, get(root, 'settings')),
  });
  if (!isNull(get(root, 'component'))) {
    const whole = compileRootComponent(context, root, inputs, outputs);
    checkComputes(context.builder, root, jobsOf(context.builder, whole.componentId));
    return { ...common, ...whole };
  }
  const declared = entriesOf(get(root, 'inputs'));
  const steps = compileGraph(context, root, {
    inputs: new Map(declared.map(([name, value]) => [name, inputType(value)])),
    inputModes: new Map(
      declared.flatMap(([name, value]) => {
        const mode = textOf(get(value, 'mode'));
        return mode ? [[name, mode]] : [];
      }),
    ),
    outputs,
    empty: new Set(declared.flatMap(([name, value]) => (isNull(value) ? [name] : []))),
  });
  checkFirstAndLast(context, root);
  const jobs = Object.fromEntries([...steps].map(([name, { body }]) => [name, body]));
  checkComputes(context.builder, root, jobs);
  return {
    ...common,
    inputs: jobInputs(inputs),
    outputs: jobOutputs(outputs),
    jobs,
  };
}

/** `on_init` and `on_finalize` are steps of the pipeline, and different ones (azure-ai-ml `_validate_init_finalize_job`). */
function checkFirstAndLast({ builder }: CompileContext, root: YamlNode): void {
  const settings = get(root, 'settings');
  const steps = entriesOf(get(root, 'jobs')).map(([name]) => name);
  const named = ['on_init', 'on_finalize'].flatMap((field) => {
    const node = get(settings, field);
    return node && textOf(node) ? [{ field, node, step: textOf(node)! }] : [];
  });
  for (const { field, node, step } of named)
    if (!steps.includes(step))
      builder.problems.push({
        message: `'settings.${field}' must be a step of the pipeline, but is '${step}'.${didYouMean(step, steps) || listed('The steps are', steps)}`,
        place: node.place,
      });
  const [first, last] = named;
  if (first && first.step === last?.step)
    builder.problems.push({
      message: `'settings.on_finalize' must be another step than 'on_init', but both are '${first.step}'.`,
      place: last.node.place,
    });
}

/** `settings` of a pipeline. */
export function pipelineSettings(context: CompileContext, node: YamlNode | undefined): Record<string, unknown> {
  const compute = get(node, 'default_compute');
  const datastore = get(node, 'default_datastore');
  return compact({
    default_compute:
      compute && !isNull(compute) ? computeId(context.builder, compute, 'settings.default_compute') : undefined,
    default_datastore:
      datastore && !isNull(datastore)
        ? datastoreId(context.builder, datastore, 'settings.default_datastore')
        : undefined,
    continue_on_step_failure: booleanOf(get(node, 'continue_on_step_failure')),
    force_rerun: booleanOf(get(node, 'force_rerun')),
    on_init: textOf(get(node, 'on_init')),
    on_finalize: textOf(get(node, 'on_finalize')),
    ...unknownSettings(node),
    _source: 'YAML.JOB',
  });
}

/** Settings that are newer than this code are passed through, as Azure ML's own tools do. */
function unknownSettings(node: YamlNode | undefined): Record<string, unknown> {
  return Object.fromEntries(
    entriesOf(node)
      .filter(([name]) => !SETTINGS.has(name))
      .map(([name, value]) => [name, jsonOf(value)]),
  );
}
