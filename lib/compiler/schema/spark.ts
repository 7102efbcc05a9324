import { everyComponent } from './component.ts';
import { any, choice, either, listOf, literal, mapOf, type ObjectField, object, text } from './fields.ts';
import { environment, everyJob, jobInput, jobOutput } from './job.ts';

/** Virtual machines of serverless Spark (azure-ai-ml `SparkResourceConfiguration`). */
const INSTANCE_TYPES = [4, 8, 16, 32, 64].map((cores) => `standard_e${cores}s_v3`);

const resources = object(
  { instance_type: choice(...INSTANCE_TYPES), runtime_version: literal },
  { required: ['instance_type', 'runtime_version'] },
);

const sparkFields = {
  code: text,
  entry: object({ file: text, class_name: text }),
  py_files: listOf(text),
  jars: listOf(text),
  files: listOf(text),
  archives: listOf(text),
  conf: mapOf(literal),
  environment,
  args: text,
};

/** `sparkJob.schema.json`; the API needs the code. */
export const sparkJob: ObjectField = object(
  { ...everyJob, ...sparkFields, resources, inputs: mapOf(jobInput), outputs: mapOf(jobOutput) },
  { required: ['entry', 'code'] },
);

/** A Spark step with its definition in place. */
export const inlineSparkNode: ObjectField = object(
  { ...everyJob, ...sparkFields, resources, inputs: mapOf(jobInput), outputs: mapOf(jobOutput), comment: text },
  { required: ['entry'] },
);

/** A Spark step that refers to a component. */
export const sparkNode: ObjectField = object(
  {
    ...everyJob,
    ...sparkFields,
    resources,
    component: either(text, any),
    tags: mapOf(literal),
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
    comment: text,
  },
  { required: ['component'], open: true },
);

/** `sparkComponent.schema.json` */
export const sparkComponent: ObjectField = object(
  {
    ...everyComponent,
    is_deterministic: literal,
    ...sparkFields,
    additional_includes: listOf(text),
  },
  { required: ['entry'], open: true },
);
