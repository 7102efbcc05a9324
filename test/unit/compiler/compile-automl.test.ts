import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling AutoML and fine-tuning', () => {
  const folder = compileFolderPerTest();

  const job = (task: string, more = ''): string =>
    `type: automl\ntask: ${task}\ntarget_column_name: y\ntraining_data: {type: mltable, path: azureml:t:1}\n${more}`;
  const trainingData = { jobInputType: 'mltable', uri: `${WS}/data/t/versions/1` };
  const detailsOf = (task: string, more?: string): any =>
    bodyOf(folder.compile({ 'file.yml': job(task, more) })).properties.taskDetails;

  it('classification has settings of tables', () => {
    const more = `compute: azureml:c
limits: {timeout_minutes: 90, trial_timeout_minutes: 20, max_trials: 5, enable_early_termination: true}
n_cross_validations: auto
test_data: {path: azureml:t:2, mode: eval_mount}
featurization: {blocked_transformers: [one_hot_encoder, WoETargetEncoder], transformer_params: {imputer: [{fields: [a], parameters: {strategy: median}}]}}
training: {enable_stack_ensemble: false, allowed_training_algorithms: [knn, LightGBM, xg_boost_classifier], training_mode: non_distributed, ensemble_model_download_timeout_minutes: 5, stack_ensemble_settings: {stack_meta_learner_type: logistic_regression_cv, stack_meta_learner_kwargs: {a: 1}}}
`;
    const plan = folder.compile({ 'file.yml': job('classification', more) });
    assert.deepEqual(bodyOf(plan).properties.taskDetails, {
      taskType: 'Classification',
      targetColumnName: 'y',
      primaryMetric: 'AUCWeighted',
      logVerbosity: 'Info',
      trainingData,
      testData: { jobInputType: 'mltable', uri: `${WS}/data/t/versions/2`, mode: 'EvalMount' },
      nCrossValidations: { mode: 'Auto' },
      limitSettings: {
        maxTrials: 5,
        enableEarlyTermination: true,
        timeout: 'PT1H30M',
        trialTimeout: 'PT20M',
        sweepConcurrentTrials: 0,
        sweepTrials: 0,
      },
      featurizationSettings: {
        mode: 'auto',
        blockedTransformers: ['OneHotEncoder', 'WoETargetEncoder'],
        transformerParams: { Imputer: [{ fields: ['a'], parameters: { strategy: 'median' } }] },
      },
      trainingSettings: {
        enableStackEnsemble: false,
        ensembleModelDownloadTimeout: 'PT5M',
        stackEnsembleSettings: { stackMetaLearnerType: 'LogisticRegressionCV', stackMetaLearnerKWargs: { a: 1 } },
        trainingMode: 'NonDistributed',
        allowedTrainingAlgorithms: ['KNN', 'LightGBM', 'XGBoostClassifier'],
      },
    });
    assert.equal(bodyOf(plan).properties.computeId, `${WS}/computes/c`);
    assert.equal(plan.main.apiVersion, '2024-01-01-preview');
  });

  it('forecasting has its horizon', () => {
    const { forecastingSettings, primaryMetric, trainingSettings } = detailsOf(
      'forecasting',
      'primary_metric: r2_score\nforecasting: {time_column_name: t, time_series_id_column_names: s, forecast_horizon: 14, target_lags: [1, 2], target_rolling_window_size: auto, use_stl: SeasonTrend}\ntraining: {blocked_training_algorithms: [tcn_forecaster]}\n',
    );
    assert.equal(primaryMetric, 'R2Score');
    assert.deepEqual(trainingSettings, { blockedTrainingAlgorithms: ['TCNForecaster'] });
    assert.deepEqual(forecastingSettings, {
      timeColumnName: 't',
      timeSeriesIdColumnNames: ['s'],
      forecastHorizon: { mode: 'Custom', value: 14 },
      targetLags: { mode: 'Custom', values: [1, 2] },
      targetRollingWindowSize: { mode: 'Auto' },
      useStl: 'seasontrend',
    });
  });

  const space = `sweep: {sampling_algorithm: random, early_termination: {type: bandit, slack_factor: 0.2}}
training_parameters: {step_lr_gamma: 0.5, learning_rate_scheduler: warmup_cosine, ams_gradient: true, learning_rate: 1e-5}
search_space:
  - model_name: {type: choice, values: [yolov5, resnet]}
    ams_gradient: {type: choice, values: [true, false]}
    learning_rate: {type: loguniform, min_value: 0.00001, max_value: 1}
    momentum: 0.9
    beta1: 1
    min_size: {type: quniform, min_value: 1, max_value: 5, q: 2}
    weight_decay: {type: choice, values: [1, 0.5]}
    model_size: {type: choice, values: [small, ExtraLarge]}
`;

  it('image tasks search a space of text', () => {
    const plan = folder.compile({ 'file.yml': job('image_object_detection', space) });
    const { searchSpace, modelSettings, sweepSettings, limitSettings, primaryMetric } =
      bodyOf(plan).properties.taskDetails;
    assert.equal(primaryMetric, 'MeanAveragePrecision');
    assert.deepEqual(limitSettings, {});
    assert.deepEqual(sweepSettings, {
      samplingAlgorithm: 'random',
      earlyTermination: {
        policyType: 'Bandit',
        delayEvaluation: 0,
        evaluationInterval: 0,
        slackFactor: 0.2,
        slackAmount: 0,
      },
    });
    assert.deepEqual(modelSettings, {
      stepLRGamma: 0.5,
      learningRateScheduler: 'WarmupCosine',
      amsGradient: true,
      learningRate: 0.00001,
    });
    assert.deepEqual(searchSpace, [
      {
        modelName: "choice('yolov5','resnet')",
        amsGradient: 'choice(True,False)',
        learningRate: 'loguniform(0.00001,1)',
        momentum: '0.9',
        beta1: '1.0',
        minSize: 'quniform(1,5,2)',
        weightDecay: 'choice(1.0,0.5)',
        modelSize: "choice('small','extra_large')",
      },
    ]);
    assert.equal(plan.main.apiVersion, '2024-01-01-preview');
  });

  it('text tasks have limits, and a metric only where there is a choice', () => {
    assert.deepEqual(detailsOf('text_classification', 'limits: {timeout_minutes: 60}\n'), {
      taskType: 'TextClassification',
      targetColumnName: 'y',
      primaryMetric: 'Accuracy',
      logVerbosity: 'Info',
      trainingData,
      limitSettings: { maxTrials: 1, maxNodes: 1, timeout: 'PT1H' },
    });
    assert.deepEqual(detailsOf('text_ner'), {
      taskType: 'TextNER',
      logVerbosity: 'Info',
      trainingData,
      limitSettings: { maxTrials: 1, maxNodes: 1 },
    });
  });

  it('a step keeps the words of the file', () => {
    const text = `type: pipeline
settings: {default_compute: azureml:cpu}
inputs: {d: {type: mltable, path: azureml:t:1}}
jobs:
  a:
    type: automl
    task: image_object_detection
    target_column_name: y
    training_data: \${{parent.inputs.d}}
    validation_data: {path: azureml:t:2, mode: direct}
    outputs: {best_model: {type: mlflow_model}}
    limits: {max_trials: 2}
${space.replace(/^(?=.)/gm, '    ')}`;
    const step = bodyOf(folder.compile({ 'file.yml': text })).properties.jobs.a;
    assert.deepEqual(step.search_space[0].ams_gradient, 'choice(True,False)');
    delete step.search_space;
    assert.deepEqual(step, {
      name: 'a',
      type: 'automl',
      task: 'image_object_detection',
      tags: {},
      properties: {},
      outputs: { best_model: { job_output_type: 'mlflow_model' } },
      primary_metric: 'mean_average_precision',
      log_verbosity: 'info',
      training_data: '${{parent.inputs.d}}',
      validation_data: { type: 'mltable', path: `azureml:${WS}/data/t/versions/2`, mode: 'direct' },
      target_column_name: 'y',
      limits: { max_trials: 2 },
      sweep: {
        sampling_algorithm: 'random',
        early_termination: {
          type: 'bandit',
          delay_evaluation: 0,
          evaluation_interval: 0,
          slack_factor: 0.2,
          slack_amount: 0,
        },
      },
      training_parameters: {
        step_lr_gamma: 0.5,
        learning_rate_scheduler: 'warmup_cosine',
        ams_gradient: true,
        learning_rate: 0.00001,
      },
    });
  });

  it('a fine-tuning job names model and data', () => {
    const finetuning = (provider: string, hyperparameters: string): string =>
      `type: finetuning\ntask: chat_completion\nmodel_provider: ${provider}\nmodel: {type: mlflow_model, path: azureml:m:1}\ntraining_data: azureml:d:1\nhyperparameters: ${hyperparameters}\noutputs: {registered_model: {type: mlflow_model, name: tuned}}\n`;
    const plan = folder.compile({
      'file.yml': finetuning('azure_open_ai', '{n_epochs: 2, learning_rate_multiplier: 0.5}'),
    });
    assert.deepEqual(bodyOf(plan).properties.fineTuningDetails, {
      modelProvider: 'AzureOpenAI',
      taskType: 'chatCompletion',
      model: { jobInputType: 'mlflow_model', uri: `${WS}/models/m/versions/1` },
      trainingData: { jobInputType: 'uri_file', uri: `${WS}/data/d/versions/1` },
      hyperParameters: { nEpochs: 2, learningRateMultiplier: 0.5 },
    });
    assert.equal(plan.main.apiVersion, '2024-10-01-preview');
    const custom = bodyOf(folder.compile({ 'file.yml': finetuning('custom', '{max_steps: 5}') })).properties;
    assert.deepEqual(custom.fineTuningDetails.hyperParameters, { max_steps: '5' });
  });
});
