import * as field from './fields.ts';
import { jobInput } from './job.ts';

/** What monitored data is: what went into a model, what came out, or what it was made with. */
const DATA_CONTEXTS = ['model_inputs', 'model_outputs', 'training', 'test', 'validation', 'ground_truth'];

const monitorData = field.object(
  {
    input_data: jobInput,
    data_context: field.choice(...DATA_CONTEXTS),
    pre_processing_component: field.text,
    target_column_name: field.text,
    data_column_names: field.mapOf(field.text),
    data_window: field.object({
      window_start: field.text,
      window_end: field.text,
      lookback_window_size: field.text,
      lookback_window_offset: field.text,
    }),
  },
  { required: ['input_data'] },
);

const numbers = (...names: string[]) => field.object(Object.fromEntries(names.map((name) => [name, field.number])));

/** Metrics of drift, of data and of predictions alike, for numerical and for categorical features. */
export const DRIFT_METRICS = {
  numerical: [
    'jensen_shannon_distance',
    'normalized_wasserstein_distance',
    'population_stability_index',
    'two_sample_kolmogorov_smirnov_test',
  ],
  categorical: ['jensen_shannon_distance', 'population_stability_index', 'pearsons_chi_squared_test'],
} as const;

export const QUALITY_METRICS = ['null_value_rate', 'data_type_error_rate', 'out_of_bounds_rate'] as const;

const driftThresholds = field.object({
  numerical: numbers(...DRIFT_METRICS.numerical),
  categorical: numbers(...DRIFT_METRICS.categorical),
});
const qualityThresholds = field.object({
  numerical: numbers(...QUALITY_METRICS),
  categorical: numbers(...QUALITY_METRICS),
});

const signal = { type: field.text, alert_enabled: field.boolean, properties: field.mapOf(field.text) };
const featureSignal = {
  ...signal,
  production_data: monitorData,
  reference_data: monitorData,
  features: field.either(
    field.choice('all_features'),
    field.listOf(field.text),
    field.object({ top_n_feature_importance: field.integer }, { required: ['top_n_feature_importance'] }),
  ),
  feature_type_override: field.mapOf(field.choice('numerical', 'categorical')),
};
const dataSegment = field.object({ feature_name: field.text, feature_values: field.listOf(field.text) });

/** Scores that generated text gets: each has a pass rate and a score from which an answer passes. */
export const GENERATION_SCORES = ['groundedness', 'relevance', 'coherence', 'fluency', 'similarity'] as const;

const signals = field.mapOf(
  field.tagged('type', {
    data_drift: field.object({ ...featureSignal, metric_thresholds: driftThresholds, data_segment: dataSegment }),
    data_quality: field.object({ ...featureSignal, metric_thresholds: qualityThresholds }),
    prediction_drift: field.object({
      ...signal,
      production_data: monitorData,
      reference_data: monitorData,
      metric_thresholds: driftThresholds,
    }),
    feature_attribution_drift: field.object(
      {
        ...signal,
        production_data: field.listOf(monitorData),
        reference_data: monitorData,
        metric_thresholds: numbers('normalized_discounted_cumulative_gain'),
      },
      { required: ['reference_data', 'metric_thresholds'] },
    ),
    model_performance: field.object(
      {
        ...signal,
        production_data: monitorData,
        reference_data: monitorData,
        data_segment: dataSegment,
        metric_thresholds: field.object({
          classification: numbers('accuracy', 'precision', 'recall'),
          regression: numbers('mae', 'mse', 'rmse'),
        }),
      },
      { required: ['production_data', 'reference_data', 'metric_thresholds'] },
    ),
    custom: field.object(
      {
        ...signal,
        component_id: field.text,
        connection: field.object({
          environment_variables: field.mapOf(field.text),
          secret_config: field.mapOf(field.text),
        }),
        metric_thresholds: field.listOf(
          field.object({ metric_name: field.text, threshold: field.number }, { required: ['metric_name'] }),
        ),
        input_data: field.mapOf(monitorData),
        inputs: field.mapOf(jobInput),
      },
      { required: ['component_id', 'metric_thresholds'] },
    ),
    generation_safety_quality: field.object(
      {
        ...signal,
        production_data: field.listOf(monitorData),
        connection_id: field.text,
        sampling_rate: field.number,
        metric_thresholds: field.object(
          Object.fromEntries(
            GENERATION_SCORES.map((score) => [
              score,
              numbers(`aggregated_${score}_pass_rate`, `acceptable_${score}_score_per_instance`),
            ]),
          ),
        ),
      },
      { required: ['production_data', 'metric_thresholds'] },
    ),
    generation_token_statistics: field.object({
      ...signal,
      production_data: monitorData,
      sampling_rate: field.number,
      metric_thresholds: field.object({ totaltoken: numbers('total_token_count', 'total_token_count_per_group') }),
    }),
  }),
);

/** `create_monitor` of `monitorSchedule.schema.json` */
export const monitorDefinition = field.object(
  {
    compute: field.object(
      { instance_type: field.text, runtime_version: field.text, compute_type: field.text },
      { required: ['instance_type', 'runtime_version'] },
    ),
    monitoring_target: field.object({
      ml_task: field.choice('classification', 'regression', 'question_answering'),
      endpoint_deployment_id: field.text,
      model_id: field.text,
    }),
    monitoring_signals: signals,
    alert_notification: field.either(
      field.choice('azmonitoring'),
      field.object({ emails: field.listOf(field.text) }, { required: ['emails'] }),
    ),
  },
  { required: ['compute'] },
);
