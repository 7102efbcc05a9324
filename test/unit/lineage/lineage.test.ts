import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunMetrics } from '../../../lib/azureml/job-metrics.ts';
import type { Job } from '../../../lib/azureml/jobs.ts';
import {
  hasMoreMetrics,
  isOwnModel,
  type ModelSource,
  madeByRun,
  modelRecord,
  recordedMetrics,
} from '../../../lib/lineage/model-lineage.ts';
import {
  isOwnJob,
  jobNameFor,
  jobProvenance,
  type PipelineRun,
  repositoryName,
  withoutCredentials,
} from '../../../lib/lineage/pipeline-run.ts';

const run: PipelineRun = {
  collectionUrl: 'https://dev.azure.com/org/',
  project: 'mlops',
  kind: 'build',
  id: '7',
  number: '20261123.1',
  url: 'https://dev.azure.com/org/mlops/_build/results?buildId=7',
  repository: 'https://user:token@dev.azure.com/org/mlops/_git/repo',
  branch: 'refs/heads/main',
  commit: 'abc',
  requestedFor: 'Ada',
  step: 'Train/1/Train/1/id',
  attempt: '1/1',
};
const job: Job = {
  id: '/jobs/j',
  name: 'j',
  properties: {
    jobType: 'Pipeline',
    experimentName: 'e',
    inputs: {
      data: {
        jobInputType: 'uri_folder',
        uri: '/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/w/data/iris/versions/3',
      },
      lr: { jobInputType: 'literal', value: '1' },
    },
  },
};

describe('job names', () => {
  it('are the same for a retry and others for another run, step or attempt', () => {
    const name = jobNameFor(run, 'train');
    assert.equal(jobNameFor({ ...run }, 'train'), name);
    for (const other of [{ id: '8' }, { step: 'Train/2/Train/1/id' }, { project: 'p' }, { kind: 'release' as const }])
      assert.notEqual(jobNameFor({ ...run, ...other }, 'train'), name);
    assert.match(name, /^train-20261123-1-[0-9a-f]{10}$/);
    assert.equal(jobNameFor(run, 'train', 2), `${name}-r2`);
  });

  it('and the job’s properties tell a step’s own job from another’s', () => {
    assert.equal(isOwnJob(jobProvenance(run), run), true);
    for (const other of [
      { step: 'x' },
      { id: '8' },
      { kind: 'release' as const },
      { collectionUrl: 'https://dev.azure.com/o2/' },
    ])
      assert.equal(isOwnJob(jobProvenance(run), { ...run, ...other }), false);
    assert.equal(isOwnJob({}, run), false);
  });

  it('are names that Azure ML takes, whatever the run is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (number, stem) => {
        assert.match(jobNameFor({ ...run, number }, stem), /^[A-Za-z0-9_-]{1,255}$/);
      }),
    );
  });
});

