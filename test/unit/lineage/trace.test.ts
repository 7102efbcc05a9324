import assert from 'node:assert/strict';
import { build, COLLECTION, commit, job, model, refusal, stamped, traced, WORKSPACE } from './traced-world.ts';

const DEV = WORKSPACE.replace(/ws$/, 'dev');

describe('a trace', () => {
  describe('of a model', () => {
    const ofRegistry = model({
      'lineage.copiedFrom': `${DEV}/models/churn/versions/3`,
      'lineage.job': 'j',
      'lineage.run': 'j',
      'lineage.workspace': DEV,
      'lineage.data.raw': 'azureml:people:2',
      ...stamped(7, { 'lineage.commit': 'c'.repeat(40) }),
    });
    const registry = {
      'registries/shared/discovery': {
        subscriptionId: 's',
        resourceGroup: 'rg',
        primaryRegionResourceProviderUri: 'https://arm/region/',
      },
      'registries/shared/models/churn/versions/7': ofRegistry,
    };
    const dev = {
      'workspaces/dev': { location: 'eastus', properties: { discoveryUrl: 'https://arm/discovery' } },
      discovery: { api: 'https://arm/api' },
      'workspaces/dev/models/churn/versions/3': model({
        'lineage.job': 'j',
        'lineage.run': 'j',
        'lineage.workspace': DEV,
      }),
      'workspaces/dev/jobs/j': job('j'),
    };
    const start = 'azureml://registries/shared/models/churn/versions/7';

    it('in a registry goes back to the workspace that it was copied from, and to the job there', async () => {
      const { tree } = await traced(start, { azure: { ...registry, ...dev } });
      assert.deepEqual(tree.slice(0, 2), [
        'the model churn version 7 (shared)',
        '└─ copied from the model churn version 3',
      ]);
      assert.ok(tree.includes('   └─ made by the job j (Completed)'), tree.join('\n'));
    });

    it('in a registry tells what the copy has recorded when the original may not be read', async () => {
      const { tree, lineage } = await traced(start, { azure: { ...registry, 'workspaces/dev': 403 } });
      assert.match(lineage.missing[0]!.why, /^the service connection may not read it \(403\)/);
      assert.ok(
        tree.some((line) => /─ registered by the build 2026\.7/.test(line)),
        tree.join('\n'),
      );
      assert.ok(tree.some((line) => /built from the commit cccccccc$/.test(line)));
      assert.ok(lineage.missing.some(({ what }) => what === 'the workspace of the job j'));
    });

    it('that a registry imported by itself goes back by what the registry says', async () => {
      const imported = (origin: string, recorded: Record<string, string> = {}) => ({
        ...registry,
        'registries/shared/models/churn/versions/7': model(recorded, {
          originAssetId: `azureml://locations/eastus/workspaces/${origin}/models/churn/versions/3`,
        }),
      });
      const own = await traced(start, { azure: { ...imported('GUID-1'), 'models/churn/versions/3': model({}) } });
      assert.equal(own.tree[1], '└─ copied from the model churn version 3');
      const other = await traced(start, { azure: { ...imported('guid-2', { 'lineage.workspace': DEV }), ...dev } });
      assert.ok(other.tree.includes('   └─ made by the job j (Completed)'), other.tree.join('\n'));
      const unknown = await traced(start, { azure: imported('guid-3') });
      assert.match(unknown.lineage.missing[0]!.why, /guid-3.* does not say where that is/);
    });

    it('from a step names the step’s environment and data, and the pipeline above it', async () => {
      const pipeline = job('p', {
        jobType: 'Pipeline',
        inputs: { raw: { jobInputType: 'uri_folder', uri: `${WORKSPACE}/data/people/versions/2` } },
        jobs: {
          train: {
            componentId: `${WORKSPACE}/components/azureml_anonymous/versions/abc`,
            inputs: { extra: { job_input_type: 'uri_file', uri: `azureml:${WORKSPACE}/data/cities/versions/1` } },
          },
        },
      });
      const { tree } = await traced('model:churn:7', {
        azure: {
          'models/churn/versions/7': model({ 'lineage.job': 'p', 'lineage.run': 'step-1', 'lineage.step': 'train' }),
          'jobs/p': pipeline,
          'jobs/step-1': { id: 'x', name: 'step-1' },
          'history/runs/step-1': {
            runId: 'step-1',
            parentRunId: 'p',
            rootRunId: 'p',
            status: 'Completed',
            displayName: 'train',
            properties: {},
          },
          'components/azureml_anonymous/versions/abc': {
            properties: {
              componentSpec: { type: 'command', environment: `azureml:${WORKSPACE}/environments/env/versions/4` },
            },
          },
          'data/people/versions/2': { properties: { dataUri: 'azureml://people' } },
        },
      });
      assert.deepEqual(
        tree.filter((line) => !line.includes('?')),
        [
          'the model churn version 7',
          '└─ made by the job train (step-1) (Completed)',
          '   ├─ part of the job p (Completed)',
          '   │  ├─ read as raw: the data people version 2',
          '   │  └─ read as train.extra: the data cities version 1',
          '   └─ ran in the environment env version 4',
        ],
      );
      assert.ok(tree.some((line) => /\? version 1 of the data cities could not be read: it was deleted/.test(line)));
    });

    it('that was made by hand says so', async () => {
      const { lineage } = await traced('model:churn:7', { azure: { 'models/churn/versions/7': model({}) } });
      assert.deepEqual(
        lineage.missing.map(({ what }) => what),
        ['the run that registered it', 'the job that made it'],
      );
    });

    it('finds the deployments that serve it', async () => {
      const { tree } = await traced('model:churn:7', {
        azure: {
          'models/churn/versions/7': model({}),
          onlineEndpoints: { value: [{ id: 'x/live', name: 'live' }] },
          'onlineEndpoints/live/deployments': {
            value: [
              { name: 'old', properties: { model: `${WORKSPACE}/models/churn/versions/6` } },
              { name: 'blue', properties: { model: `${WORKSPACE}/models/churn/versions/7` } },
            ],
          },
        },
      });
      assert.equal(tree.at(-1), '└─ served by the deployment live/blue');
      assert.equal(tree.filter((line) => line.includes('served by')).length, 1);
    });
  });

  describe('of a job', () => {
    it('that a person submitted from a machine has the commit of its folder', async () => {
      const properties = {
        'mlflow.source.git.repoURL': 'https://github.com/o/churn.git',
        'mlflow.source.git.commit': 'd'.repeat(40),
      };
      const { lineage, tree } = await traced('job:j', {
        azure: { 'jobs/j': job('j', { properties, isArchived: true }) },
      });
      assert.equal(tree.at(-1), '└─ built from the commit dddddddd');
      assert.equal(lineage.nodes.at(-1)!.link, `https://github.com/o/churn/commit/${'d'.repeat(40)}`);
      assert.ok(lineage.missing.some(({ why }) => /submitted by other means/.test(why)));
      assert.ok(lineage.missing.some(({ why }) => /it is archived/.test(why)));
    });

    it('of a release leads to the builds that it deploys', async () => {
      const release = {
        name: 'Release-4',
        createdFor: { displayName: 'Grace' },
        artifacts: [
          { type: 'Build', isPrimary: true, definitionReference: { version: { id: '7' }, project: { name: 'mlops' } } },
        ],
      };
      const properties = {
        ...stamped(4),
        'lineage.pipelineRun': 'release/4',
        'lineage.pipelineRunUrl': `${COLLECTION}mlops/_releaseProgress?releaseId=4`,
      };
      const { tree } = await traced('job:j', {
        azure: { 'jobs/j': job('j', { properties }) },
        releases: { 4: release },
        builds: { 7: build(7) },
        commits: { [commit.commitId]: commit },
      });
      assert.deepEqual(tree.slice(1, 4), [
        '└─ submitted by the release Release-4 (requested by Ada)',
        '   └─ deploys the build 2026.7 (train, requested by Ada)',
        '      └─ built from the commit cccccccc (Use tenure, Ada, 2026-11-27)',
      ]);
    });

    it('of GitHub and of another organization has what was recorded', async () => {
      const github = build(7, {
        repository: { id: 'o/churn', name: 'o/churn', type: 'GitHub' },
        triggerInfo: { 'pr.number': '31' },
      });
      const properties = stamped(7, { 'lineage.repository': 'https://github.com/o/churn' });
      const own = await traced('job:j', { azure: { 'jobs/j': job('j', { properties }) }, builds: { 7: github } });
      assert.deepEqual(own.lineage.missing, []);
      assert.equal(own.tree.at(-1), '      └─ brought by the pull request 31');
      const url = 'https://dev.azure.com/others/mlops/_build/results?buildId=7';
      const other = await traced('job:j', {
        azure: {
          'jobs/j': job('j', {
            properties: { ...properties, 'lineage.pipelineRunUrl': url, 'lineage.commit': 'e'.repeat(40) },
          }),
        },
        builds: { 7: github },
      });
      assert.match(other.lineage.missing[0]!.why, /it belongs to https:\/\/dev\.azure\.com\/others\//);
      assert.equal(other.tree.at(-1), '   └─ built from the commit eeeeeeee');
    });

    it('says why Azure DevOps does not answer, but does not hide a defect', async () => {
      const azure = { 'jobs/j': job('j', { properties: stamped(7) }) };
      const refused = await traced('job:j', { azure, devopsFails: refusal(401, 'TF400813: not authorized') });
      assert.match(refused.lineage.missing[0]!.why, /^Azure DevOps did not accept the job's token \(401\): TF400813/);
      await assert.rejects(traced('job:j', { azure, devopsFails: new TypeError('x is undefined') }), TypeError);
    });
  });

  it('begins at nothing else than what can be named', async () => {
    for (const text of ['churn', 'model:', 'deployment:live', 'endpoint:a/b/c', 'job:a b', 'https://x/models/a'])
      await assert.rejects(traced(text, { azure: {} }), { code: 'TraceStartInvalid' }, text);
    await assert.rejects(traced('job:none', { azure: {} }), { code: 'JobNotFound' });
    await assert.rejects(traced('model:churn:7', { azure: { 'models/churn/versions/7': 403 } }), {
      code: 'ModelNotFound',
      message: /: the service connection may not read it \(403\)/,
    });
  });
});
