import {
  CLASSIFIERS,
  FORECASTERS,
  LOG_VERBOSITY,
  META_LEARNERS,
  modelParameters,
  type ParameterKind,
  REGRESSION_ALGORITHMS,
  TASKS,
  type Task,
  TRAINING_MODES,
  TRANSFORMERS,
  TRANSFORMERS_WITH_PARAMETERS,
  type Words,
} from './automl-words.ts';
import type { Field, ObjectField } from './fields.ts';
import * as field from './fields.ts';
import { everyJob, jobOutput, queueSettings, resources } from './job.ts';
import { distributions, earlyTermination, samplingAlgorithm } from './sweep.ts';

const oneOfWords = (words: Words): Field => field.choice(...Object.keys(words));

const table = field.object(
  {
    type: field.choice('mltable'),
    path: field.text,
    mode: field.choice('ro_mount', 'download', 'direct', 'eval_mount', 'eval_download'),
    datastore: field.text,
    description: field.text,
  },
  { required: ['path'] },
);

const everyTask = (task: Task): Record<string, Field> => ({
  ...everyJob,
  task: field.text,
  target_column_name: field.text,
  primary_metric: oneOfWords(task.metrics),
  log_verbosity: oneOfWords(LOG_VERBOSITY),
  training_data: table,
  validation_data: table,
  environment_id: field.text,
  environment_variables: field.mapOf(field.literal),
  outputs: field.mapOf(jobOutput),
  resources,
  queue_settings: queueSettings,
});

const training = (algorithms: Words): Field =>
  field.object({
    enable_dnn_training: field.boolean,
    enable_model_explainability: field.boolean,
    enable_onnx_compatible_models: field.boolean,
    enable_stack_ensemble: field.boolean,
    enable_vote_ensemble: field.boolean,
    ensemble_model_download_timeout_minutes: field.integer,
    stack_ensemble_settings: field.object(
      {
        stack_meta_learner_type: oneOfWords(META_LEARNERS),
        stack_meta_learner_train_percentage: field.number,
        stack_meta_learner_kwargs: field.mapOf(field.any),
      },
      { required: ['stack_meta_learner_type'] },
    ),
    training_mode: oneOfWords(TRAINING_MODES),
    allowed_training_algorithms: field.listOf(oneOfWords(algorithms)),
    blocked_training_algorithms: field.listOf(oneOfWords(algorithms)),
  });

const featurization = field.object({
  mode: field.choice('auto', 'off', 'custom'),
  dataset_language: field.text,
  blocked_transformers: field.listOf(oneOfWords(TRANSFORMERS)),
  column_name_and_types: field.mapOf(field.text),
  transformer_params: field.object(
    Object.fromEntries(
      Object.entries(TRANSFORMERS_WITH_PARAMETERS).flatMap(([word, name]) =>
        [word, name].map((key) => [
          key,
          field.listOf(
            field.object({
              fields: field.listOf(field.text),
              parameters: field.mapOf(field.either(field.number, field.text)),
            }),
          ),
        ]),
      ),
    ),
  ),
  enable_dnn_featurization: field.boolean,
});

const autoOr = (...other: Field[]): Field => field.either(field.choice('auto'), ...other);
const names = field.either(field.text, field.listOf(field.text));

const forecasting = field.object({
  time_column_name: field.text,
  time_series_id_column_names: names,
  forecast_horizon: autoOr(field.integer),
  frequency: field.text,
  target_lags: autoOr(field.integer, field.listOf(field.integer)),
  target_rolling_window_size: autoOr(field.integer),
  seasonality: autoOr(field.integer),
  country_or_region_for_holidays: field.text,
  cv_step_size: field.integer,
  feature_lags: field.choice('none', 'auto'),
  short_series_handling_config: field.choice('none', 'auto', 'pad', 'drop'),
  use_stl: field.choice('none', 'season', 'seasontrend'),
  target_aggregate_function: field.choice('none', 'sum', 'max', 'min', 'mean'),
  features_unknown_at_forecast_time: names,
});

const tableFields = (name: string): Record<string, Field> => ({
  test_data: table,
  validation_data_size: field.number,
  test_data_size: field.number,
  weight_column_name: field.text,
  cv_split_column_names: field.listOf(field.text),
  n_cross_validations: autoOr(field.integer),
  featurization,
  limits: field.object({
    enable_early_termination: field.boolean,
    exit_score: field.number,
    max_concurrent_trials: field.integer,
    max_cores_per_trial: field.integer,
    max_nodes: field.integer,
    max_trials: field.integer,
    timeout_minutes: field.integer,
    trial_timeout_minutes: field.integer,
  }),
  training: training(
    { Classification: CLASSIFIERS, Regression: REGRESSION_ALGORITHMS, Forecasting: FORECASTERS }[name] ?? {},
  ),
  ...(name === 'Classification' ? { positive_label: field.text } : {}),
  ...(name === 'Forecasting' ? { forecasting } : {}),
});

/** A parameter that is fixed. */
const parameter = (kind: ParameterKind): Field =>
  typeof kind === 'object'
    ? oneOfWords(kind)
    : { boolean: field.boolean, integer: field.integer, number: field.number, text: field.text }[kind];

/** A parameter that is fixed, or drawn from a distribution; only numbers have others than a choice. */
function searched(kind: ParameterKind): Field {
  const fixed = parameter(kind);
  const ofValues = field.object({ type: field.text, values: field.listOf(fixed) }, { required: ['values'] });
  const numbers = kind === 'number' || kind === 'integer' ? distributions : {};
  return field.either(fixed, field.tagged('type', { ...numbers, choice: ofValues }));
}

function modelFields(task: Task): Record<string, Field> {
  const { fixed, searched: space } = modelParameters(task);
  const fields = (
    kinds: Readonly<Record<string, ParameterKind>>,
    fieldOf: (kind: ParameterKind) => Field,
  ): ObjectField =>
    field.object(Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, fieldOf(kind)])));
  return {
    sweep: field.object({ sampling_algorithm: samplingAlgorithm, early_termination: earlyTermination }),
    training_parameters: fields(fixed, parameter),
    search_space: field.listOf(fields(space, searched)),
  };
}

const trials = { max_concurrent_trials: field.integer, max_trials: field.integer, timeout_minutes: field.integer };

function taskFields(task: Task): Record<string, Field> {
  if (task.family === 'table') return tableFields(task.name);
  if (task.family === 'image')
    return {
      ...modelFields(task),
      limits: field.object(trials),
      test_data: table,
      test_data_size: field.number,
      validation_data_size: field.number,
    };
  return {
    ...modelFields(task),
    limits: field.object({ ...trials, max_nodes: field.integer, trial_timeout_minutes: field.integer }),
    featurization: field.object({ dataset_language: field.text }),
  };
}

function automl(change: (fields: Record<string, Field>) => Record<string, Field>): Field {
  return field.tagged(
    'task',
    Object.fromEntries(
      Object.entries(TASKS).map(([word, task]) => [
        word,
        field.object(change({ ...everyTask(task), ...taskFields(task) }), {
          required: ['training_data', ...(task.name === 'TextNER' ? [] : ['target_column_name'])],
        }),
      ]),
    ),
  );
}

/** `autoMLJob.schema.json`: the fields depend on the task. */
export const automlJob: Field = automl((fields) => fields);

/** A step of AutoML: its data may come from the pipeline or from other steps. */
export const automlNode: Field = automl((fields) => {
  const data = Object.keys(fields).filter((name) => fields[name] === table);
  return {
    ...fields,
    ...Object.fromEntries(data.map((name) => [name, field.either(field.text, table)])),
    comment: field.text,
  };
});
