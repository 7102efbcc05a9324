/** The built trace task on what people leave behind: it says what it could not find, and why, and never fails by it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { answers } from './fake-azure.ts';
import { WORKSPACE } from './fake-service.ts';
import { runBuiltTask, type TaskRun } from './run-built-task.ts';
import { fakeAzurePerTest } from './story.ts';

describe('a trace of an odd lineage', () => {
  const azureOf = fakeAzurePerTest();
  const idOf = (version: string): string => `${WORKSPACE}/models/churn/versions/${version}`;

  const version = (name: string, properties: Record<string, string> = {}) => ({
    id: idOf(name),
    name,
    properties: { modelUri: 'u', properties },
  });
  /** An endpoint with these shares of traffic, whose deployments serve version 7. */
  const serve = (traffic: Record<string, number>): void => {
    const endpoint = { name: 'live', properties: { traffic } };
    azureOf().on(/^GET [^?]*\/onlineEndpoints\/live\?/, answers(200, endpoint));
    const deployments = ['blue', 'green'].map((name) => ({ name, properties: { model: idOf('7') } }));
    azureOf().on(/^GET [^?]*\/onlineEndpoints\/live\/deployments\?/, answers(200, { value: deployments }));
    for (const one of deployments)
      azureOf().on(new RegExp(`^GET [^?]*/live/deployments/${one.name}\\?`), answers(200, one));
  };
  const trace = (from: string, inputs: Record<string, string> = {}): Promise<TaskRun> =>
    runBuiltTask('trace-model', azureOf(), { from, addBuildTags: 'false', ...inputs });

  it('without traffic asks for a deployment', async () => {
    serve({});
    const run = await trace('endpoint:live');
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.match(run.log, /the deployment could not be read: none gets traffic; name one of 'blue' and 'green'/);
    assert.deepEqual([run.outputs.modelName, run.outputs.missing], ['', '1']);
  });

  it('with two deployments of equal weight takes the first and says so; a model registered by hand says so', async () => {
    serve({ blue: 50, green: 50 });
    azureOf().models.set('churn', [version('7')]);
    const run = await trace('endpoint:live');
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.match(run.log, /'blue' and 'green' get 50 % each; this is blue/);
    assert.match(run.log, /the model does not name one, so it was registered by other means/);
    assert.match(run.log, /the model does not name one; it was made from files/);
    assert.deepEqual([run.outputs.modelName, run.outputs.modelVersion], ['churn', '7']);
    const { nodes, missing } = JSON.parse(readFileSync(run.outputs.lineageFile!, 'utf8'));
    assert.equal(nodes[0].id, 'endpoint:live');
    assert.equal(String(missing.length), run.outputs.missing);
  });

  it('that is a circle ends, with a deleted job and without Azure DevOps', async () => {
    azureOf().models.set('churn', [
      version('7', {
        'lineage.copiedFrom': idOf('7'),
        'lineage.job': 'gone',
        'lineage.data.base': 'azureml:churn:7',
        'lineage.pipelineRun': 'build/5',
        'lineage.pipelineRunUrl': 'https://dev.azure.com/elsewhere/p/_build/results?buildId=5',
        'lineage.project': 'p',
        'lineage.commit': 'c'.repeat(40),
      }),
    ]);
    const run = await trace('model:churn:7', { compareTo: 'model:churn:3' });
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.match(run.log, /it names itself, so its own record counts/);
    assert.match(run.log, /the job gone could not be read: it was deleted from the workspace 'ws', or never was there/);
    assert.match(
      run.log,
      /it belongs to https:\/\/dev\.azure\.com\/elsewhere\/, which the token of this job can't read/,
    );
    assert.match(run.log, /what compareTo names could not be read: /);
    assert.deepEqual([run.outputs.jobName, run.outputs.commit], ['gone', 'c'.repeat(40)]);
  });
});
