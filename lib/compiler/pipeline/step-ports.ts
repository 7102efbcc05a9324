import type { Place } from '../../core/errors.ts';
import { didYouMean, listed } from '../../core/words.ts';
import type { CompileContext, CompiledComponent, Surroundings } from '../context.ts';
import { whyNoValue, whyUnusual } from '../ports/declared-ports.ts';
import { isBinding } from '../schema/fields.ts';
import { PARAMETER_TYPES } from '../schema/job.ts';
import { describe, entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { boundPort } from './inline-step.ts';

const NUMBERS = new Set(['number', 'integer']);

/**
 * Data can't become a number or boolean on its way, nor a number a boolean, nor the other way round. What is text can be
 * many things, and kinds of data go into one another.
 */
function canBecome(from: string, to: string): boolean {
  const family = (type: string): string => (NUMBERS.has(type) ? 'number' : type === 'boolean' ? type : 'data');
  return from === 'string' || to === 'string' || family(from) === family(to);
}

/** Values and bindings of a step's inputs against what its component declares. */
export function checkInputValues(
  { builder, file }: CompileContext,
  node: YamlNode,
  path: string,
  { inputs }: Partial<CompiledComponent>,
  around: Surroundings,
): void {
  for (const [name, value] of entriesOf(get(node, 'inputs'))) {
    const declared = inputs?.get(name);
    const given = value.kind === 'map' ? (get(value, 'path') ?? get(value, 'value')) : value;
    const text = textOf(given);
    if (!declared || !given || text === undefined) continue;
    const say = (message: string): void => {
      builder.problems.push({ message: `'${path}.inputs.${name}' ${message}.`, place: given.place });
    };
    if (!isBinding(given)) {
      if (text.includes('${{') || isData(declared.type)) continue;
      const why = whyNoValue(text, declared);
      const unusual = whyUnusual(text, declared);
      if (why) say(`must be ${why}, but is ${describe(given)}`);
      else if (unusual)
        builder.warnings.push({
          message: `'${path}.inputs.${name}' should be ${unusual}, but is ${describe(given)}. The component says so, but Azure ML does not check it.`,
          place: given.place,
        });
      continue;
    }
    // Bindings that lead nowhere are reported by `checkBindings`.
    const step = /parent\.jobs\.(\w+)/.exec(text)?.[1];
    if (step !== undefined && !around.siblings.has(step)) continue;
    const { type } = boundPort(text, around);
    if (!canBecome(type, declared.type)) say(`must be of type ${declared.type}, but ${text} is of type ${type}`);
    else if (!isData(declared.type)) {
      const source = literalOf(file.root, text);
      const why = source && whyNoValue(textOf(source) ?? '', declared);
      if (why) say(`must be ${why}, but ${text} is ${describe(source)}`);
    }
  }
}

/** The value that a job gives the input of its pipeline that a binding leads to; undefined for data. */
function literalOf(root: YamlNode, binding: string): YamlNode | undefined {
  const name = /^\s*\$\{\{\s*parent\.inputs\.([\w.]+)\s*\}\}\s*$/.exec(binding)?.[1];
  const input = name === undefined ? undefined : get(get(root, 'inputs'), name);
  const value =
    input?.kind === 'map' ? (get(input, 'path') ? undefined : (get(input, 'value') ?? get(input, 'default'))) : input;
  return isNull(value) ? undefined : value;
}

function isData(type: string): boolean {
  return !(PARAMETER_TYPES as readonly string[]).includes(type);
}

/** What the component does not declare is left out, as Azure ML's tools do (see `checkNodeInputs`). */
export function declaredOnly<T>(
  ports: Map<string, T>,
  declared: ReadonlyMap<string, unknown> | undefined,
): Map<string, T> {
  return declared ? new Map([...ports].filter(([name]) => declared.has(name))) : ports;
}

/**
 * A node's inputs against what its component declares.
 * @param search hyperparameters of a sweep, which become inputs too
 */
export function checkNodeInputs(
  context: CompileContext,
  node: YamlNode,
  path: string,
  component: Partial<CompiledComponent>,
  search?: YamlNode,
): void {
  if (!component.inputs) return;
  const given = entriesOf(get(node, 'inputs'));
  for (const [name, , keyPlace] of given) {
    if (component.inputs.has(name)) continue;
    unknown(context, `${path}.inputs`, 'input', name, component.inputs.keys(), keyPlace);
  }
  for (const [name, , keyPlace] of entriesOf(search))
    if (!component.inputs.has(name))
      context.builder.warnings.push({
        message: `'${path}.search_space' varies '${name}', which the component does not declare as an input.${didYouMean(name, component.inputs.keys())}`,
        place: keyPlace,
      });
  for (const [name, , keyPlace] of entriesOf(get(node, 'outputs'))) {
    if (!component.outputs || component.outputs.has(name)) continue;
    unknown(context, `${path}.outputs`, 'output', name, component.outputs.keys(), keyPlace);
  }
  for (const [name, { optional, hasDefault }] of component.inputs) {
    if (optional || hasDefault || get(search, name)) continue;
    if (given.some(([key, value]) => key === name && !isNull(value))) continue;
    context.builder.problems.push({
      message: `'${path}' is missing the input '${name}', which its component requires.`,
      place: (get(node, 'inputs') ?? node).place,
    });
  }
}

function unknown(
  context: CompileContext,
  field: string,
  what: string,
  name: string,
  allowed: Iterable<string>,
  place: Place,
): void {
  const names = [...allowed];
  const found = {
    message: `'${field}' has the ${what} '${name}', which the component does not declare.${didYouMean(name, names) || listed('It declares', names)}`,
    place,
  };
  // Azure ML's tools leave out what is not declared without a word, so a misspelt input would never reach the step.
  const { problems, warnings } = context.builder;
  const isTolerated = what === 'output' || (what === 'input' && problems.tolerated !== undefined);
  (isTolerated ? warnings : problems).push(found);
}
