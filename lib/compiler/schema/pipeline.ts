import { everyComponent } from './component.ts';
import { any, mapOf, object, text } from './fields.ts';
import { everyStep, jobInput, jobOutput } from './job.ts';

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
    ...everyStep,
    component: text,
    settings: any,
    identity: any,
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
  },
  { required: ['component'], open: true },
);
