import { everyComponent } from './component.ts';
import { any, choice, integer, listOf, literal, mapOf, type ObjectField, object, text } from './fields.ts';
import { environment, everyStep, identity, jobInput, jobOutput, resources } from './job.ts';

const task = object(
  {
    type: choice('run_function', 'function', 'model'),
    code: text,
    entry_script: text,
    program_arguments: text,
    model: text,
    append_row_to: text,
    environment,
  },
  { required: ['type', 'environment'], open: 'dropped' },
);

/** How a parallel component or step runs (azure-ai-ml `parameterized_parallel.py`). */
const settings = {
  task,
  input_data: text,
  mini_batch_size: literal,
  partition_keys: listOf(text),
  logging_level: choice('info', 'debug', 'warning'),
  retry_settings: object({ max_retries: integer, timeout: integer }, { open: 'dropped' }),
  max_concurrency_per_instance: integer,
  error_threshold: integer,
  mini_batch_error_threshold: integer,
  resources,
};

/** `parallelComponent.schema.json` */
export const parallelComponent: ObjectField = object(
  {
    ...everyComponent,
    ...settings,
  },
  { required: ['task'], open: 'dropped' },
);

const stepFields = {
  ...settings,
  ...everyStep,
  environment_variables: mapOf(literal),
  identity,
  inputs: mapOf(jobInput),
  outputs: mapOf(jobOutput),
};

/** A parallel step with its task in place. */
export const inlineParallelNode: ObjectField = object({ ...stepFields, environment: any }, { required: ['task'] });

/** A parallel step that refers to a component. */
export const parallelNode: ObjectField = object(
  { ...stepFields, component: any },
  { required: ['component'], open: true },
);
