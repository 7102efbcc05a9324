import { everyComponent } from './component.ts';
import type { ObjectField } from './fields.ts';
import * as field from './fields.ts';
import { environment, everyJob, jobInput, jobOutput } from './job.ts';

/** Virtual machines of serverless Spark (azure-ai-ml `SparkResourceConfiguration`). */
const INSTANCE_TYPES = [4, 8, 16, 32, 64].map((cores) => `standard_e${cores}s_v3`);

const resources = field.object(
  { instance_type: field.choice(...INSTANCE_TYPES), runtime_version: field.literal },
  { required: ['instance_type', 'runtime_version'] },
);

const sparkFields = {
  code: field.text,
  entry: field.object({ file: field.text, class_name: field.text }),
  py_files: field.listOf(field.text),
  jars: field.listOf(field.text),
  files: field.listOf(field.text),
  archives: field.listOf(field.text),
  conf: field.mapOf(field.literal),
  environment,
  args: field.text,
};

/** `sparkJob.schema.json`; the API needs the code. */
export const sparkJob: ObjectField = field.object(
  { ...everyJob, ...sparkFields, resources, inputs: field.mapOf(jobInput), outputs: field.mapOf(jobOutput) },
  { required: ['entry', 'code'] },
);

/** A Spark step with its definition in place. */
export const inlineSparkNode: ObjectField = field.object(
  {
    ...everyJob,
    ...sparkFields,
    resources,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
    comment: field.text,
  },
  { required: ['entry'] },
);

/** A Spark step that refers to a component. */
export const sparkNode: ObjectField = field.object(
  {
    ...everyJob,
    ...sparkFields,
    resources,
    component: field.either(field.text, field.any),
    tags: field.mapOf(field.literal),
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
    comment: field.text,
  },
  { required: ['component'], open: true },
);

/** `sparkComponent.schema.json` */
export const sparkComponent: ObjectField = field.object(
  {
    ...everyComponent,
    is_deterministic: field.literal,
    ...sparkFields,
    additional_includes: field.listOf(field.text),
  },
  { required: ['entry'], open: true },
);
