import assert from 'node:assert/strict';
import { type RunsWorkspace, startRunsWorkspace } from './runs-workspace.ts';

describe('run history and tracking in the sandbox', () => {
  let workspace: RunsWorkspace;
  let experimentId: string;
  let parent: string;
  before(async () => {
    workspace = await startRunsWorkspace();
    experimentId = (await workspace.mlflow('POST', 'experiments/create', { name: 'history' })).body.experiment_id;
    const create = async (name: string, tags: unknown[]) =>
      (await workspace.mlflow('POST', 'runs/create', { experiment_id: experimentId, run_name: name, tags })).body.run
        .info.run_id;
    parent = await create('parent', []);
    for (let index = 0; index < 5; index++)
      await create(`child-${index}`, [{ key: 'mlflow.parentRunId', value: parent }]);
  });
  after(() => workspace?.stop());

  it('pages through the children of a run', async () => {
    const names: string[] = [];
    let path = `runs/${parent}/children?$top=2`;
    for (let pages = 0; path && pages < 10; pages++) {
      const { body } = await workspace.history('GET', path);
      names.push(...body.value.map((run: any) => run.displayName));
      path = body.continuationToken
        ? `runs/${parent}/children?$top=2&$continuationtoken=${body.continuationToken}`
        : '';
    }
    assert.deepEqual(names, ['child-0', 'child-1', 'child-2', 'child-3', 'child-4']);
  });

  it('queries the runs of an experiment', async () => {
    const { body } = await workspace.history('POST', 'experiments/history/runs:query', {
      filter: "displayName eq 'child-3'",
    });
    assert.deepEqual(
      body.value.map((run: any) => run.displayName),
      ['child-3'],
    );
    const all = await workspace.history('POST', 'experiments:query', { filter: "Name eq 'history'" });
    assert.equal(all.body.value[0].experimentId, experimentId);
  });

  it('answers 404 for what it does not know, in the form of each service', async () => {
    const run = await workspace.history('GET', 'runs/nobody/details');
    assert.deepEqual([run.status, run.body.error.code], [404, 'UserError']);
    const tracked = await workspace.mlflow('GET', 'runs/get?run_id=nobody');
    assert.deepEqual([tracked.status, tracked.body.error_code], [404, 'RESOURCE_DOES_NOT_EXIST']);
    const unknown = await workspace.mlflow('POST', 'runs/explode', {});
    assert.deepEqual([unknown.status, unknown.body.error_code], [404, 'ENDPOINT_NOT_FOUND']);
  });

  it('keeps a parameter once it is logged', async () => {
    const param = (value: string) =>
      workspace.mlflow('POST', 'runs/log-parameter', { run_id: parent, key: 'depth', value });
    assert.equal((await param('3')).status, 200);
    assert.equal((await param('3')).status, 200);
    const changed = await param('4');
    assert.deepEqual([changed.status, changed.body.error_code], [400, 'INVALID_PARAMETER_VALUE']);
  });

  it('refuses a batch as a whole', async () => {
    const params = [
      { key: 'width', value: '1' },
      { key: 'depth', value: '9' },
    ];
    assert.equal((await workspace.mlflow('POST', 'runs/log-batch', { run_id: parent, params })).status, 400);
    const { body } = await workspace.mlflow('GET', `runs/get?run_id=${parent}`);
    assert.deepEqual(body.run.data.params, [{ key: 'depth', value: '3' }]);
  });
});
