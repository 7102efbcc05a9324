import {
  any,
  boolean,
  choice,
  either,
  listOf,
  literal,
  mapOf,
  number,
  type ObjectField,
  object,
  printed,
  tagged,
  text,
} from './fields.ts';
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

const parameter = object({
  type: text,
  description: text,
  default: literal,
  optional: boolean,
  min: number,
  max: number,
  enum: listOf(literal),
});
/** One list for what goes in and what comes out, as Azure ML's tools have it for components. */
const portMode = choice(...new Set([...INPUT_MODES, ...OUTPUT_MODES, 'link']));
const port = object({ type: text, description: text, optional: boolean, mode: portMode });

/** An input that a component declares. Data and models have a mode but no default. */
export const componentInput = tagged('type', {
  ...byName(PARAMETER_TYPES, parameter),
  ...byName([...ASSET_TYPES, ...LEGACY_TYPES], port),
});

const portOutput = object({ type: text, description: text, mode: portMode });

/** An output that a component declares; a parameter can be there before the component ends. */
export const componentOutput = tagged('type', {
  ...byName([...ASSET_TYPES, ...LEGACY_TYPES], portOutput),
  ...byName(
    PARAMETER_TYPES,
    object({ ...portOutput.fields, early_available: boolean, is_control: boolean }, { open: true }),
  ),
});

function byName(names: readonly string[], field: ObjectField): Record<string, ObjectField> {
  return Object.fromEntries(names.map((name) => [name, field]));
}

/** Fields of every component's file. */
export const everyComponent = {
  $schema: text,
  type: text,
  name: text,
  version: literal,
  display_name: text,
  description: text,
  tags: mapOf(literal),
  properties: mapOf(literal),
  is_deterministic: boolean,
  inputs: mapOf(componentInput),
  outputs: mapOf(either(componentOutput)),
  latest_version: printed,
  ...printedFields,
};

const {
  limits: _limits,
  queue_settings: _queue,
  ...componentCommandFields
} = {
  ...commandFields,
  resources: object(resources.fields, { open: 'dropped' }),
  distribution: distributionOf({ open: 'dropped' }),
};

/** `commandComponent.schema.json`; limits and queue settings are unknown there, so they are passed through. */
export const commandComponent: ObjectField = object(
  {
    ...everyComponent,
    ...componentCommandFields,
    additional_includes: listOf(either(text, any)),
  },
  { required: ['command', 'environment'], open: true },
);
