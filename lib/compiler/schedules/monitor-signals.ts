import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { compileInputs, jobInputs } from '../ports/inputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { assetId } from '../references.ts';
import { booleanOf, fieldsOf, numberOf, pascalCase, wordOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlMap, type YamlNode } from '../yaml/yaml.ts';
import { type Collected, collectedData, productionData, referenceData, type SignalContext } from './monitor-data.ts';
import {
  attributionThreshold,
  customThresholds,
  driftThresholds,
  generationThresholds,
  performanceThreshold,
  qualityThresholds,
  tokenThresholds,
} from './monitor-thresholds.ts';

type Json = Record<string, unknown>;

/** A signal of a monitor by its `type`, which the schema has checked. */
export function compileSignal(signal: SignalContext, node: YamlNode): Json {
  const type = wordOf(get(node, 'type'));
  if (type === undefined) {
    signal.context.builder.problems.push({
      message: `'${signal.field}' is empty. Give it a 'type'.`,
      place: node.place,
    });
    return {};
  }
  const properties = get(node, 'properties');
  const alerts = booleanOf(get(node, 'alert_enabled')) ?? false;
  return compact({
    signalType: pascalCase(type),
    // Whether anybody is notified when a threshold is crossed; the signal is computed either way.
    mode: alerts ? 'Enabled' : 'Disabled',
    properties: isNull(properties) ? undefined : textMap(properties),
    ...SIGNALS[type]!(signal, node),
  });
}

const SIGNALS: Readonly<Record<string, (signal: SignalContext, node: YamlNode) => Json>> = {
  data_drift: (signal, node) => ({
    ...bothData(signal, node, 'model_inputs'),
    ...features(node),
    dataSegment: segment(node),
    metricThresholds: driftThresholds(get(node, 'metric_thresholds')),
  }),
  data_quality: (signal, node) => ({
    ...bothData(signal, node, 'model_inputs'),
    ...features(node),
    metricThresholds: qualityThresholds(get(node, 'metric_thresholds')),
  }),
  prediction_drift: (signal, node) => ({
    // Required by the service; Azure ML's tools always send this one, for regression too.
    modelType: 'classification',
    ...bothData(signal, node, 'model_outputs'),
    metricThresholds: driftThresholds(get(node, 'metric_thresholds')),
  }),
  feature_attribution_drift: (signal, node) => ({
    productionData: attributionData(signal, node),
    referenceData: referenceData(signal, get(node, 'reference_data')!, `${signal.field}.reference_data`),
    metricThreshold: attributionThreshold(get(node, 'metric_thresholds')),
  }),
  model_performance: (signal, node) => ({
    productionData: [productionData(signal, get(node, 'production_data')!, `${signal.field}.production_data`)],
    referenceData: referenceData(signal, get(node, 'reference_data')!, `${signal.field}.reference_data`),
    dataSegment: segment(node),
    ...performanceThreshold(signal, node),
  }),
  custom: (signal, node) => ({
    componentId: customComponent(signal, get(node, 'component_id')!),
    metricThresholds: customThresholds(get(node, 'metric_thresholds')),
    inputAssets: mapEach(get(node, 'input_data'), (value, name) => customData(signal, value, name)),
    inputs: isNull(get(node, 'inputs'))
      ? undefined
      : jobInputs(compileInputs(signal.context, get(node, 'inputs'), `${signal.field}.inputs`)),
    // Required by the service, be it empty.
    workspaceConnection:
      fieldsOf(get(node, 'connection'), {
        environmentVariables: ['environment_variables', jsonOf],
        secrets: ['secret_config', jsonOf],
      }) ?? {},
  }),
  generation_safety_quality: (signal, node) => ({
    productionData: dataList(signal, node),
    workspaceConnectionId: textOf(get(node, 'connection_id')),
    samplingRate: numberOf(get(node, 'sampling_rate')) ?? 1,
    metricThresholds: generationThresholds(get(node, 'metric_thresholds')),
  }),
  generation_token_statistics: (signal, node) => ({
    productionData: isNull(get(node, 'production_data'))
      ? undefined
      : productionData(signal, get(node, 'production_data')!, `${signal.field}.production_data`),
    samplingRate: numberOf(get(node, 'sampling_rate')) || 0.1,
    metricThresholds: tokenThresholds(get(node, 'metric_thresholds')),
  }),
};