describe('lineage', () => {
  const metrics: RunMetrics[] = [
    { step: '', metrics: { loss: Number.NaN } },
    { step: 'Train', metrics: { auc: 0.9, f1: 1 } },
    { step: 'Test', metrics: { f1: 0.5 } },
  ];
  const source: ModelSource = {
    job,
    runId: 'step-1',
    maker: { runs: ['step-1'], step: 'Train', isOfJob: true },
    step: 'Train',
    output: 'model',
    path: '',
    uri: 'azureml://jobs/step-1/outputs/model',
    type: 'mlflow',
    typeFrom: 'MLFlowModel',
    metrics,
    steps: new Map(),
  };

  it('of a job names the code without its credentials', () => {
    const { 'pipelines.step': step, ...git } = jobProvenance(run);
    assert.match(step!, /^[0-9a-f]{32}$/);
    assert.deepEqual(git, {
      'mlflow.source.git.repoURL': 'https://dev.azure.com/org/mlops/_git/repo',
      'pipelines.attempt': '1/1',
      'mlflow.source.git.branch': 'main',
      'mlflow.source.git.commit': 'abc',
      'azureml.git.build_id': '7',
      'azureml.git.build_uri': run.url,
      'lineage.pipelineRun': 'build/7',
      'lineage.pipelineRunNumber': '20261123.1',
      'lineage.project': 'mlops',
      'lineage.requestedFor': 'Ada',
    });
    assert.equal(withoutCredentials('https://token@host/x'), 'https://host/x');
    assert.equal(withoutCredentials('https://host/x@1'), 'https://host/x@1');
  });

  const repositories: [given: string, shown: string][] = [
    ['https://user:to@ken@host/org/_git/repo', 'https://host/org/_git/repo'],
    ['https://user:to/ken@host/repo', 'https://host/repo'],
    ['https://user:to%2Fken@host/repo', 'https://host/repo'],
    ['https://host/repo?access_token=token#token', 'https://host/repo'],
    ['https://token@host', 'https://host'],
    ['ssh://git:token@host:22/repo', 'ssh://host:22/repo'],
    ['user:token@host/repo', 'host/repo'],
    ['https://host:8443/@scope/repo', 'https://host:8443/@scope/repo'],
    ['git@github.com:org/repo.git', 'git@github.com:org/repo.git'],
    ['https://dev.azure.com/org/my%20project/_git/repo', 'https://dev.azure.com/org/my%20project/_git/repo'],
    ['', ''],
  ];
  for (const [given, shown] of repositories)
    it(`keeps no credential of ${given}`, () => {
      assert.equal(withoutCredentials(given), shown);
      assert.doesNotMatch(withoutCredentials(given), /tok?en|ken@/);
    });

  it('names a repository although its URL has a malformed percent', () => {
    assert.equal(repositoryName({ ...run, repository: 'https://host/50%repo.git?token=x' }), '50%repo');
    assert.equal(repositoryName({ ...run, repository: 'https://host/my%20repo/' }), 'my repo');
  });

  it('of a model says which run, commit, build, person and data made it', () => {
    const { properties } = modelRecord(source, run);
    assert.equal(properties['lineage.job'], 'j');
    assert.equal(properties['lineage.run'], 'step-1');
    assert.equal(properties['lineage.commit'], 'abc');
    assert.equal(properties['lineage.requestedFor'], 'Ada');
    assert.equal(properties['lineage.data.data'], 'azureml:iris:3');
    assert.equal(properties['lineage.data.lr'], undefined);
    assert.doesNotMatch(JSON.stringify(properties), /token/);
  });

  it('of a model has no metric of a step that reads like one of another step', () => {
    const steps: typeof source.metrics = [
      { step: 'A/B', metrics: { x: 0.1, y: 1 } },
      { step: 'A', metrics: { 'B/x': 0.9, 'B/z': 0.9 } },
    ];
    const { properties } = modelRecord({ ...source, metrics: steps }, run);
    assert.equal(properties['metric.A/B/x'], '0.1');
    assert.equal(properties['metric.A/B/z'], undefined);
  });

  it('can be read back', () => {
    const { properties } = modelRecord(source, run);
    const model = { id: 'm', name: '1', properties: { modelUri: 'u', modelType: 'mlflow_model', properties } };
    assert.deepEqual(madeByRun(model), { job: 'j', run: 'step-1' });
    assert.deepEqual(recordedMetrics(model), {
      loss: Number.NaN,
      auc: 0.9,
      'Train/auc': 0.9,
      'Train/f1': 1,
      'Test/f1': 0.5,
    });
    assert.deepEqual(recordedMetrics(model, 'Test'), { f1: 0.5 });
    assert.equal(isOwnModel(model, properties), true);
    assert.equal(isOwnModel(model, modelRecord(source, { ...run, id: '8' }).properties), false);
  });

  it('of another part of an output is of another model', () => {
    const { properties } = modelRecord(source, run);
    const model = { id: 'm', name: '1', properties: { modelUri: 'u', modelType: 'custom_model', properties } };
    assert.equal(isOwnModel(model, modelRecord({ ...source, path: 'best' }, run).properties), false);
    const own = { ...source, output: '', uri: 'azureml://datastores/d/paths/p' };
    assert.equal(modelRecord(own, run).properties['lineage.uri'], 'azureml://datastores/d/paths/p');
    assert.equal(isOwnModel(model, modelRecord(own, run).properties), false);
  });

  it('that is more than the service takes is the most important of it, and says what is not there', () => {
    const numbered = (count: number, prefix: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, i]));
    const many = {
      ...source,
      metrics: [
        { step: '', metrics: { auc: 0.9, ['x'.repeat(100)]: 1 } },
        ...['a', 'b', 'c'].map((step) => ({ step, metrics: numbered(20, `${step}_`) })),
      ],
    };
    const { properties, leftOut } = modelRecord(many, { ...run, branch: 'b'.repeat(1001) });
    assert.equal(Object.keys(properties).length, 50);
    assert.equal(properties['lineage.job'], 'j');
    assert.equal(properties['lineage.data.data'], 'azureml:iris:3');
    assert.equal(properties['metric.auc'], '0.9');
    for (const [name, value] of Object.entries(properties))
      assert.ok(name.length <= 100 && value.length <= 1_000, `${name}=${value}`);
    assert.ok(leftOut.includes('x'.repeat(100)) && leftOut.includes('branch') && leftOut.includes('c/c_19'));
    const model = { id: 'm', name: '1', properties: { modelUri: 'u', modelType: 'custom_model', properties } };
    assert.equal(hasMoreMetrics(model), true);
    assert.deepEqual(
      Object.keys(recordedMetrics(model)).filter((name) => name.includes('LeftOut')),
      [],
    );
  });

  it('that fits is recorded whole, up to the last property', () => {
    const own = Object.keys(modelRecord({ ...source, metrics: [] }, run).properties).length;
    const metrics = (count: number): RunMetrics[] => [
      { step: '', metrics: Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i])) },
    ];
    const full = modelRecord({ ...source, metrics: metrics(50 - own) }, run);
    assert.deepEqual([Object.keys(full.properties).length, full.leftOut], [50, []]);
    const over = modelRecord({ ...source, metrics: metrics(51 - own) }, run);
    assert.deepEqual([Object.keys(over.properties).length, over.leftOut.length], [50, 2]);
  });

  it('of a model from elsewhere is what Azure ML knows', () => {
    const model = { id: 'm', name: '1', properties: { modelUri: 'u', modelType: 'custom_model', jobName: 'other' } };
    assert.deepEqual(madeByRun(model), { job: 'other', run: 'other' });
    assert.equal(madeByRun({ ...model, properties: { modelUri: 'u', modelType: 'custom_model' } }), undefined);
  });
});
