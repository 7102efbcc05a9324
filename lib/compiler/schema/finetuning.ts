import type { Field } from './fields.ts';
import * as field from './fields.ts';
import { everyJob, jobOutput, queueSettings } from './job.ts';

const MODES = field.choice('download', 'ro_mount', 'direct');
const data = field.either(
  field.text,
  field.object(
    {
      type: field.choice('uri_file', 'uri_folder'),
      path: field.text,
      mode: MODES,
      datastore: field.text,
      description: field.text,
    },
    { required: ['path'] },
  ),
);
const model = field.object(
  {
    type: field.choice('custom_model', 'mlflow_model', 'triton_model'),
    path: field.text,
    mode: MODES,
    datastore: field.text,
    description: field.text,
  },
  { required: ['path'] },
);

/** What a model can be fine-tuned for. */
export const FINETUNING_TASKS = [
  'chat_completion',
  'text_completion',
  'text_classification',
  'question_answering',
  'text_summarization',
  'token_classification',
  'text_translation',
  'image_classification',
  'image_instance_segmentation',
  'image_object_detection',
  'video_multi_object_tracking',
];

const job = (hyperparameters: Field): ReturnType<typeof field.object> =>
  field.object(
    {
      ...everyJob,
      task: field.choice(...FINETUNING_TASKS),
      model_provider: field.text,
      model,
      training_data: data,
      validation_data: data,
      hyperparameters,
      outputs: field.mapOf(jobOutput),
      resources: field.object({ instance_types: field.listOf(field.text) }),
      queue_settings: queueSettings,
    },
    { required: ['task', 'model', 'training_data', 'outputs'] },
  );

/** A job that fine-tunes a foundation model (azure-ai-ml `_schema/_finetuning`); the API needs its outputs. */
export const finetuningJob: Field = field.tagged('model_provider', {
  azure_open_ai: job(
    field.object({ n_epochs: field.integer, learning_rate_multiplier: field.number, batch_size: field.integer }),
  ),
  custom: job(field.mapOf(field.literal)),
});
