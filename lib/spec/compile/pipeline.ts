import { oneOf } from '../../core/nearest.ts';
import { compact } from '../plan.ts';
import { computeId, datastoreId } from '../references.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml.ts';
import { checkBindings, checkCycles, type GraphNode } from './bindings.ts';
import { booleanOf } from './component.ts';
import type { CompileContext } from './context.ts';
import { compileInputs, compileOutputs, inputType, jobInputs, jobOutputs } from './inputs.ts';
import { compileStep } from './step.ts';

/** `properties` of a pipeline job, the fields of every job aside. */
export function compilePipelineJob(context: CompileContext, root: YamlNode): Record<string, unknown> {
  const { builder } = context;
  const inputs = compileInputs(context, get(root, 'inputs'), 'inputs');
  const outputs = compileOutputs(get(root, 'outputs'));
  const inputNodes = get(root, 'inputs');
  const declared = new Map(entriesOf(inputNodes).map(([name, value]) => [name, inputType(value)]));
  const jobs = get(root, 'jobs');
  if (entriesOf(jobs).length === 0) {
    builder.problems.push({ message: "A pipeline needs at least one step under 'jobs'.", place: (jobs ?? root).place });
  }
  const siblings = new Map(entriesOf(jobs).map(([name, value]) => [name, value]));
  const nodes: GraphNode[] = [];
  const compiled = entriesOf(jobs).map(([name, value, keyPlace]) => {
    if (!/^[a-z_][a-zA-Z0-9_]*$/i.test(name))
      builder.problems.push({
        message: `'jobs.${name}': a step's name has letters, digits and underscores and begins with no digit.`,
        place: keyPlace,
      });
    const node = compileStep(context, name, value, { inputs: declared, outputs, siblings });
    nodes.push({ name, node: value, outputs: node.outputs });
    return [name, node.body] as const;
  });
  checkBindings(nodes, declared, new Set(outputs.keys()), builder.problems);
  checkCycles(nodes, builder.problems);
  checkComputes(
    context,
    root,
    compiled.map(([name, body]) => ({ name, body })),
  );
  const compute = get(root, 'compute');
  return compact({
    jobType: 'Pipeline',
    computeId: compute && !isNull(compute) ? computeId(builder, compute, 'compute') : undefined,
    inputs: jobInputs(inputs),
    outputs: jobOutputs(outputs),
    settings: settings(context, get(root, 'settings')),
    jobs: Object.fromEntries(compiled),
  });
}

function settings(context: CompileContext, node: YamlNode | undefined): Record<string, unknown> {
  const compute = get(node, 'default_compute');
  const datastore = get(node, 'default_datastore');
  return compact({
    default_compute: compute && !isNull(compute) ? defaultComputeId(context, compute) : undefined,
    default_datastore:
      datastore && !isNull(datastore)
        ? datastoreId(context.builder, datastore, 'settings.default_datastore')
        : undefined,
    continue_on_step_failure: booleanOf(get(node, 'continue_on_step_failure')),
    force_rerun: booleanOf(get(node, 'force_rerun')),
    on_init: textOf(get(node, 'on_init')),
    on_finalize: textOf(get(node, 'on_finalize')),
    _source: 'YAML.JOB',
  });
}

/** As a default even `serverless` is sent as an id (recorded from azure-ai-ml 1.35.2). */
function defaultComputeId(context: CompileContext, node: YamlNode): string {
  const id = computeId(context.builder, node, 'settings.default_compute');
  return id === 'serverless' ? `${context.builder.workspace}/computes/serverless` : id;
}

function checkComputes(
  context: CompileContext,
  root: YamlNode,
  nodes: { name: string; body: Record<string, unknown> }[],
): void {
  const byDefault = !isNull(get(root, 'compute')) || !isNull(get(get(root, 'settings'), 'default_compute'));
  if (byDefault) return;
  const without = nodes.filter(
    ({ body }) => body.type === 'command' && !body.computeId && !body.resources && body.componentId,
  );
  const local = without.filter(({ body }) => String(body.componentId).includes('/components/azureml_anonymous/'));
  if (local.length === 0) return;
  context.builder.problems.push({
    message: `The steps ${oneOf(local.map(({ name }) => name)).replace(' or ', ' and ')} have no 'compute', and the pipeline has no 'settings.default_compute'; name one, for example azureml:cpu-cluster or serverless.`,
    place: (get(root, 'jobs') ?? root).place,
  });
}