/** The signals of a monitor that names none: drift of inputs and predictions and the quality of data, or tokens used. */
export function defaultSignals(
  node: YamlNode,
  task: string | undefined,
  collected: Collected | undefined,
  problems: Problem[],
): (readonly [name: string, signal: YamlNode])[] {
  if (!collected)
    problems.push({
      message:
        "'create_monitor' is missing 'monitoring_signals'. To monitor the default signals, name a deployment that collects data in 'monitoring_target.endpoint_deployment_id'.",
      place: node.place,
    });
  const place = collected?.at.place ?? node.place;
  const scalar = (value: string): YamlNode => ({ kind: 'scalar', value, isFloat: false, place });
  const signal = (type: string, features: boolean): YamlMap => ({
    kind: 'map',
    place,
    entries: new Map(
      [['type', type] as const, ...(features ? [['features', 'all_features'] as const] : [])].map(([name, value]) => [
        name,
        { keyPlace: place, value: scalar(value) },
      ]),
    ),
  });
  if (task === 'question_answering') return [['token-usage-signal', signal('generation_token_statistics', false)]];
  return [
    ['data-drift-signal', signal('data_drift', true)],
    ['prediction-drift-signal', signal('prediction_drift', false)],
    ['data-quality-signal', signal('data_quality', true)],
  ];
}

/** Production and reference data; what is not named is what the deployment collects. */
function bothData(signal: SignalContext, node: YamlNode, collection: 'model_inputs' | 'model_outputs'): Json {
  const production = get(node, 'production_data');
  const reference = get(node, 'reference_data');
  const missing = [production, reference].some((data) => isNull(data));
  if (missing && !signal.collected) {
    signal.context.builder.problems.push({
      message: `'${signal.field}' is missing 'production_data' or 'reference_data'. Only a monitor whose 'monitoring_target' names a deployment that collects data can do without them.`,
      place: node.place,
    });
    return {};
  }
  const { collected, field } = signal;
  return {
    productionData: isNull(production)
      ? collectedData(signal, collected!, collection, 'production')
      : productionData(signal, production!, `${field}.production_data`),
    referenceData: isNull(reference)
      ? collectedData(signal, collected!, collection, 'reference')
      : referenceData(signal, reference!, `${field}.reference_data`),
  };
}

function attributionData(signal: SignalContext, node: YamlNode): Json[] {
  const given = dataList(signal, node);
  if (given.length > 0) return given;
  const { collected, field } = signal;
  if (!collected) {
    signal.context.builder.problems.push({
      message: `'${field}' is missing 'production_data'. Only a monitor whose 'monitoring_target' names a deployment that collects data can do without it.`,
      place: node.place,
    });
    return [];
  }
  return (['model_inputs', 'model_outputs'] as const).map((collection) =>
    collectedData(signal, collected, collection, 'production'),
  );
}

/** Azure ML's tools leave the references of custom signals as `name:version`, and so they are documented and used. */
function customComponent({ context, field }: SignalContext, node: YamlNode): string {
  const id = assetId(context.builder, 'components', node, `${field}.component_id`);
  return shortReference(node) ?? id;
}

function customData(signal: SignalContext, node: YamlNode, name: string): Json {
  const data = referenceData(signal, node, `${signal.field}.input_data.${name}`);
  const input = get(node, 'input_data');
  const uri = shortReference(get(input, 'path') ?? input);
  return uri === undefined ? data : { ...data, uri };
}

/** `mine:1` of `azureml:mine:1`. */
function shortReference(node: YamlNode | undefined): string | undefined {
  return /^azureml:([^/:@]+[:@][^/:]+)$/.exec(textOf(node) ?? '')?.[1];
}

function dataList(signal: SignalContext, node: YamlNode): Json[] {
  const list = get(node, 'production_data');
  if (list?.kind !== 'list') return [];
  return list.items.map((item, i) => productionData(signal, item, `${signal.field}.production_data[${i}]`));
}

function features(node: YamlNode): Json {
  const written = get(node, 'features');
  const override = mapEach(get(node, 'feature_type_override'), (value) => wordOf(value));
  return { features: featureFilter(written), featureDataTypeOverride: override };
}

function featureFilter(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  if (node.kind === 'scalar') return { filterType: 'AllFeatures' };
  if (node.kind === 'list') return { filterType: 'FeatureSubset', features: node.items.map((item) => textOf(item)) };
  return { filterType: 'TopNByAttribution', top: numberOf(get(node, 'top_n_feature_importance')) };
}

function segment(node: YamlNode): Json | undefined {
  return fieldsOf(get(node, 'data_segment'), { feature: ['feature_name', textOf], values: ['feature_values', jsonOf] });
}

function mapEach(node: YamlNode | undefined, change: (value: YamlNode, name: string) => unknown): Json | undefined {
  const entries = entriesOf(node);
  return entries.length > 0
    ? Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)]))
    : undefined;
}
