import { compact } from '../../core/json.ts';
import type { ParameterKind, Words } from '../schema/automl-words.ts';
import { normalizeChoice, wordOf } from '../schema/fields.ts';
import { booleanOf } from '../values.ts';
import { pythonText } from '../yaml/scalars.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { distributionOf, numeric } from './search-space.ts';

/** Names that the REST API spells in its own way. */
const SPELLINGS: Readonly<Record<string, string>> = {
  step_lr_gamma: 'stepLRGamma',
  step_lr_step_size: 'stepLRStepSize',
  warmup_cosine_lr_cycles: 'warmupCosineLRCycles',
  warmup_cosine_lr_warmup_epochs: 'warmupCosineLRWarmupEpochs',
  stack_meta_learner_kwargs: 'stackMetaLearnerKWargs',
};

type Kinds = Readonly<Record<string, ParameterKind>>;

/** A field's name in the REST API. */
export function restName(name: string): string {
  return SPELLINGS[name] ?? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A word as the REST API spells it. */
export function restWord(node: YamlNode | undefined, words: Words): string | undefined {
  const word = wordOf(textOf(node), words);
  return word === undefined ? textOf(node) : words[word];
}

/** A word as YAML files spell it: lower case with underscores. */
export function yamlWord(node: YamlNode | undefined): string | undefined {
  const written = textOf(node);
  return written === undefined ? undefined : normalizeChoice(written);
}

/** `training_parameters` by their REST names and with the REST API's words. */
export function jobParameters(node: YamlNode | undefined, kinds: Kinds): Record<string, unknown> | undefined {
  return parameters(node, kinds, restName, (value, words) => restWord(value, words));
}

/** `training_parameters` as a step has them. */
export function stepParameters(node: YamlNode | undefined, kinds: Kinds): Record<string, unknown> | undefined {
  return parameters(
    node,
    kinds,
    (name) => name,
    (value) => yamlWord(value),
  );
}

function parameters(
  node: YamlNode | undefined,
  kinds: Kinds,
  rename: (name: string) => string,
  respell: (value: YamlNode, words: Words) => string | undefined,
): Record<string, unknown> | undefined {
  if (isNull(node)) return undefined;
  const value = (name: string, item: YamlNode): unknown => {
    const kind = kinds[name]!;
    if (typeof kind === 'object') return respell(item, kind);
    if (kind === 'boolean') return booleanOf(item);
    return kind === 'text' ? textOf(item) : numeric(item);
  };
  return compact(Object.fromEntries(entriesOf(node).map(([name, item]) => [rename(name), value(name, item)])));
}

/**
 * `search_space` of image and text tasks: each parameter as text, `choice('a','b')`, `uniform(0.001,0.01)`, or one value
 * (azure-ai-ml `search_space_utils.py`).
 */
export function searchSpaces(
  node: YamlNode | undefined,
  kinds: Kinds,
  rename: (name: string) => string = (name) => name,
): Record<string, string>[] | undefined {
  if (node?.kind !== 'list') return undefined;
  return node.items.map((space) =>
    Object.fromEntries(
      entriesOf(space).map(([name, value]) => [rename(name), parameterText(value, kinds[name] ?? 'text')]),
    ),
  );
}

function parameterText(node: YamlNode, kind: ParameterKind): string {
  if (node.kind !== 'map') return valueText(node, kind);
  const { type, parameters: given } = distributionOf(node);
  if (type !== 'choice') return `${type}(${given.map(([, value]) => numberText(value, !isWhole(value))).join(',')})`;
  const values = get(node, 'values');
  const items = values?.kind === 'list' ? values.items : [];
  if (kind === 'number') {
    // Whole numbers stay whole only among themselves.
    const asFloats = !items.every(isWhole);
    return `choice(${items.map((item) => numberText(item, asFloats)).join(',')})`;
  }
  const quote = kind === 'text' || typeof kind === 'object' ? "'" : '';
  return `choice(${items.map((item) => `${quote}${valueText(item, kind)}${quote}`).join(',')})`;
}

function valueText(node: YamlNode, kind: ParameterKind): string {
  if (kind === 'number') return numberText(node, true);
  if (kind === 'boolean') return booleanOf(node) ? 'True' : 'False';
  return (typeof kind === 'object' ? yamlWord(node) : textOf(node)) ?? '';
}

function isWhole(node: YamlNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'number' && !node.isFloat;
}

/** A number without an exponent: `0.00001`. */
function numberText(node: YamlNode, asFloat: boolean): string {
  const value = numeric(node);
  if (typeof value !== 'number') return value ?? '';
  const text = pythonText(value, asFloat);
  const [digits, exponent] = text.split('e') as [string, string?];
  if (exponent === undefined) return text;
  const decimals = (digits.split('.')[1] ?? '').length - Number(exponent);
  return decimals > 0 ? value.toFixed(Math.min(100, decimals)) : BigInt(value).toString();
}

/** The mapping with REST names, values as written. */
export function restKeys(node: YamlNode | undefined): Record<string, unknown> {
  return Object.fromEntries(entriesOf(node).map(([name, value]) => [restName(name), jsonOf(value)]));
}
