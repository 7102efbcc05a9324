import { textMap } from '../ports/run-settings.ts';
import { DRIFT_METRICS, GENERATION_SCORES, QUALITY_METRICS } from '../schema/monitor.ts';
import { numberOf, pascalCase } from '../values.ts';
import { pythonText } from '../yaml/scalars.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import type { SignalContext } from './monitor-data.ts';

type Json = Record<string, unknown>;

function threshold(metric: string, value: number | undefined): Json {
  return { metric, ...(value === undefined ? {} : { threshold: { value } }) };
}

/** Metrics of data and attributions as Azure ML's tools send them: `jensen_shannon_distance` is `jensenShannonDistance`. */
function camelCase(metric: string): string {
  return metric.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Thresholds of a family of metrics for both types of features, in the service's order. All that are given are sent;
 * Azure ML's tools send only the first of each type.
 */
function byType(node: YamlNode | undefined, metrics: Record<'numerical' | 'categorical', readonly string[]>): Json[] {
  return (['numerical', 'categorical'] as const).flatMap((type) =>
    metrics[type].flatMap((metric) => {
      const value = numberOf(get(get(node, type), metric));
      return value === undefined ? [] : [{ dataType: pascalCase(type), ...threshold(camelCase(metric), value) }];
    }),
  );
}

/** Drift of data or predictions; the defaults are those of Azure ML's tools. */
export function driftThresholds(node: YamlNode | undefined): Json[] {
  const given = byType(node, DRIFT_METRICS);
  if (given.length > 0) return given;
  return [
    { dataType: 'Numerical', ...threshold('normalizedWassersteinDistance', 0.1) },
    { dataType: 'Categorical', ...threshold('jensenShannonDistance', 0.1) },
  ];
}

/** Quality of data; by default nothing may be wrong. */
export function qualityThresholds(node: YamlNode | undefined): Json[] {
  const given = byType(node, { numerical: QUALITY_METRICS, categorical: QUALITY_METRICS });
  if (given.length > 0) return given;
  return ['Numerical', 'Categorical'].flatMap((dataType) =>
    QUALITY_METRICS.map((metric) => ({ dataType, ...threshold(camelCase(metric), 0) })),
  );
}

export function attributionThreshold(node: YamlNode | undefined): Json {
  const metric = 'normalized_discounted_cumulative_gain';
  return threshold(camelCase(metric), numberOf(get(node, metric)));
}

export function customThresholds(node: YamlNode | undefined): Json[] {
  if (node?.kind !== 'list') return [];
  return node.items.map((item) => {
    const value = numberOf(get(item, 'threshold'));
    return { metric: textOf(get(item, 'metric_name')), ...(value === undefined ? {} : { threshold: { value } }) };
  });
}

const PERFORMANCE: Record<string, string> = {
  accuracy: 'Accuracy',
  precision: 'Precision',
  recall: 'Recall',
  mae: 'MeanAbsoluteError',
  mse: 'MeanSquaredError',
  rmse: 'RootMeanSquaredError',
};

/**
 * Performance of a model. The service takes one threshold in the field, and all of them as JSON text in a property
 * (azure-ai-ml `ModelPerformanceSignal._to_rest_object`).
 */
export function performanceThreshold({ context, field }: SignalContext, node: YamlNode): Json {
  const thresholds = ['classification', 'regression'].flatMap((modelType) =>
    entriesOf(get(get(node, 'metric_thresholds'), modelType))
      .filter(([, value]) => !isNull(value))
      .map(([metric, value]) => ({ modelType, metric: PERFORMANCE[metric]!, value: numberOf(value)!, node: value })),
  );
  const [first] = thresholds;
  if (!first) {
    context.builder.problems.push({
      message: `'${field}.metric_thresholds' is missing a metric of 'classification' or 'regression'.`,
      place: node.place,
    });
    return {};
  }
  const all = thresholds.map(
    ({ modelType, metric, value, node: at }) =>
      `{"modelType":"${modelType}","metric":"${metric}","threshold":{"value":${pythonText(value, at.kind === 'scalar' && at.isFloat)}}}`,
  );
  return {
    metricThreshold: {
      modelType: pascalCase(first.modelType),
      metric: first.metric,
      threshold: { value: first.value },
    },
    properties: {
      ...textMap(get(node, 'properties')),
      'azureml.modelmonitor.model_performance_thresholds': `[${all.join(', ')}]`,
    },
  };
}

/** Generated text: a score from which an answer passes (3 of 5 by default), and the rate of answers that have to. */
export function generationThresholds(node: YamlNode | undefined): Json[] {
  return GENERATION_SCORES.flatMap((score) => {
    const given = get(node, score);
    if (!given || isNull(given)) return [];
    return [
      threshold(
        `Acceptable${pascalCase(score)}ScorePerInstance`,
        numberOf(get(given, `acceptable_${score}_score_per_instance`)) ?? 3,
      ),
      threshold(`Aggregated${pascalCase(score)}PassRate`, numberOf(get(given, `aggregated_${score}_pass_rate`))),
    ];
  });
}

/** Tokens used. The defaults are those of Azure ML's tools: 0, and 3 tokens in all where only the other threshold is given. */
export function tokenThresholds(node: YamlNode | undefined): Json[] {
  const given = get(node, 'totaltoken');
  const value = (metric: string): number | undefined => numberOf(get(given, metric));
  return [
    threshold('TotalTokenCount', value('total_token_count') ?? (isNull(given) ? 0 : 3)),
    threshold('TotalTokenCountPerGroup', value('total_token_count_per_group') ?? 0),
  ];
}
