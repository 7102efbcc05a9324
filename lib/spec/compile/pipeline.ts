import { oneOf } from '../../core/nearest.ts';
import { compact } from '../plan.ts';
import { computeId, datastoreId } from '../references.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml.ts';
import { booleanOf } from './component.ts';
import type { CompileContext } from './context.ts';
import { compileGraph } from './graph.ts';
import { compileInputs, compileOutputs, inputType, jobInputs, jobOutputs } from './inputs.ts';
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
  if (!isNull(get(root, 'component'))) return { ...common, ...compileRootComponent(context, root, inputs, outputs) };
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
  });
  checkComputes(
    context,
    root,
    [...steps].map(([name, { body }]) => ({ name, body })),
  );
  return {
    ...common,
    inputs: jobInputs(inputs),
    outputs: jobOutputs(outputs),
    jobs: Object.fromEntries([...steps].map(([name, { body }]) => [name, body])),
  };
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

function checkComputes(
  context: CompileContext,
  root: YamlNode,
  nodes: { name: string; body: Record<string, unknown> }[],
): void {
  const byDefault = !isNull(get(root, 'compute')) || !isNull(get(get(root, 'settings'), 'default_compute'));
  if (byDefault) return;
  // What a registered component runs on is not known here.
  const local = nodes.filter(
    ({ body: { type, componentId, trial, computeId, compute, resources } }) =>
      !computeId &&
      !compute &&
      !resources &&
      (type === 'automl' ||
        (type === 'command' && isAnonymous(componentId)) ||
        (type === 'sweep' && isAnonymous((trial as { componentId?: string } | undefined)?.componentId))),
  );
  if (local.length === 0) return;
  context.builder.problems.push({
    message: `The steps ${oneOf(local.map(({ name }) => name)).replace(' or ', ' and ')} have no 'compute', and the pipeline has no 'settings.default_compute'; name one, for example azureml:cpu-cluster or serverless.`,
    place: (get(root, 'jobs') ?? root).place,
  });
}

function isAnonymous(componentId: unknown): boolean {
  return String(componentId).includes('/components/azureml_anonymous/');
}
