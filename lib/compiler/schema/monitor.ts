import { boolean, choice, either, integer, listOf, mapOf, number, object, tagged, text } from './fields.ts';
import { jobInput } from './job.ts';

/** What monitored data is: what went into a model, what came out, or what it was made with. */
const DATA_CONTEXTS = ['model_inputs', 'model_outputs', 'training', 'test', 'validation', 'ground_truth'];

const monitorData = object(
  {
    input_data: jobInput,
    data_context: choice(...DATA_CONTEXTS),
    pre_processing_component: text,
    target_column_name: text,
    data_column_names: mapOf(text),
    data_window: object({
      window_start: text,
      window_end: text,
      lookback_window_size: text,
      lookback_window_offset: text,
    }),
  },
  { required: ['input_data'] },
);

const numbers = (...names: string[]) => object(Object.fromEntries(names.map((name) => [name, number])));

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

const driftThresholds = object({
  numerical: numbers(...DRIFT_METRICS.numerical),
  categorical: numbers(...DRIFT_METRICS.categorical),
});
const qualityThresholds = object({
  numerical: numbers(...QUALITY_METRICS),
  categorical: numbers(...QUALITY_METRICS),
});

const signal = { type: text, alert_enabled: boolean, properties: mapOf(text) };
const featureSignal = {
  ...signal,
  production_data: monitorData,
  reference_data: monitorData,
  features: either(
    choice('all_features'),
    listOf(text),
    object({ top_n_feature_importance: integer }, { required: ['top_n_feature_importance'] }),
  ),
  feature_type_override: mapOf(choice('numerical', 'categorical')),
};
const dataSegment = object({ feature_name: text, feature_values: listOf(text) });

/** Scores that generated text gets: each has a pass rate and a score from which an answer passes. */
export const GENERATION_SCORES = ['groundedness', 'relevance', 'coherence', 'fluency', 'similarity'] as const;

const signals = mapOf(
  tagged('type', {
    data_drift: object({ ...featureSignal, metric_thresholds: driftThresholds, data_segment: dataSegment }),
    data_quality: object({ ...featureSignal, metric_thresholds: qualityThresholds }),
    prediction_drift: object({
      ...signal,
      production_data: monitorData,
      reference_data: monitorData,
      metric_thresholds: driftThresholds,
    }),
    feature_attribution_drift: object(
      {
        ...signal,
        production_data: listOf(monitorData),
        reference_data: monitorData,
        metric_thresholds: numbers('normalized_discounted_cumulative_gain'),
      },
      { required: ['reference_data', 'metric_thresholds'] },
    ),
    model_performance: object(
      {
        ...signal,
        production_data: monitorData,
        reference_data: monitorData,
        data_segment: dataSegment,
        metric_thresholds: object({
          classification: numbers('accuracy', 'precision', 'recall'),
          regression: numbers('mae', 'mse', 'rmse'),
        }),
      },
      { required: ['production_data', 'reference_data', 'metric_thresholds'] },
    ),
    custom: object(
      {
        ...signal,
        component_id: text,
        connection: object({ environment_variables: mapOf(text), secret_config: mapOf(text) }),
        metric_thresholds: listOf(object({ metric_name: text, threshold: number }, { required: ['metric_name'] })),
        input_data: mapOf(monitorData),
        inputs: mapOf(jobInput),
      },
      { required: ['component_id', 'metric_thresholds'] },
    ),
    generation_safety_quality: object(
      {
        ...signal,
        production_data: listOf(monitorData),
        connection_id: text,
        sampling_rate: number,
        metric_thresholds: object(
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
    generation_token_statistics: object({
      ...signal,
      production_data: monitorData,
      sampling_rate: number,
      metric_thresholds: object({ totaltoken: numbers('total_token_count', 'total_token_count_per_group') }),
    }),
  }),
);

/** `create_monitor` of `monitorSchedule.schema.json` */
export const monitorDefinition = object(
  {
    compute: object(
      { instance_type: text, runtime_version: text, compute_type: text },
      { required: ['instance_type', 'runtime_version'] },
    ),
    monitoring_target: object({
      ml_task: choice('classification', 'regression', 'question_answering'),
      endpoint_deployment_id: text,
      model_id: text,
    }),
    monitoring_signals: signals,
    alert_notification: either(choice('azmonitoring'), object({ emails: listOf(text) }, { required: ['emails'] })),
  },
  { required: ['compute'] },
);
