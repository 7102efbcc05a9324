import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling sweeps', () => {
  const folder = compileFolderPerTest();

  const job = (more: string, space = 'lr: {type: uniform, min_value: 0.1, max_value: 1}'): string =>
    `type: sweep
trial:
  command: train --lr \${{search_space.lr}} --n \${{inputs.n}}
  environment: azureml:e:1
inputs: {n: 5}
search_space: {${space}}
objective: {goal: Maximize, primary_metric: acc}
compute: azureml:c
${more.includes('limits:') ? '' : 'limits: {max_total_trials: 4}\n'}${more}`;
  const propertiesOf = (more: string, space?: string): any =>
    bodyOf(folder.compile({ 'file.yml': job(more, space) })).properties;

  it('a job varies a command', () => {
    const plan = folder.compile({
      'file.yml': job(
        'sampling_algorithm: random\nlimits: {max_total_trials: 4, max_concurrent_trials: 2, timeout: 30, trial_timeout: 7200}\n',
      ),
    });
    const { displayName, experimentName, tags, properties, ...own } = bodyOf(plan).properties;
    assert.deepEqual(own, {
      jobType: 'Sweep',
      computeId: `${WS}/computes/c`,
      inputs: { n: { jobInputType: 'literal', value: '5' } },
      outputs: {},
      objective: { goal: 'maximize', primaryMetric: 'acc' },
      searchSpace: { lr: ['uniform', [0.1, 1]] },
      samplingAlgorithm: { samplingAlgorithmType: 'Random' },
      limits: {
        jobLimitsType: 'Sweep',
        maxTotalTrials: 4,
        maxConcurrentTrials: 2,
        timeout: 'PT1M',
        trialTimeout: 'PT2H',
      },
      trial: {
        command: 'train --lr ${{search_space.lr}} --n ${{inputs.n}}',
        environmentId: `${WS}/environments/e/versions/1`,
        environmentVariables: {},
      },
    });
    assert.equal(plan.main.apiVersion, '2024-01-01-preview');
  });

  it('every distribution has its place on the wire', () => {
    const space = [
      'lr: {type: LogUniform, min_value: 1e-5, max_value: 1}',
      'a: {type: choice, values: [1, 2.5, x, "1", {k: 1, m: {type: normal, mu: 0, sigma: 1}}]}',
      'b: {type: randint, upper: 10}',
      'c: {type: quniform, min_value: 1, max_value: 10, q: 2}',
      'd: {type: qloguniform, min_value: 1, max_value: 10, q: 0.5}',
      'e: {type: normal, mu: 0, sigma: 2}',
      'f: {type: lognormal, mu: 0, sigma: 2}',
      'g: {type: qnormal, mu: 0, sigma: 2, q: 3}',
      'h: {type: qlognormal, mu: 0, sigma: 2, q: 3}',
    ].join(', ');
    assert.deepEqual(propertiesOf('', space).searchSpace, {
      lr: ['loguniform', [0.00001, 1]],
      a: ['choice', [[1, 2.5, 'x', '1', { k: 1, m: ['normal', [0, 1]] }]]],
      b: ['randint', [10]],
      c: ['quniform', [1, 10, 2]],
      d: ['qloguniform', [1, 10, 0.5]],
      e: ['normal', [0, 2]],
      f: ['lognormal', [0, 2]],
      g: ['qnormal', [0, 2, 3]],
      h: ['qlognormal', [0, 2, 3]],
    });
  });

  it('policies and algorithms get what Azure ML’s tools fill in', () => {
    const policy = (text: string): unknown => propertiesOf(`early_termination: ${text}\n`).earlyTermination;
    assert.deepEqual(policy('{type: bandit, slack_factor: 0.1}'), {
      policyType: 'Bandit',
      delayEvaluation: 0,
      evaluationInterval: 0,
      slackFactor: 0.1,
      slackAmount: 0,
    });
    assert.deepEqual(policy('{type: median_stopping, delay_evaluation: 5}'), {
      policyType: 'MedianStopping',
      delayEvaluation: 5,
      evaluationInterval: 1,
    });
    assert.deepEqual(policy('{type: TruncationSelection, truncation_percentage: 20}'), {
      policyType: 'TruncationSelection',
      delayEvaluation: 0,
      evaluationInterval: 0,
      truncationPercentage: 20,
    });
    assert.deepEqual(
      propertiesOf('sampling_algorithm: {type: random, seed: 5, rule: Sobol, logbase: e}\n').samplingAlgorithm,
      { samplingAlgorithmType: 'Random', seed: 5, rule: 'sobol', logbase: 'e' },
    );
    assert.deepEqual(propertiesOf('').samplingAlgorithm, { samplingAlgorithmType: 'Random' });
  });

  it('a base of logarithms is text and needs the preview version', () => {
    const plan = folder.compile({ 'file.yml': job('sampling_algorithm: {type: random, logbase: 2}\n') });
    assert.equal(bodyOf(plan).properties.samplingAlgorithm.logbase, '2');
    assert.equal(plan.main.apiVersion, '2024-01-01-preview');
  });

  it('resources need the preview version', () => {
    const plan = folder.compile({
      'file.yml': job('').replace(
        '  environment: azureml:e:1',
        '  environment: azureml:e:1\n  resources: {shm_size: 4g}',
      ),
    });
    assert.equal(plan.main.apiVersion, '2024-01-01-preview');
    const resources = { shmSize: '4g', properties: {} };
    assert.deepEqual(bodyOf(plan).properties.resources, resources);
    assert.deepEqual(bodyOf(plan).properties.trial.resources, resources);
  });

  const pipeline = (more = ''): string => `type: pipeline
settings: {default_compute: azureml:c}
jobs:
  s:
    type: sweep
    trial: ./trial.yml
    inputs: {n: 5}
    outputs: {m: }
    search_space:
      lr: {type: uniform, min_value: 0.1, max_value: 1}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 4, timeout: 20}
    early_termination: {type: bandit, slack_amount: 0.2}
${more}`;
  const trial =
    'type: command\ncommand: t ${{inputs.lr}} ${{inputs.n}} ${{outputs.m}}\nenvironment: azureml:e:1\ninputs: {lr: {type: number}, n: {type: integer}}\noutputs: {m: {type: mlflow_model}}\n';

  it('a step varies a component', () => {
    const plan = folder.compile({ 'file.yml': pipeline(), 'trial.yml': trial });
    const component = (plan.steps[0] as { request: { path: string } }).request.path;
    assert.deepEqual(bodyOf(plan).properties.jobs.s, {
      name: 's',
      type: 'sweep',
      inputs: { n: { job_input_type: 'literal', value: '5' } },
      outputs: {},
      limits: { max_total_trials: 4, timeout: 60 },
      objective: { goal: 'minimize', primary_metric: 'loss' },
      search_space: { lr: { type: 'uniform', min_value: 0.1, max_value: 1 } },
      sampling_algorithm: 'random',
      early_termination: { policy_type: 'Bandit', delay_evaluation: 0, evaluation_interval: 0, slack_amount: 0.2 },
      trial: { componentId: component },
      _source: 'YAML.COMPONENT',
    });
  });

  it('other steps use the outputs of its component', () => {
    const next = (output: string): string =>
      `  next:\n    command: n \${{inputs.m}}\n    environment: azureml:e:1\n    inputs: {m: "\${{parent.jobs.s.outputs.${output}}}"}\n`;
    assert.deepEqual(folder.problems({ 'file.yml': pipeline(next('m')), 'trial.yml': trial }), []);
    assert.equal(folder.problems({ 'file.yml': pipeline(next('model')), 'trial.yml': trial }).length, 1);
  });
});
