import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { oneOf } from '../../core/words.ts';
import type { DeclaredInput } from '../context.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { booleanOf, numberOf } from '../values.ts';
import { pythonText } from '../yaml/scalars.ts';
import { describe, entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';

export function declaredInput(node: YamlNode): DeclaredInput {
  const optional = booleanOf(get(node, 'optional'));
  const choices = get(node, 'enum');
  return {
    type: normalizeChoice(textOf(get(node, 'type')) ?? 'string'),
    mode: textOf(get(node, 'mode')),
    optional: optional ?? false,
    saysOptional: optional !== undefined,
    hasDefault: !isNull(get(node, 'default')),
    choices: choices?.kind === 'list' ? choices.items.map((item) => textOf(item) ?? '') : undefined,
    min: numberOf(get(node, 'min')),
    max: numberOf(get(node, 'max')),
  };
}

/** Fields of a declared input; its literals are text on the wire. */
export function inputSpec(node: YamlNode, { optional, saysOptional, type }: DeclaredInput): Record<string, unknown> {
  const spelled = (value: YamlNode | undefined): string | undefined => spelledAs(type, value);
  const choices = get(node, 'enum');
  const known = compact({
    type,
    description: textOf(get(node, 'description')),
    default: spelled(get(node, 'default')),
    optional: optional || saysOptional ? optional : undefined,
    min: spelled(get(node, 'min')),
    max: spelled(get(node, 'max')),
    enum: choices?.kind === 'list' ? choices.items.map((item) => textOf(item)) : undefined,
    mode: textOf(get(node, 'mode')),
  });
  return {
    ...passedThrough(node, ['type', 'description', 'default', 'optional', 'min', 'max', 'enum', 'mode']),
    ...known,
  };
}

export function outputSpec(node: YamlNode): Record<string, unknown> {
  if (isNull(node)) return { type: 'uri_folder' };
  return {
    ...passedThrough(node, ['type', 'description', 'mode', 'is_control']),
    ...compact({
      type: textOf(get(node, 'type')) ?? 'uri_folder',
      description: textOf(get(node, 'description')),
      mode: textOf(get(node, 'mode')),
    }),
  };
}

/**
 * A literal as Azure ML's tools spell it for the declared type: whole numbers are floats where the type is not integer,
 * even for strings (azure-ai-ml `ParameterSchema`).
 */
export function spelledAs(type: string, node: YamlNode | undefined): string | undefined {
  const text = textOf(node);
  if (text === undefined || node?.kind !== 'scalar') return undefined;
  const isNumber = text !== '' && typeof node.value !== 'boolean' && Number.isFinite(Number(text));
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true' ? 'True' : 'False';
  if (type === 'integer' && isNumber) return pythonText(Math.trunc(Number(text)), false);
  if (type === 'number' && typeof node.value === 'boolean') return pythonText(node.value ? 1 : 0, true);
  if (type === 'number' && isNumber) return pythonText(Number(text), true);
  return type === 'string' && typeof node.value === 'number' ? pythonText(node.value, true) : text;
}

/** What a literal has to be for a declared parameter; undefined when it is. */
export function whyNoValue(text: string, { type }: DeclaredInput): string | undefined {
  const value = Number(text);
  const isNumber = text.trim() !== '' && Number.isFinite(value);
  if (text === '') return undefined; // no value
  if (type === 'boolean' && !/^(?:true|false|yes|no|on|off|[01])$/i.test(text)) return 'true or false';
  if ((type === 'number' || type === 'integer') && !isNumber) return type === 'integer' ? 'a whole number' : 'a number';
  return type === 'integer' && !Number.isInteger(value) ? 'a whole number' : undefined;
}

/** What a component says about its values where a literal does not comply; real job files do that, and run. */
export function whyUnusual(text: string, { choices, min, max }: DeclaredInput): string | undefined {
  const value = Number(text);
  const isNumber = text.trim() !== '' && Number.isFinite(value);
  if (choices && choices.length > 0 && !choices.includes(text)) return oneOf(choices);
  if (isNumber && min !== undefined && value < min) return `at least ${min}`;
  if (isNumber && max !== undefined && value > max) return `at most ${max}`;
  return undefined;
}

/** Literals of a declared parameter have to be of its type. @param field of the input: `inputs.x` */
export function checkLiterals(node: YamlNode, type: string, field: string, problems: Problem[]): void {
  for (const name of ['default', 'min', 'max']) {
    const value = get(node, name);
    if (!value || isNull(value) || value.kind !== 'scalar') continue;
    const isLimit = name !== 'default';
    const text = textOf(value)!;
    const fits =
      {
        integer: Number.isFinite(Number(text)) && text.trim() !== '',
        number: typeof value.value === 'boolean' || (Number.isFinite(Number(text)) && text.trim() !== ''),
        boolean: !isLimit && /^(?:true|false)$/i.test(text),
        string: !isLimit,
      }[type] ?? true;
    if (!fits)
      problems.push({
        message:
          isLimit && (type === 'string' || type === 'boolean')
            ? `'${field}' is of type ${type}, which does not have a '${name}'.`
            : `'${field}.${name}' must be of type ${type}, but is ${describe(value)}.`,
        place: value.place,
      });
  }
}

/** Limits and choices of a declared parameter have to fit each other and its default. @param field of the input: `inputs.x` */
export function checkBounds(
  node: YamlNode,
  declared: DeclaredInput,
  field: string,
  { problems, warnings }: { problems: Problem[]; warnings: Problem[] },
): void {
  const { min, max } = declared;
  if (min !== undefined && max !== undefined && min > max)
    problems.push({
      message: `'${field}.min' must be at most 'max' (${max}), but is ${min}.`,
      place: get(node, 'min')!.place,
    });
  const value = get(node, 'default');
  const unusual = whyUnusual(textOf(value) ?? '', declared);
  if (value && !isNull(value) && unusual)
    warnings.push({
      message: `'${field}.default' should be ${unusual}, but is ${describe(value)}.`,
      place: value.place,
    });
}

/** Fields that are newer than this code: components pass them through, as Azure ML's own tools do. */
export function passedThrough(node: YamlNode, known: string[]): Record<string, unknown> {
  return Object.fromEntries(
    entriesOf(node)
      .filter(([name]) => !known.includes(name))
      .map(([name, value]) => [name, jsonOf(value)]),
  );
}
