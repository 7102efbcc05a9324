/** Traces of what people and tools leave behind: ties, circles, models that jobs read, models of a registry. */
import assert from 'node:assert/strict';
import { summaryOf } from '../../../lib/lineage/summary.ts';
import { build, commit, job, model, stamped, traced, WORKSPACE } from './traced-world.ts';

const idOf = (name: string, version: string): string => `${WORKSPACE}/models/${name}/versions/${version}`;
const registered = (version: string, properties: Record<string, string>) => ({
  ...model({ ...stamped(1), ...properties }),
  id: idOf('churn', version),
  name: version,
});
const builds = { 1: build(1) };
const commits = { [commit.commitId]: commit };
const why = (lineage: { missing: { what: string; why: string }[] }): string =>
  lineage.missing.map((one) => `${one.what}: ${one.why}`).join('\n');

describe('a trace', () => {
  it('of an endpoint with two deployments of equal weight takes the first and says so', async () => {
    const serving = (name: string) => ({ name, properties: { model: idOf('churn', '7') } });
    const azure = {
      'onlineEndpoints/live': { name: 'live', properties: { traffic: { green: 50, blue: 50 } } },
      'onlineEndpoints/live/deployments/blue': serving('blue'),
      'onlineEndpoints/live/deployments/green': serving('green'),
      'models/churn/versions/7': registered('7', {}),
    };
    const { lineage, tree } = await traced('endpoint:live', { azure, builds, commits });
    assert.ok(
      tree.some((line) => /sends 50 % of the requests to the deployment blue/.test(line)),
      tree.join('\n'),
    );
    assert.match(
      why(lineage),
      /most of the traffic: 'blue' and 'green' get 50 % each; this is blue, .*deployment:live\/green/,
    );
    assert.doesNotMatch(why((await traced('deployment:live/green', { azure, builds, commits })).lineage), /each/);
    const first = {
      ...azure,
      'onlineEndpoints/live': { name: 'live', properties: { traffic: { green: 60, blue: 40 } } },
    };
    const { lineage: clear } = await traced('endpoint:live', { azure: first, builds, commits });
    assert.doesNotMatch(why(clear), /each/);
  });

  it('of a deployment of a registry’s model goes into the registry', async () => {
    const id = 'azureml://registries/shared/models/churn/versions/7';
    const mfe = `subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/registries/shared`;
    const azure = {
      'onlineEndpoints/live': { name: 'live', properties: { traffic: { blue: 100 } } },
      'onlineEndpoints/live/deployments/blue': { name: 'blue', properties: { model: id } },
      'registries/shared/discovery': {
        subscriptionId: 's',
        resourceGroup: 'rg',
        primaryRegionResourceProviderUri: 'https://arm/',
      },
      [`${mfe}/models/churn/versions/7`]: { ...registered('7', { 'lineage.job': 'train' }), id, name: 'churn' },
      'jobs/train': job('train'),
    };
    const { tree } = await traced('endpoint:live', { azure, builds, commits });
    assert.ok(
      tree.some((line) => /serves the model churn version 7/.test(line)),
      tree.join('\n'),
    );
    assert.ok(
      tree.some((line) => /made by the job train/.test(line)),
      tree.join('\n'),
    );
    const { lineage } = await traced('endpoint:live', { azure: { ...azure, 'registries/shared/discovery': 403 } });
    assert.match(
      why(lineage),
      /the model churn: There is no registry 'shared', or the service connection may not use it/,
    );
  });

  for (const [what, copies] of [
    ['itself', { 7: '7' }],
    ['its own copy', { 7: '8', 8: '7' }],
    ['a copy of its copy', { 7: '8', 8: '9', 9: '7' }],
  ] as const)
    it(`of a version that names ${what} as its original ends, and tells what the version recorded`, async () => {
      const azure = Object.fromEntries(
        Object.entries(copies).map(([version, original]) => [
          `models/churn/versions/${version}`,
          registered(version, { 'lineage.copiedFrom': idOf('churn', original), 'lineage.job': 'train' }),
        ]),
      );
      const { lineage, tree } = await traced('model:churn:7', {
        azure: { ...azure, 'jobs/train': job('train') },
        builds,
        commits,
      });
      assert.match(why(lineage), /the version that it was copied from: it names .*, so its own record counts/);
      assert.equal(summaryOf(lineage).job?.facts.job, 'train', tree.join('\n'));
      assert.equal(summaryOf(lineage).model?.facts.version, '7');
    });

  it('of a job that read a model goes on with that model, which is not data', async () => {
    const reads = (input: object) =>
      job('tune', { inputs: { base: input, raw: { jobInputType: 'uri_folder', uri: 'azureml:people:2' } } });
    for (const [how, input] of [
      ['by its short name', { jobInputType: 'mlflow_model', uri: 'azureml:churn:6' }],
      ['by its id', { jobInputType: 'custom_model', uri: idOf('churn', '6') }],
    ] as const) {
      const azure = {
        'models/churn/versions/7': registered('7', { 'lineage.job': 'tune' }),
        'models/churn/versions/6': registered('6', { 'lineage.job': 'train' }),
        'jobs/tune': reads(input),
        'jobs/train': job('train'),
        'data/people/versions/2': { name: '2', properties: { dataUri: 'u' } },
      };
      const { lineage, tree } = await traced('model:churn:7', { azure, builds, commits });
      assert.ok(
        tree.some((line) => /read as base: the model churn version 6/.test(line)),
        `${how}\n${tree.join('\n')}`,
      );
      assert.ok(
        tree.some((line) => /made by the job train/.test(line)),
        how,
      );
      assert.equal(summaryOf(lineage).job?.facts.job, 'tune');
      assert.deepEqual([...summaryOf(lineage).data.keys()], ['raw']);
      assert.doesNotMatch(why(lineage), /deleted/);
    }
  });

  it('of a model that is its own input ends', async () => {
    const azure = {
      'models/churn/versions/7': registered('7', { 'lineage.job': 'tune' }),
      'jobs/tune': job('tune', { inputs: { base: { jobInputType: 'mlflow_model', uri: 'azureml:churn:7' } } }),
    };
    const { lineage, tree } = await traced('model:churn:7', { azure, builds, commits });
    assert.equal(lineage.nodes.filter(({ kind }) => kind === 'model').length, 1);
    assert.ok(
      tree.some((line) => /read as base: the model churn version 7 \(see above\)/.test(line)),
      tree.join('\n'),
    );
  });

  it('of a model whose job was deleted knows by the name whether it had read a model or data', async () => {
    const read = {
      'lineage.job': 'gone',
      'lineage.data.base': 'azureml:churn:6',
      'lineage.data.raw': 'azureml:people:2',
    };
    const azure = {
      'models/churn/versions/7': registered('7', read),
      'models/churn/versions/6': registered('6', {}),
    };
    const { lineage, tree } = await traced('model:churn:7', { azure, builds, commits });
    assert.ok(
      tree.some((line) => /read as base: the model churn version 6/.test(line)),
      tree.join('\n'),
    );
    assert.match(why(lineage), /version 2 of the data people: it was deleted/);
    assert.doesNotMatch(why(lineage), /data churn/);
  });
});
