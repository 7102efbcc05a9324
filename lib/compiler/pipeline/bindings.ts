import type { Problem } from '../../core/errors.ts';
import { didYouMean, listed } from '../../core/words.ts';
import { entriesOf, get, textOf, type YamlNode } from '../yaml/yaml.ts';

/** A step of a pipeline as its siblings see it. */
export interface GraphNode {
  name: string;
  node: YamlNode;
  /** Declared outputs and their types; undefined when the component is not known here (registered or in a registry). */
  outputs: ReadonlyMap<string, { type: string }> | undefined;
  /** Declared inputs, where they are known. */
  inputs?: ReadonlyMap<string, { optional: boolean; hasDefault: boolean }> | undefined;
}

const CONTROL_FLOW = new Set(['do_while', 'parallel_for', 'if_else']);

interface Binding {
  text: string;
  path: string[];
  at: YamlNode;
  /** Of the value in the step: `inputs.rows`. */
  field: string;
  /** Whether it is under `inputs` or `outputs`; elsewhere `${{inputs.x}}` is the component's own. */
  side: 'inputs' | 'outputs' | undefined;
}

/** Every `${{...}}` of a step, wherever it is in it, the command's own text aside. */
function bindingsOf(node: YamlNode): Binding[] {
  const found: Binding[] = [];
  const visit = (value: YamlNode, side: Binding['side'], field: string): void => {
    if (value.kind === 'map') for (const [name, item] of entriesOf(value)) visit(item, side, `${field}.${name}`);
    else if (value.kind === 'list') for (const [i, item] of value.items.entries()) visit(item, side, `${field}[${i}]`);
    else
      for (const [text, path] of (textOf(value) ?? '').matchAll(/\$\{\{\s*([\w.-]+)\s*\}\}/g))
        found.push({ text, path: path!.split('.'), at: value, field, side });
  };
  for (const [name, item] of entriesOf(node))
    if (name !== 'command') visit(item, name === 'inputs' || name === 'outputs' ? name : undefined, name);
  return found;
}

/**
 * Checks that every binding of the steps leads somewhere: to an input or output of the pipeline, or to an output of
 * another step.
 */
export function checkBindings(
  nodes: readonly GraphNode[],
  inputs: ReadonlyMap<string, string>,
  outputs: ReadonlySet<string>,
  problems: Problem[],
): void {
  const steps = new Map(nodes.map((node) => [node.name, node]));
  for (const { name: own, node } of nodes) {
    for (const { text, path, at, field, side } of bindingsOf(node)) {
      const say = (message: string): void => {
        problems.push({ message: `'jobs.${own}.${field}' is bound to ${text}, but ${message}`, place: at.place });
      };
      const [parent, kind, name, port, output] = path as [string, string?, string?, string?, string?];
      if (parent !== 'parent') {
        if (side && (parent === 'inputs' || parent === 'outputs' || parent === 'jobs'))
          say(`a step refers to its pipeline as 'parent'. Write \${{parent.${path.join('.')}}}.`);
        continue; // ${{name}}, ${{default_datastore}} and the like are filled in by Azure ML
      }
      if (side === 'outputs' && kind !== 'outputs')
        say('an output can only be bound to an output of the pipeline. Write ${{parent.outputs.<name>}}.');
      else if (kind === 'inputs') {
        const whole = path.slice(2).join('.');
        const isGroup = [...inputs.keys()].some((one) => one.startsWith(`${whole}.`));
        if (!inputs.has(whole) && !isGroup)
          say(
            `the pipeline does not have an input '${whole}'.${didYouMean(whole, inputs.keys()) || listed('It has', inputs.keys())}`,
          );
      } else if (kind === 'outputs') {
        if (!outputs.has(name ?? ''))
          say(
            `the pipeline does not have an output '${name}'.${didYouMean(name ?? '', outputs) || listed('It has', outputs)}`,
          );
      } else if (kind === 'jobs') {
        const step = steps.get(name ?? '');
        if (!step)
          say(
            `there is no step '${name}'.${didYouMean(name ?? '', steps.keys()) || listed('The steps are', steps.keys())}`,
          );
        else if (CONTROL_FLOW.has(textOf(get(node, 'type'))?.toLowerCase() ?? '') && port !== 'outputs')
          continue; // names a step, or its input
        else if (name === own) say("a step can't use its own output.");
        else if (port === 'outputs' && step.outputs && !step.outputs.has(output ?? ''))
          say(
            `the step '${name}' does not have an output '${output}'.${didYouMean(output ?? '', step.outputs.keys()) || listed('It has', step.outputs.keys())}`,
          );
        else if (port !== 'outputs')
          say(`a step can only use outputs of other steps. Write \${{parent.jobs.${name}.outputs.<name>}}.`);
      } else if (path.length > 2 || kind !== 'name') say("'parent' is followed by 'inputs', 'outputs' or 'jobs'.");
    }
  }
}

/**
 * An input that a step requires can't be bound to one of the pipeline's that has no value: nothing would be sent for it
 * (azure-ai-ml `PipelineJob._validate_input`).
 */
export function checkEmptyInputs(nodes: readonly GraphNode[], empty: ReadonlySet<string>, problems: Problem[]): void {
  for (const { name: step, node, inputs } of nodes)
    for (const [name, value] of entriesOf(get(node, 'inputs'))) {
      const at = value.kind === 'map' ? get(value, 'path') : value;
      const bound = /^\s*\$\{\{\s*parent\.inputs\.([\w.]+)\s*\}\}\s*$/.exec(textOf(at) ?? '')?.[1];
      const declared = inputs?.get(name);
      if (!declared || declared.optional || declared.hasDefault || bound === undefined || !empty.has(bound)) continue;
      problems.push({
        message: `'jobs.${step}.inputs.${name}' is bound to \${{parent.inputs.${bound}}}, but 'inputs.${bound}' does not have a value.`,
        place: at!.place,
      });
    }
}

/** Finds steps that wait for each other in a circle, which would never start. */
export function checkCycles(nodes: readonly GraphNode[], problems: Problem[]): void {
  const needs = new Map(
    nodes.map(({ name, node }) => [
      name,
      [
        ...new Set(
          bindingsOf(node)
            .filter(({ path }) => path[0] === 'parent' && path[1] === 'jobs')
            .map(({ path }) => path[2]!),
        ),
      ].filter((other) => other !== name),
    ]),
  );
  const done = new Set<string>();
  for (const { name: first } of nodes) {
    // Without recursion: a pipeline may have thousands of steps in a row.
    const way: { name: string; rest: string[] }[] = [];
    const places = new Map<string, number>();
    const enter = (name: string): void => {
      if (done.has(name) || !needs.has(name)) return;
      const start = places.get(name);
      if (start === undefined) {
        places.set(name, way.length);
        way.push({ name, rest: [...needs.get(name)!] });
        return;
      }
      const circle = [...way.slice(start).map((one) => one.name), name];
      problems.push({
        message: `The steps wait for each other: ${circle.join(' needs ')}.`,
        place: nodes.find((node) => node.name === name)!.node.place,
      });
      for (const member of circle) done.add(member);
    };
    enter(first);
    for (let last = way.at(-1); last; last = way.at(-1)) {
      const next = done.has(last.name) ? undefined : last.rest.shift();
      if (next !== undefined) enter(next);
      else {
        done.add(last.name);
        places.delete(last.name);
        way.pop();
      }
    }
  }
}
