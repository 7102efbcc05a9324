import type { ObjectField } from './fields.ts';
import * as field from './fields.ts';
import {
  ASSET_TYPES,
  commandFields,
  distributionOf,
  INPUT_MODES,
  OUTPUT_MODES,
  PARAMETER_TYPES,
  printedFields,
  resources,
} from './job.ts';

/** A type of components from before there were files and folders. */
const LEGACY_TYPES = ['path'] as const;

const parameter = field.object({
  type: field.text,
  description: field.text,
  default: field.literal,
  optional: field.boolean,
  min: field.number,
  max: field.number,
  enum: field.listOf(field.literal),
});
/** One list for what goes in and what comes out, as Azure ML's tools have it for components. */
const portMode = field.choice(...new Set([...INPUT_MODES, ...OUTPUT_MODES, 'link']));
const port = field.object({ type: field.text, description: field.text, optional: field.boolean, mode: portMode });

/** An input that a component declares. Data and models have a mode but no default. */
export const componentInput = field.tagged('type', {
  ...byName(PARAMETER_TYPES, parameter),
  ...byName([...ASSET_TYPES, ...LEGACY_TYPES], port),
});

const portOutput = field.object({ type: field.text, description: field.text, mode: portMode });

/** An output that a component declares; a parameter can be there before the component ends. */
export const componentOutput = field.tagged('type', {
  ...byName([...ASSET_TYPES, ...LEGACY_TYPES], portOutput),
  ...byName(
    PARAMETER_TYPES,
    field.object({ ...portOutput.fields, early_available: field.boolean, is_control: field.boolean }, { open: true }),
  ),
});

function byName(names: readonly string[], port: ObjectField): Record<string, ObjectField> {
  return Object.fromEntries(names.map((name) => [name, port]));
}

/** Fields of every component's file. */
export const everyComponent = {
  $schema: field.text,
  type: field.text,
  name: field.text,
  version: field.literal,
  display_name: field.text,
  description: field.text,
  tags: field.mapOf(field.literal),
  properties: field.mapOf(field.literal),
  is_deterministic: field.boolean,
  inputs: field.mapOf(componentInput),
  outputs: field.mapOf(field.either(componentOutput)),
  latest_version: field.printed,
  ...printedFields,
};

const {
  limits: _limits,
  queue_settings: _queue,
  ...componentCommandFields
} = {
  ...commandFields,
  resources: field.object(resources.fields, { open: 'dropped' }),
  distribution: distributionOf({ open: 'dropped' }),
};

/** `commandComponent.schema.json`; limits and queue settings are unknown there, so they are passed through. */
export const commandComponent: ObjectField = field.object(
  {
    ...everyComponent,
    ...componentCommandFields,
    additional_includes: field.listOf(field.either(field.text, field.any)),
  },
  { required: ['command', 'environment'], open: true },
);
