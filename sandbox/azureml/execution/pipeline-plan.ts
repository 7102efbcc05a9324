/** Reads a pipeline's nodes and the components behind them, checks every binding, and puts the nodes in order. */
import type { AzureMlContext } from '../../contracts.ts';
import { type ComponentInput, checkLiteral, findComponent } from './components.ts';
import { expressionNames, parseBinding } from './expressions.ts';
import { computeName } from './spec.ts';

/** Node JSON as in `properties.jobs` of a pipeline job or `componentSpec.jobs`: snake_case, an open object. */
type NodeJson = Record<string, any>;

export interface PlannedNode {
  name: string;
  type: string;
  displayName: string;
  json: NodeJson;
  /** `componentSpec` of the node's component (of a sweep node: its trial). */
  component: Record<string, any>;
  componentId: string;
  dependsOn: string[];
  computeName: string;
  /** Plan of a node that is itself a pipeline. */
  nested?: PipelinePlan;
  /** Why the sandbox can't run this node; its step fails with it. */
  problem?: string;
}

export interface PipelinePlan {
  /** In an order in which every node comes after those it depends on. */
  nodes: PlannedNode[];
}

/** What a pipeline offers to its nodes. */
export interface PipelineDefinition {
  jobs: Record<string, NodeJson>;
  /** Names of the pipeline's inputs that have a value or a default or are declared by its component. */
  inputNames: string[];
  outputNames: string[];
  defaultCompute?: string;
  /** The steps are those of a component: what they name is looked up when they run. */
  isComponent?: boolean;
  /** Path of node names above this pipeline; empty at the root. */
  path: string;
}

const RUNNABLE = ['command', 'pipeline', 'sweep'];

function problemOf(type: string): string | undefined {
  if (RUNNABLE.includes(type)) return undefined;
  return `The sandbox can't run nodes of type '${type}': it runs command, pipeline and sweep nodes.`;
}

/** Throws when a binding of the node names something that the pipeline doesn't have; returns the nodes it waits for. */
function checkBindings(
  definition: PipelineDefinition,
  node: string,
  values: Record<string, any>,
  side: string,
): string[] {
  const upstream: string[] = [];
  for (const [name, raw] of Object.entries(values)) {
    const text = raw !== null && typeof raw === 'object' ? (raw.value ?? raw.uri ?? raw.path) : raw;
    if (typeof text !== 'string') continue;
    const place = `${side} '${name}' of step '${node}'`;
    for (const expression of expressionNames(text)) {
      const binding = parseBinding(`\${{${expression}}}`);
      if (!binding) {
        // `${{name}}` and the like in an output's path are resolved when the step runs.
        if (side === 'Output' && !expression.startsWith('parent.')) continue;
        throw new Error(`${place}: the expression '\${{${expression}}}' is not a binding to the pipeline.`);
      }
      if (binding.kind === 'parentInput' && !definition.inputNames.includes(binding.name)) {
        throw new Error(`${place} is bound to the pipeline input '${binding.name}', which does not exist.`);
      }
      if (binding.kind === 'parentOutput' && !definition.outputNames.includes(binding.name)) {
        throw new Error(`${place} is bound to the pipeline output '${binding.name}', which does not exist.`);
      }
      if (binding.kind === 'jobOutput') {
        if (!definition.jobs[binding.job])
          throw new Error(`${place} is bound to the step '${binding.job}', which does not exist.`);
        upstream.push(binding.job);
      }
    }
  }
  return upstream;
}

function hasValue(raw: any): boolean {
  if (raw === null || raw === undefined) return false;
  return typeof raw !== 'object' || raw.value !== undefined || raw.uri !== undefined || raw.path !== undefined;
}

/** Throws when the node leaves out an input that its component requires, or gives one that the component does not have. */
function checkInputs(node: PlannedNode): void {
  const declared: Record<string, ComponentInput> = node.component.inputs ?? {};
  const given: Record<string, any> = node.json.inputs ?? {};
  for (const [name, input] of Object.entries(declared)) {
    const optional = input.optional === true || String(input.optional).toLowerCase() === 'true';
    if (!hasValue(given[name]) && !optional && input.default === undefined) {
      throw new Error(
        `Required input '${name}' of step '${node.name}' (component '${node.component.name}') has no value.`,
      );
    }
    const value = given[name] !== null && typeof given[name] === 'object' ? given[name].value : given[name];
    if (value !== undefined && value !== null)
      checkLiteral(`Input '${name}' of step '${node.name}'`, input, String(value));
  }
  // Inputs of a sweep's search space are the trial's inputs too, so only what nobody declares is unknown.
  const unknown = Object.keys(given).find((name) => !declared[name] && !declared[name.split('.')[0]!]);
  if (unknown && Object.keys(declared).length > 0) {
    throw new Error(
      `Step '${node.name}' has an input '${unknown}' that its component '${node.component.name}' does not declare.`,
    );
  }
}

