import { everyComponent } from './component.ts';
import * as field from './fields.ts';
import { everyStep, jobInput, jobOutput } from './job.ts';

/** `pipelineComponent.schema.json` without its steps, which are checked by their own type. */
export const pipelineComponent = field.object(
  {
    ...everyComponent,
    jobs: field.mapOf(field.any),
  },
  { required: ['jobs'], open: true },
);

/** A step that runs a pipeline component. */
export const pipelineNode = field.object(
  {
    ...everyStep,
    component: field.text,
    settings: field.any,
    identity: field.any,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
  },
  { required: ['component'], open: true },
);
