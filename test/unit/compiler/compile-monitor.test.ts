import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling monitors', () => {
  const folder = compileFolderPerTest();

  const head = (definition: string, trigger = '{type: recurrence, frequency: day, interval: 2}') =>
    `name: watch\ntrigger: ${trigger}\ncreate_monitor:\n  compute: {instance_type: standard_e4s_v3, runtime_version: "3.4"}\n${definition.replace(/^(?=.)/gm, '  ')}`;
  const compile = (definition: string, trigger?: string) => folder.compile({ 'file.yml': head(definition, trigger) });
  const definitionOf = (definition: string, trigger?: string) =>
    bodyOf(compile(definition, trigger)).properties.action.monitorDefinition;
  const data = (extra = '') => `{input_data: {type: mltable, path: azureml:d:1}, data_context: training${extra}}`;
  const signal = (type: string, extra: string) =>
    `monitoring_signals:\n  s:\n    type: ${type}\n    ${extra.trim().replace(/\n/g, '\n    ')}\n`;

  it('a drift signal with windows, features and thresholds', () => {
    const definition = definitionOf(
      `monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:ep:blue}\nalert_notification: {emails: [a@x]}\n${signal(
        'data_drift',
        `production_data: ${data()}\nreference_data: ${data(', data_column_names: {target_column: y}')}\nfeatures: {top_n_feature_importance: 5}\nfeature_type_override: {age: numerical}\nalert_enabled: true\nmetric_thresholds:\n  numerical: {jensen_shannon_distance: 0.01, population_stability_index: 0.2}\n  categorical: {pearsons_chi_squared_test: 0.02}`,
      )}`,
    );
    assert.deepEqual(definition, {
      computeConfiguration: {
        computeType: 'ServerlessSpark',
        instanceType: 'standard_e4s_v3',
        runtimeVersion: '3.4',
        computeIdentity: { computeIdentityType: 'AmlToken' },
      },
      monitoringTarget: { taskType: 'classification', deploymentId: `${WS}/onlineEndpoints/ep/deployments/blue` },
      signals: {
        s: {
          signalType: 'DataDrift',
          mode: 'Enabled',
          productionData: {
            inputDataType: 'Trailing',
            jobInputType: 'mltable',
            uri: `${WS}/data/d/versions/1`,
            dataContext: 'training',
            windowSize: 'P2D',
            windowOffset: 'P0D',
          },
          referenceData: {
            inputDataType: 'Fixed',
            jobInputType: 'mltable',
            uri: `${WS}/data/d/versions/1`,
            dataContext: 'training',
            columns: { target_column: 'y' },
          },
          features: { filterType: 'TopNByAttribution', top: 5 },
          featureDataTypeOverride: { age: 'numerical' },
          metricThresholds: [
            { dataType: 'Numerical', metric: 'jensenShannonDistance', threshold: { value: 0.01 } },
            { dataType: 'Numerical', metric: 'populationStabilityIndex', threshold: { value: 0.2 } },
            { dataType: 'Categorical', metric: 'pearsonsChiSquaredTest', threshold: { value: 0.02 } },
          ],
        },
      },
      alertNotificationSetting: {
        alertNotificationType: 'Email',
        emailNotificationSetting: { emails: ['a@x'], emailOn: ['JobFailed', 'JobCompleted'] },
      },
    });
  });

  it('without signals, the usual three over what the deployment collects', () => {
    const plan = compile(
      'monitoring_target: {endpoint_deployment_id: azureml:ep:blue}\n',
      '{type: cron, expression: x}',
    );
    const { signals } = bodyOf(plan).properties.action.monitorDefinition;
    assert.deepEqual(Object.keys(signals), ['data-drift-signal', 'prediction-drift-signal', 'data-quality-signal']);
    assert.deepEqual(signals['prediction-drift-signal'].referenceData, {
      inputDataType: 'Trailing',
      jobInputType: 'uri_folder',
      uri: `${WS}/data/ep-blue-model_outputs/versions/1`,
      dataContext: 'model_outputs',
      windowSize: 'P14D',
      windowOffset: 'P7D',
    });
    assert.deepEqual(signals['data-drift-signal'].features, { filterType: 'AllFeatures' });
    assert.equal(signals['data-quality-signal'].metricThresholds.length, 6);
    assert.deepEqual(plan.requirements.map(({ name }) => name).sort(), [
      'ep-blue-model_inputs',
      'ep-blue-model_outputs',
    ]);
  });

  it('reference data of fixed days', () => {
    const { referenceData } = definitionOf(
      signal(
        'prediction_drift',
        `production_data: ${data(', data_window: {lookback_window_size: P7D, lookback_window_offset: P1D}')}\nreference_data: ${data(', data_window: {window_start: "2026-01-01", window_end: "2026-01-31"}')}`,
      ),
    ).signals.s;
    assert.equal(referenceData.inputDataType, 'Static');
    assert.equal(referenceData.windowStart, '2026-01-01T00:00:00.000Z');
  });

  it('quality of data and drift of attributions', () => {
    const quality = definitionOf(
      signal(
        'data_quality',
        `production_data: ${data()}\nreference_data: ${data()}\nfeatures: [a, b]\nmetric_thresholds:\n  numerical: {null_value_rate: 0}\n  categorical: {out_of_bounds_rate: 0.1}`,
      ),
    ).signals.s;
    assert.deepEqual(quality.features, { filterType: 'FeatureSubset', features: ['a', 'b'] });
    assert.deepEqual(quality.metricThresholds, [
      { dataType: 'Numerical', metric: 'nullValueRate', threshold: { value: 0 } },
      { dataType: 'Categorical', metric: 'outOfBoundsRate', threshold: { value: 0.1 } },
    ]);
    const attribution = definitionOf(
      `monitoring_target: {endpoint_deployment_id: azureml:ep:blue}\n${signal(
        'feature_attribution_drift',
        `reference_data: ${data(', data_column_names: {target_column: y}')}\nmetric_thresholds: {normalized_discounted_cumulative_gain: 0.9}`,
      )}`,
    ).signals.s;
    assert.deepEqual(
      attribution.productionData.map(({ dataContext }: { dataContext: string }) => dataContext),
      ['model_inputs', 'model_outputs'],
    );
  });

  it('a custom signal names its component and data by name and version', () => {
    const custom = definitionOf(
      signal(
        'custom',
        `component_id: azureml:mine:1.0.0\ninput_data: {one: ${data()}}\ninputs: {n: 3}\nmetric_thresholds: [{metric_name: std_dev, threshold: 2}]`,
      ),
    ).signals.s;
    assert.deepEqual(custom, {
      signalType: 'Custom',
      mode: 'Disabled',
      componentId: 'mine:1.0.0',
      metricThresholds: [{ metric: 'std_dev', threshold: { value: 2 } }],
      inputAssets: {
        one: {
          inputDataType: 'Fixed',
          jobInputType: 'mltable',
          uri: 'd:1',
          dataContext: 'training',
        },
      },
      workspaceConnection: {},
      inputs: { n: { jobInputType: 'literal', value: '3' } },
    });
  });

  it('signals of models and of generated text', () => {
    const performance = compile(
      signal(
        'model_performance',
        `production_data: ${data()}\nreference_data: ${data()}\nmetric_thresholds: {classification: {accuracy: 0.9, recall: 0.8}}`,
      ),
    );
    assert.equal(performance.main.apiVersion, '2023-06-01-preview');
    const body = bodyOf(performance).properties.action.monitorDefinition.signals.s;
    assert.deepEqual(body.metricThreshold, {
      modelType: 'Classification',
      metric: 'Accuracy',
      threshold: { value: 0.9 },
    });
    assert.equal(
      body.properties['azureml.modelmonitor.model_performance_thresholds'],
      '[{"modelType":"classification","metric":"Accuracy","threshold":{"value":0.9}}, {"modelType":"classification","metric":"Recall","threshold":{"value":0.8}}]',
    );
    const safety = definitionOf(
      signal(
        'generation_safety_quality',
        `production_data: [${data()}]\nmetric_thresholds: {fluency: {aggregated_fluency_pass_rate: 0.7}}`,
      ),
    ).signals.s;
    assert.deepEqual(safety.metricThresholds, [
      { metric: 'AcceptableFluencyScorePerInstance', threshold: { value: 3 } },
      { metric: 'AggregatedFluencyPassRate', threshold: { value: 0.7 } },
    ]);
  });
});
