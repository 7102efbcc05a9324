import assert from 'node:assert/strict';
import { build, COLLECTION, commit, job, model, stamped, traced, WORKSPACE } from './traced-world.ts';

describe('a trace of an endpoint', () => {
  const endpoint = (traffic: object) => ({ id: 'e', name: 'live', properties: { traffic } });
  const deployment = (name: string, more: object = {}) => ({
    id: 'd',
    name,
    tags: stamped(9),
    properties: {
      model: `${WORKSPACE}/models/churn/versions/7`,
      environmentId: `${WORKSPACE}/environments/serve/versions/2`,
    },
    ...more,
  });
  const azure = {
    'onlineEndpoints/live': endpoint({ blue: 10, green: 90 }),
    'onlineEndpoints/live/deployments/green': deployment('green'),
    'onlineEndpoints/live/deployments/blue': deployment('blue', { tags: {}, properties: { model: null } }),
    'models/churn/versions/7': model({ 'lineage.job': 'j', 'lineage.run': 'j', ...stamped(7) }),
    'jobs/j': job('j', { properties: { 'azureml.git.build_uri': `${COLLECTION}mlops/_build/results?buildId=7` } }),
  };
  const world = {
    azure,
    builds: { 7: build(7), 9: build(9, { definition: { id: 2, name: 'release' } }) },
    commits: { [commit.commitId]: commit },
    workItems: { 7: ['12'] },
  };

  it('goes through the deployment that gets most of the traffic to everything behind it', async () => {
    const { tree, lineage } = await traced('endpoint:live', world);
    assert.deepEqual(tree, [
      'the endpoint live (green 90 %, blue 10 %)',
      '└─ sends 90 % of the requests to the deployment green',
      '   ├─ deployed by the build 2026.9 (release, requested by Ada)',
      '   │  └─ built from the commit cccccccc (Use tenure, Ada, 2026-11-27)',
      '   ├─ ran in the environment serve version 2',
      '   └─ serves the model churn version 7',
      '      ├─ registered by the build 2026.7 (train, requested by Ada)',
      '      │  ├─ built from the commit cccccccc (see above)',
      '      │  └─ for the work item 12: Item 12 (Bug)',
      '      └─ made by the job j (Completed)',
      '         └─ submitted by the build 2026.7 (see above)',
    ]);
    assert.deepEqual(lineage.missing, []);
  });

  it('goes through the deployment that is named, and says what it does not name', async () => {
    const { tree } = await traced('deployment:live/blue', world);
    assert.deepEqual(tree.slice(1), [
      '└─ sends 10 % of the requests to the deployment blue',
      '   ├─ ? the run that deployed it could not be read: its tags do not name one, so it was deployed by other means',
      '   └─ ? the model could not be read: the deployment does not name a registered one',
    ]);
  });

  it('goes on when the deployment that gets most of the traffic can’t be read', async () => {
    for (const status of [404, 403]) {
      const { lineage } = await traced('endpoint:live', {
        ...world,
        azure: { ...azure, 'onlineEndpoints/live/deployments/green': status },
      });
      assert.deepEqual(
        lineage.missing.map(({ of, what }) => [of, what]),
        [['endpoint:live', 'the deployment green']],
      );
      assert.notEqual(lineage.missing[0]!.why, '');
    }
    const named = { ...world, azure: { ...azure, 'onlineEndpoints/live/deployments/green': 404 } };
    await assert.rejects(traced('deployment:live/green', named), { code: 'DeploymentNotFound' });
  });

  it('says why there is nothing to compare with, and is there all the same', async () => {
    const { lineage, compared } = await traced('endpoint:live', world, 'endpoint:gone');
    assert.equal(compared, undefined);
    assert.ok(lineage.nodes.some(({ kind }) => kind === 'job'));
    assert.deepEqual(
      lineage.missing.map(({ of, what }) => [of, what]),
      [['endpoint:live', 'what compareTo names']],
    );
    assert.match(lineage.missing[0]!.why, /gone/);
  });

  it('of a batch endpoint goes through its default deployment', async () => {
    const { tree } = await traced('endpoint:nightly', {
      ...world,
      azure: {
        ...azure,
        'batchEndpoints/nightly': { name: 'nightly', properties: { defaults: { deploymentName: 'main' } } },
        'batchEndpoints/nightly/deployments/main': {
          name: 'main',
          tags: stamped(9),
          properties: { model: { assetId: `${WORKSPACE}/models/churn/versions/7` } },
        },
      },
    });
    assert.deepEqual(
      tree.filter((line) => /─ serves/.test(line)),
      ['└─ serves the deployment main', '   └─ serves the model churn version 7'],
    );
  });

  it('without traffic asks for a deployment', async () => {
    const dark = {
      ...azure,
      'onlineEndpoints/live': endpoint({}),
      'onlineEndpoints/live/deployments': { value: [{ name: 'blue' }, { name: 'green' }] },
    };
    const { lineage } = await traced('endpoint:live', { azure: dark });
    assert.match(
      lineage.missing[0]!.why,
      /none gets traffic; name one of 'blue' and 'green', as in deployment:live\/blue/,
    );
    await assert.rejects(
      traced('endpoint:liev', { azure: { ...azure, onlineEndpoints: { value: [{ name: 'live' }] } } }),
      {
        code: 'EndpointNotFound',
        message: /Did you mean 'live'\?/,
      },
    );
  });
});
