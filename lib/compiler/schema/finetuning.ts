import { choice, either, type Field, integer, listOf, literal, mapOf, number, object, tagged, text } from './fields.ts';
import { everyJob, jobOutput, queueSettings } from './job.ts';

const MODES = choice('download', 'ro_mount', 'direct');
const data = either(
  text,
  object(
    { type: choice('uri_file', 'uri_folder'), path: text, mode: MODES, datastore: text, description: text },
    { required: ['path'] },
  ),
);
const model = object(
  {
    type: choice('custom_model', 'mlflow_model', 'triton_model'),
    path: text,
    mode: MODES,
    datastore: text,
    description: text,
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

const job = (hyperparameters: Field): ReturnType<typeof object> =>
  object(
    {
      ...everyJob,
      task: choice(...FINETUNING_TASKS),
      model_provider: text,
      model,
      training_data: data,
      validation_data: data,
      hyperparameters,
      outputs: mapOf(jobOutput),
      resources: object({ instance_types: listOf(text) }),
      queue_settings: queueSettings,
    },
    { required: ['task', 'model', 'training_data', 'outputs'] },
  );

/** A job that fine-tunes a foundation model (azure-ai-ml `_schema/_finetuning`); the API needs its outputs. */
export const finetuningJob: Field = tagged('model_provider', {
  azure_open_ai: job(object({ n_epochs: integer, learning_rate_multiplier: number, batch_size: integer })),
  custom: job(mapOf(literal)),
});
