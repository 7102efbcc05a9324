import type { YamlNode } from '../yaml/yaml.ts';

/** What a place of a YAML file may hold. The schemas import this file as `field`: `field.mapOf(field.text)`. */
export type Field =
  | ScalarField
  | { type: 'any'; printed?: true }
  | { type: 'map' | 'list'; of: Field }
  | ObjectField
  | TaggedField
  | { type: 'either'; of: readonly Field[] };

export type ScalarField =
  | { type: 'text' | 'integer' | 'number' | 'boolean' | 'literal' }
  | { type: 'choice'; values: readonly string[] };

/**
 * A mapping with known keys. `open` mappings pass unknown keys on with a warning, where Azure ML's own tools pass them on
 * without a word; where those drop them without a word they are `dropped`; `silent` mappings are checked elsewhere.
 */
export interface ObjectField {
  type: 'object';
  fields: Readonly<Record<string, Field>>;
  required?: readonly string[];
  open?: boolean | 'silent' | 'dropped';
}

/** A mapping whose fields depend on the word under one of them: `type: uniform`. */
export interface TaggedField {
  type: 'tagged';
  tag: string;
  of: Readonly<Record<string, ObjectField>>;
}

export const text: Field = { type: 'text' };
export const integer: Field = { type: 'integer' };
export const number: Field = { type: 'number' };
export const boolean: Field = { type: 'boolean' };
/** Text, number or boolean: whatever can be written as text. */
export const literal: Field = { type: 'literal' };
export const any: Field = { type: 'any' };
/** What Azure ML's tools print of a thing that is there, and take again without looking at it. */
export const printed: Field = { type: 'any', printed: true };
export const choice = (...values: string[]): Field => ({ type: 'choice', values });
export const mapOf = (of: Field): Field => ({ type: 'map', of });
export const listOf = (of: Field): Field => ({ type: 'list', of });
export const either = (...of: Field[]): Field => ({ type: 'either', of });
export const tagged = (tag: string, of: Readonly<Record<string, ObjectField>>): Field => ({ type: 'tagged', tag, of });
export const object = (
  fields: Record<string, Field>,
  more: Pick<ObjectField, 'required' | 'open'> = {},
): ObjectField => ({
  type: 'object',
  fields,
  ...more,
});

/** `${{parent.inputs.x}}`: a value that Azure ML fills in when the job runs, allowed in place of any scalar. */
const BINDING = /^\s*\$\{\{.*\}\}\s*$/;

export function isBinding(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && typeof node.value === 'string' && BINDING.test(node.value);
}

/** Names whose capitals begin no words: `MLTable`. */
const BRANDS: Record<string, string> = {
  mltable: 'mltable',
  mlflowmodel: 'mlflow_model',
  pytorch: 'pytorch',
  tensorflow: 'tensorflow',
  // Two spellings of Azure ML's own tools: of monitors, and of fine-tuning.
  questionanswering: 'question_answering',
};

/** `ReadOnlyMount`, `read-only-mount` and `read_only_mount` are one word to Azure ML's tools. */
export function normalizeChoice(value: string): string {
  const plain = value.replace(/[-_]/g, '').toLowerCase();
  if (Object.hasOwn(BRANDS, plain)) return BRANDS[plain]!;
  return value
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase();
}

/** The known word that was written, whatever its casing: `LogUniform` is `loguniform`, `MedianStopping` `median_stopping`. */
export function wordOf(written: string | undefined, known: Readonly<Record<string, unknown>>): string | undefined {
  if (written === undefined) return undefined;
  return [written.toLowerCase(), normalizeChoice(written)].find((word) => Object.hasOwn(known, word));
}
