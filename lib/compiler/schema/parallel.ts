import { everyComponent } from './component.ts';
import type { ObjectField } from './fields.ts';
import * as field from './fields.ts';
import { environment, everyStep, identity, jobInput, jobOutput, resources } from './job.ts';

const task = field.object(
  {
    type: field.choice('run_function', 'function', 'model'),
    code: field.text,
    entry_script: field.text,
    program_arguments: field.text,
    model: field.text,
    append_row_to: field.text,
    environment,
  },
  { required: ['type', 'environment'], open: 'dropped' },
);

/** How a parallel component or step runs (azure-ai-ml `parameterized_parallel.py`). */
const settings = {
  task,
  input_data: field.text,
  mini_batch_size: field.literal,
  partition_keys: field.listOf(field.text),
  logging_level: field.choice('info', 'debug', 'warning'),
  retry_settings: field.object({ max_retries: field.integer, timeout: field.integer }, { open: 'dropped' }),
  max_concurrency_per_instance: field.integer,
  error_threshold: field.integer,
  mini_batch_error_threshold: field.integer,
  resources,
};

/** `parallelComponent.schema.json` */
export const parallelComponent: ObjectField = field.object(
  {
    ...everyComponent,
    ...settings,
  },
  { required: ['task'], open: 'dropped' },
);

const stepFields = {
  ...settings,
  ...everyStep,
  environment_variables: field.mapOf(field.literal),
  identity,
  inputs: field.mapOf(jobInput),
  outputs: field.mapOf(jobOutput),
};

/** A parallel step with its task in place. */
export const inlineParallelNode: ObjectField = field.object(
  { ...stepFields, environment: field.any },
  { required: ['task'] },
);

/** A parallel step that refers to a component. */
export const parallelNode: ObjectField = field.object(
  { ...stepFields, component: field.any },
  { required: ['component'], open: true },
);
