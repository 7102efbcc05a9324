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
import {
  any,
  boolean,
  choice,
  either,
  type Field,
  integer,
  listOf,
  literal,
  mapOf,
  number,
  type ObjectField,
  object,
  tagged,
  text,
} from './fields.ts';
import { everyJob, jobOutput, queueSettings, resources } from './job.ts';
import { distributions, earlyTermination, samplingAlgorithm } from './sweep.ts';

const oneOfWords = (words: Words): Field => choice(...Object.keys(words));

const table = object(
  {
    type: choice('mltable'),
    path: text,
    mode: choice('ro_mount', 'download', 'direct', 'eval_mount', 'eval_download'),
    datastore: text,
    description: text,
  },
  { required: ['path'] },
);

const everyTask = (task: Task): Record<string, Field> => ({
  ...everyJob,
  task: text,
  target_column_name: text,
  primary_metric: oneOfWords(task.metrics),
  log_verbosity: oneOfWords(LOG_VERBOSITY),
  training_data: table,
  validation_data: table,
  environment_id: text,
  environment_variables: mapOf(literal),
  outputs: mapOf(jobOutput),
  resources,
  queue_settings: queueSettings,
});

const training = (algorithms: Words): Field =>
  object({
    enable_dnn_training: boolean,
    enable_model_explainability: boolean,
    enable_onnx_compatible_models: boolean,
    enable_stack_ensemble: boolean,
    enable_vote_ensemble: boolean,
    ensemble_model_download_timeout_minutes: integer,
    stack_ensemble_settings: object(
      {
        stack_meta_learner_type: oneOfWords(META_LEARNERS),
        stack_meta_learner_train_percentage: number,
        stack_meta_learner_kwargs: mapOf(any),
      },
      { required: ['stack_meta_learner_type'] },
    ),
    training_mode: oneOfWords(TRAINING_MODES),
    allowed_training_algorithms: listOf(oneOfWords(algorithms)),
    blocked_training_algorithms: listOf(oneOfWords(algorithms)),
  });

const featurization = object({
  mode: choice('auto', 'off', 'custom'),
  dataset_language: text,
  blocked_transformers: listOf(oneOfWords(TRANSFORMERS)),
  column_name_and_types: mapOf(text),
  transformer_params: object(
    Object.fromEntries(
      Object.entries(TRANSFORMERS_WITH_PARAMETERS).flatMap(([word, name]) =>
        [word, name].map((key) => [
          key,
          listOf(object({ fields: listOf(text), parameters: mapOf(either(number, text)) })),
        ]),
      ),
    ),
  ),
  enable_dnn_featurization: boolean,
});

const autoOr = (...other: Field[]): Field => either(choice('auto'), ...other);
const names = either(text, listOf(text));

const forecasting = object({
  time_column_name: text,
  time_series_id_column_names: names,
  forecast_horizon: autoOr(integer),
  frequency: text,
  target_lags: autoOr(integer, listOf(integer)),
  target_rolling_window_size: autoOr(integer),
  seasonality: autoOr(integer),
  country_or_region_for_holidays: text,
  cv_step_size: integer,
  feature_lags: choice('none', 'auto'),
  short_series_handling_config: choice('none', 'auto', 'pad', 'drop'),
  use_stl: choice('none', 'season', 'seasontrend'),
  target_aggregate_function: choice('none', 'sum', 'max', 'min', 'mean'),
  features_unknown_at_forecast_time: names,
});

const tableFields = (name: string): Record<string, Field> => ({
  test_data: table,
  validation_data_size: number,
  test_data_size: number,
  weight_column_name: text,
  cv_split_column_names: listOf(text),
  n_cross_validations: autoOr(integer),
  featurization,
  limits: object({
    enable_early_termination: boolean,
    exit_score: number,
    max_concurrent_trials: integer,
    max_cores_per_trial: integer,
    max_nodes: integer,
    max_trials: integer,
    timeout_minutes: integer,
    trial_timeout_minutes: integer,
  }),
  training: training(
    { Classification: CLASSIFIERS, Regression: REGRESSION_ALGORITHMS, Forecasting: FORECASTERS }[name] ?? {},
  ),
  ...(name === 'Classification' ? { positive_label: text } : {}),
  ...(name === 'Forecasting' ? { forecasting } : {}),
});

/** A parameter that is fixed. */
const parameter = (kind: ParameterKind): Field =>
  typeof kind === 'object' ? oneOfWords(kind) : { boolean, integer, number, text }[kind];

/** A parameter that is fixed, or drawn from a distribution; only numbers have others than a choice. */
function searched(kind: ParameterKind): Field {
  const fixed = parameter(kind);
  const ofValues = object({ type: text, values: listOf(fixed) }, { required: ['values'] });
  const numbers = kind === 'number' || kind === 'integer' ? distributions : {};
  return either(fixed, tagged('type', { ...numbers, choice: ofValues }));
}

function modelFields(task: Task): Record<string, Field> {
  const { fixed, searched: space } = modelParameters(task);
  const fields = (kinds: Readonly<Record<string, ParameterKind>>, field: (kind: ParameterKind) => Field): ObjectField =>
    object(Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, field(kind)])));
  return {
    sweep: object({ sampling_algorithm: samplingAlgorithm, early_termination: earlyTermination }),
    training_parameters: fields(fixed, parameter),
    search_space: listOf(fields(space, searched)),
  };
}

const trials = { max_concurrent_trials: integer, max_trials: integer, timeout_minutes: integer };

function taskFields(task: Task): Record<string, Field> {
  if (task.family === 'table') return tableFields(task.name);
  if (task.family === 'image')
    return {
      ...modelFields(task),
      limits: object(trials),
      test_data: table,
      test_data_size: number,
      validation_data_size: number,
    };
  return {
    ...modelFields(task),
    limits: object({ ...trials, max_nodes: integer, trial_timeout_minutes: integer }),
    featurization: object({ dataset_language: text }),
  };
}

function automl(change: (fields: Record<string, Field>) => Record<string, Field>): Field {
  return tagged(
    'task',
    Object.fromEntries(
      Object.entries(TASKS).map(([word, task]) => [
        word,
        object(change({ ...everyTask(task), ...taskFields(task) }), {
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
  return { ...fields, ...Object.fromEntries(data.map((name) => [name, either(text, table)])), comment: text };
});
