import { isoDuration } from '../../core/duration.ts';
import { compact } from '../../core/json.ts';
import {
  CLASSIFIERS,
  FORECASTERS,
  META_LEARNERS,
  REGRESSION_ALGORITHMS,
  TRAINING_MODES,
  TRANSFORMERS,
  TRANSFORMERS_WITH_PARAMETERS,
  type Words,
} from '../schema/automl-words.ts';
import { booleanOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { restKeys, restName, restWord } from './automl-parameters.ts';
import { numeric } from './search-space.ts';

type Json = Record<string, unknown>;

const ALGORITHMS: Words = { ...CLASSIFIERS, ...REGRESSION_ALGORITHMS, ...FORECASTERS };
const SWITCHES = [
  'enable_dnn_training',
  'enable_model_explainability',
  'enable_onnx_compatible_models',
  'enable_stack_ensemble',
  'enable_vote_ensemble',
];

/** Settings that only tasks on tables have (REST `Classification`, `Regression` and `Forecasting`). */
export function tableDetails(root: YamlNode): Json {
  return compact({
    validationDataSize: numeric(get(root, 'validation_data_size')),
    testDataSize: numeric(get(root, 'test_data_size')),
    weightColumnName: textOf(get(root, 'weight_column_name')),
    cvSplitColumnNames: jsonOf(get(root, 'cv_split_column_names')),
    nCrossValidations: autoOrCustom(get(root, 'n_cross_validations')),
    positiveLabel: textOf(get(root, 'positive_label')),
    featurizationSettings: featurization(get(root, 'featurization')),
    trainingSettings: training(get(root, 'training')),
    forecastingSettings: forecasting(get(root, 'forecasting')),
  });
}

/** `auto`, or a number, as the REST API's two shapes. */
function autoOrCustom(node: YamlNode | undefined): Json | undefined {
  const value = numeric(node);
  if (value === undefined || value === 0) return undefined;
  return typeof value === 'number' ? { mode: 'Custom', value } : { mode: 'Auto' };
}

function featurization(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const blocked = get(node, 'blocked_transformers');
  const parameters = get(node, 'transformer_params');
  return compact({
    mode: textOf(get(node, 'mode'))?.toLowerCase() ?? 'auto',
    datasetLanguage: textOf(get(node, 'dataset_language')),
    blockedTransformers: wordList(blocked, TRANSFORMERS),
    columnNameAndTypes: jsonOf(get(node, 'column_name_and_types')),
    transformerParams: isNull(parameters)
      ? undefined
      : Object.fromEntries(
          entriesOf(parameters).map(([name, value]) => [TRANSFORMERS_WITH_PARAMETERS[name] ?? name, jsonOf(value)]),
        ),
    enableDnnFeaturization: booleanOf(get(node, 'enable_dnn_featurization')),
  });
}

function training(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const stack = get(node, 'stack_ensemble_settings');
  const minutes = numeric(get(node, 'ensemble_model_download_timeout_minutes'));
  return compact({
    ...Object.fromEntries(SWITCHES.map((name) => [restName(name), booleanOf(get(node, name))])),
    ensembleModelDownloadTimeout: typeof minutes === 'number' && minutes > 0 ? isoDuration(minutes * 60) : undefined,
    stackEnsembleSettings: isNull(stack)
      ? undefined
      : {
          ...restKeys(stack),
          stackMetaLearnerType: restWord(get(stack, 'stack_meta_learner_type'), META_LEARNERS),
        },
    trainingMode: isNull(get(node, 'training_mode')) ? undefined : restWord(get(node, 'training_mode'), TRAINING_MODES),
    allowedTrainingAlgorithms: wordList(get(node, 'allowed_training_algorithms'), ALGORITHMS),
    blockedTrainingAlgorithms: wordList(get(node, 'blocked_training_algorithms'), ALGORITHMS),
  });
}

function wordList(node: YamlNode | undefined, words: Words): (string | undefined)[] | undefined {
  return node?.kind === 'list' ? node.items.map((item) => restWord(item, words)) : undefined;
}

function forecasting(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const lags = get(node, 'target_lags');
  const lower = (name: string): string | undefined => textOf(get(node, name))?.toLowerCase();
  return compact({
    timeColumnName: textOf(get(node, 'time_column_name')),
    timeSeriesIdColumnNames: listOfNames(get(node, 'time_series_id_column_names')),
    forecastHorizon: autoOrCustom(get(node, 'forecast_horizon')),
    frequency: textOf(get(node, 'frequency')),
    targetLags: targetLags(lags),
    targetRollingWindowSize: autoOrCustom(get(node, 'target_rolling_window_size')),
    seasonality: autoOrCustom(get(node, 'seasonality')),
    countryOrRegionForHolidays: textOf(get(node, 'country_or_region_for_holidays')),
    cvStepSize: numeric(get(node, 'cv_step_size')),
    featureLags: lower('feature_lags'),
    shortSeriesHandlingConfig: lower('short_series_handling_config'),
    useStl: lower('use_stl'),
    targetAggregateFunction: lower('target_aggregate_function'),
    featuresUnknownAtForecastTime: listOfNames(get(node, 'features_unknown_at_forecast_time')),
  });
}

function targetLags(node: YamlNode | undefined): Json | undefined {
  if (node?.kind === 'list') return { mode: 'Custom', values: node.items.map(numeric) };
  const lag = numeric(node);
  if (lag === undefined) return undefined;
  return typeof lag === 'number' ? { mode: 'Custom', values: [lag] } : { mode: 'Auto' };
}

function listOfNames(node: YamlNode | undefined): unknown {
  if (isNull(node)) return undefined;
  return node?.kind === 'list' ? jsonOf(node) : [textOf(node)];
}
