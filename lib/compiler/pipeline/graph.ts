import { isRemote } from '../../azureml/ids.ts';
import { localComponent } from '../assets/component.ts';
import type { CompileContext, CompiledComponent, CompiledStep, OutputValue, Surroundings } from '../context.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkBindings, checkCycles, checkEmptyInputs, type GraphNode } from './bindings.ts';
import { inlineOutput } from './inline-step.ts';
import { compileStep } from './step.ts';

/** An output that the step does not have; `checkBindings` reports it. */
const NOTHING: YamlNode = { kind: 'scalar', value: null, isFloat: false, place: { file: '', line: 1, column: 1 } };

/** What a pipeline offers to its steps. */
export interface GraphPorts {
  /** Types of its inputs. */
  inputs: ReadonlyMap<string, string>;
  /** Modes of its inputs, for those that have one. */
  inputModes: ReadonlyMap<string, string>;
  outputs: ReadonlyMap<string, OutputValue>;
  /** Names of inputs that a job gives no value. */
  empty?: ReadonlySet<string>;
}

/**
 * Compiles the steps of a pipeline, job or component, and checks what they are bound to.
 * @param root of the pipeline; its `jobs` are the steps
 */
export function compileGraph(context: CompileContext, root: YamlNode, ports: GraphPorts): Map<string, CompiledStep> {
  const { problems } = context.builder;
  const jobs = get(root, 'jobs');
  const siblings = new Map(entriesOf(jobs).map(([name, value]) => [name, value]));
  if (siblings.size === 0)
    problems.push({ message: "A pipeline needs at least one step under 'jobs'.", place: (jobs ?? root).place });
  const compiled = new Map<string, CompiledStep>();
  const around: Surroundings = {
    ...ports,
    siblings,
    ports(step) {
      const node = siblings.get(step);
      const reference = isNull(get(node, 'component')) ? get(node, 'trial') : get(node, 'component');
      const declared = declaredPorts(context, step, node);
      if (!node || (reference && !isNull(reference) && !declared)) return undefined;
      const names = (side: 'inputs' | 'outputs'): Set<string> =>
        new Set(declared ? declared[side].keys() : entriesOf(get(node, side)).map(([name]) => name));
      return { inputs: names('inputs'), outputs: names('outputs') };
    },
    outputType(step, output) {
      const node = siblings.get(step);
      const declared = declaredPorts(context, step, node)?.outputs.get(output)?.type;
      if (declared) return declared;
      return textOf(get(node, 'type')) === 'automl'
        ? 'mltable'
        : inlineOutput(get(get(node, 'outputs'), output) ?? NOTHING, ports).type;
    },
  };
  for (const [name, node, keyPlace] of entriesOf(jobs)) {
    if (!/^[a-z_][a-z0-9_]*$/.test(name))
      problems.push({
        message: `'jobs.${name}': a step's name must consist of lowercase letters (a to z), digits and underscores, and can't begin with a digit.`,
        place: keyPlace,
      });
    compiled.set(name, compileStep(context, name, node, around));
  }
  const nodes: GraphNode[] = [...siblings].map(([name, node]) => ({
    name,
    node,
    outputs: compiled.get(name)?.outputs,
    inputs: compiled.get(name)?.inputs,
  }));
  checkBindings(nodes, ports.inputs, new Set(ports.outputs.keys()), problems);
  checkEmptyInputs(nodes, ports.empty ?? new Set(), problems);
  checkCycles(nodes, problems);
  return compiled;
}

/** What the local component of a step declares; a step may be bound to one that comes later. */
function declaredPorts(
  context: CompileContext,
  step: string,
  node: YamlNode | undefined,
): CompiledComponent | undefined {
  for (const field of ['component', 'trial']) {
    const component = get(node, field);
    if (component && !isNull(component) && !isRemote(textOf(component) ?? ''))
      return localComponent(context, component, `jobs.${step}.${field}`);
  }
  return undefined;
}