/** The component of a step, or why there is none when that shows only as the step runs. */
function lookUp(
  context: AzureMlContext,
  { isComponent }: PipelineDefinition,
  reference: string,
  name: string,
): Record<string, any> | string {
  try {
    return findComponent(context, reference, name);
  } catch (error) {
    if (isComponent) return (error as Error).message;
    throw error;
  }
}

function planNode(context: AzureMlContext, definition: PipelineDefinition, name: string, json: NodeJson): PlannedNode {
  const type = String(json.type ?? 'command').toLowerCase();
  const path = `${definition.path}/${name}`;
  const reference = json.componentId ?? json.trial?.componentId ?? json.trial ?? json.component;
  const unsupported = problemOf(type);
  if (!reference && !unsupported) throw new Error(`Step '${name}' names no component.`);
  const found = unsupported ? {} : lookUp(context, definition, String(reference), name);
  const problem = unsupported ?? (typeof found === 'string' ? found : undefined);
  const component = typeof found === 'string' ? {} : found;
  const own = json.computeId ?? json.compute ?? definition.defaultCompute;
  const node: PlannedNode = {
    name,
    type,
    displayName: json.display_name || component.display_name || name,
    json,
    component,
    componentId: String(reference ?? '').replace(/^azureml:(?!\/\/)/, ''),
    dependsOn: [],
    computeName: computeName(own),
    problem,
  };
  if (!problem && type !== 'sweep') checkInputs(node);
  const isPipeline = type === 'pipeline' || (component.type === 'pipeline' && !problem);
  if (isPipeline) {
    node.type = 'pipeline';
    node.nested = planPipeline(context, {
      jobs: component.jobs ?? {},
      inputNames: Object.keys(component.inputs ?? {}),
      outputNames: Object.keys(component.outputs ?? {}),
      defaultCompute: own,
      isComponent: true,
      path,
    });
  }
  const waits = [
    ...checkBindings(definition, name, json.inputs ?? {}, 'Input'),
    ...checkBindings(definition, name, json.outputs ?? {}, 'Output'),
  ];
  node.dependsOn = [...new Set(waits)];
  return node;
}

/** Throws when a binding asks a step for an output that its component doesn't have. */
function checkJobOutputs(nodes: PlannedNode[]): void {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const node of nodes) {
    for (const [name, raw] of Object.entries<any>(node.json.inputs ?? {})) {
      const binding = parseBinding(raw?.value ?? raw?.path ?? raw);
      if (binding?.kind !== 'jobOutput') continue;
      const source = byName.get(binding.job)!;
      const outputs = { ...source.component.outputs, ...source.json.outputs };
      if (!source.problem && !outputs[binding.name]) {
        throw new Error(
          `Input '${name}' of step '${node.name}' is bound to the output '${binding.name}' that step '${binding.job}' does not have.`,
        );
      }
    }
  }
}

/** Topological order; throws naming the steps of a cycle. */
export function inOrder<T extends { name: string; dependsOn: string[] }>(nodes: T[]): T[] {
  const done = new Set<string>();
  const ordered: T[] = [];
  while (ordered.length < nodes.length) {
    const ready = nodes.filter((node) => !done.has(node.name) && node.dependsOn.every((name) => done.has(name)));
    if (ready.length === 0) {
      const stuck = nodes.filter((node) => !done.has(node.name)).map((node) => `'${node.name}'`);
      throw new Error(`The steps ${stuck.join(', ')} wait for each other.`);
    }
    for (const node of ready) done.add(node.name);
    ordered.push(...ready);
  }
  return ordered;
}

/** Plans a pipeline; throws an Error with one sentence when it can't run as it is defined. */
export function planPipeline(context: AzureMlContext, definition: PipelineDefinition): PipelinePlan {
  const names = Object.keys(definition.jobs);
  if (names.length === 0) throw new Error('The pipeline has no steps.');
  const nodes = names.map((name) => planNode(context, definition, name, definition.jobs[name]!));
  checkJobOutputs(nodes);
  return { nodes: inOrder(nodes) };
}
