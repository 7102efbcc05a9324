import { any, boolean, either, literal, mapOf, object, text } from './fields.ts';
import { componentInput, componentOutput, jobInput, jobOutput } from './job.ts';

/** `pipelineComponent.schema.json` without its steps, which are checked by their own type. */
export const pipelineComponent = object(
  {
    $schema: text,
    type: text,
    name: text,
    version: literal,
    display_name: text,
    description: text,
    tags: mapOf(literal),
    is_deterministic: boolean,
    inputs: mapOf(componentInput),
    outputs: mapOf(either(componentOutput)),
    jobs: mapOf(any),
  },
  { required: ['jobs'], open: true },
);

/** A step that runs a pipeline component. */
export const pipelineNode = object(
  {
    type: text,
    component: text,
    name: text,
    display_name: text,
    description: text,
    experiment_name: text,
    tags: mapOf(literal),
    properties: mapOf(literal),
    comment: text,
    compute: text,
    settings: any,
    identity: any,
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
  },
  { required: ['component'], open: true },
);
