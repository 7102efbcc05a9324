import { everyComponent } from './component.ts';
import { any, literal, mapOf, object, text } from './fields.ts';
import { jobInput, jobOutput } from './job.ts';

/** `pipelineComponent.schema.json` without its steps, which are checked by their own type. */
export const pipelineComponent = object(
  {
    ...everyComponent,
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
