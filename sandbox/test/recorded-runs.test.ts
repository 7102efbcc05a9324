/** Runs and reused steps, as recordings of the real service show them. */
import assert from 'node:assert/strict';
import { type RunsWorkspace, startRunsWorkspace } from './runs-workspace.ts';

describe('runs, as the service answers them', () => {
  let workspace: RunsWorkspace;
  let pipeline: (settings?: object) => Record<string, unknown>;

  before(async () => {
    workspace = await startRunsWorkspace();
    const write = await workspace.component('write', {
      command: 'echo "${{inputs.text}}" > ${{outputs.rows}}/rows.txt',
      inputs: { text: { type: 'string' } },
      outputs: { rows: { type: 'uri_folder' } },
    });
    const count = await workspace.component('count', {
      command: 'cat ${{inputs.rows}}/rows.txt && date +%s%N',
      is_deterministic: false,
      inputs: { rows: { type: 'uri_folder' } },
    });
    const bound = (value: string) => ({ job_input_type: 'literal', value });
    pipeline = (settings = {}) => ({
      jobType: 'Pipeline',
      experimentName: 'recorded',
      settings: { default_compute: 'cpu-cluster', ...settings },
      inputs: {},
      outputs: { kept: { jobOutputType: 'uri_folder', mode: 'ReadWriteMount' } },
      jobs: {
        write: {
          type: 'command',
          componentId: write,
          inputs: { text: bound('same text') },
          outputs: { rows: { type: 'literal', value: '${{parent.outputs.kept}}' } },
        },
        count: { type: 'command', componentId: count, inputs: { rows: bound('${{parent.jobs.write.outputs.rows}}') } },
      },
    });
    await workspace.submit('first', pipeline());
    await workspace.waitFor('first', 'Completed');
    await workspace.submit('second', pipeline());
    await workspace.waitFor('second', 'Completed');
    await workspace.submit('forced', pipeline({ force_rerun: true }));
    await workspace.waitFor('forced', 'Completed');
  });
  after(() => workspace?.stop());

  const steps = async (job: string): Promise<Record<string, any>> => {
    const { body } = await workspace.history('GET', `runs/${job}/children`);
    assert.deepEqual(Object.keys(body), ['value'], 'the last page has no token and no link');
    return Object.fromEntries(body.value.map((run: any) => [run.displayName, run]));
  };
  const rundata = async (runId: string) =>
    (await workspace.history('POST', 'rundata', { runId, selectRunMetadata: true })).body;

  it('shows outputs in rundata alone', async () => {
    const { write } = await steps('first');
    const run = (await workspace.history('GET', `runs/${write.runId}`)).body;
    assert.deepEqual([write.inputs, write.outputs, run.inputs, run.outputs], [null, null, null, null]);
    const data = await rundata(write.runId);
    assert.deepEqual(Object.keys(data), ['runMetadata', 'runDefinition', 'jobSpecification', 'systemSettings']);
    const { rows } = data.runMetadata.outputs;
    assert.equal(rows.type, 'UriFolder');
    assert.ok(rows.assetId.endsWith(`/data/azureml_${write.runId}_output_data_rows/versions/1`));
    // The pipeline's output is the asset of the step that wrote it.
    assert.deepEqual((await rundata('first')).runMetadata.outputs.kept, rows);
    const { body: job } = await workspace.arm('GET', 'jobs/first');
    assert.deepEqual([job.properties.outputs.kept.uri, job.properties.inputs], [null, null]);
  });

  it('describes a step by its component, without its key in the pipeline', async () => {
    const { write } = await steps('first');
    assert.deepEqual(
      [write.name, write.runType, write.properties.StepType],
      ['write', 'azureml.StepRun', 'PythonScriptStep'],
    );
    assert.match(write.properties['azureml.nodeid'], /^[0-9a-f]{8}$/);
    assert.match(write.properties['azureml.moduleid'], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(write.properties['azureml.nodeName'], undefined);
    assert.deepEqual([write.runTypeV2.orchestrator, write.runTypeV2.attribution], ['Execution', 'Aether']);
    const root = (await workspace.history('GET', 'runs/first')).body;
    assert.deepEqual([root.runTypeV2.orchestrator, root.compute, root.warnings], ['Pipeline', null, null]);
    assert.match(root.duration, /^\d\d:\d\d:\d\d\.\d{7}$/);
    assert.equal(root.properties['azureml.continue_on_step_failure'], 'True');
    assert.match(root.properties['azureml.pipelines.stages'], /"Status":"Finished"/);
  });

  it('answers a step in ARM without properties', async () => {
    const { write } = await steps('first');
    const { status, body } = await workspace.arm('GET', `jobs/${write.runId}`);
    assert.deepEqual([status, Object.keys(body)], [200, ['id', 'name', 'type', 'systemData']]);
  });

  it('reuses a deterministic step of the same component and inputs', async () => {
    const [before, after] = [await steps('first'), await steps('second')];
    const { properties, status, dataContainerId, compute, runTypeV2, runId } = after.write;
    assert.equal(status, 'Completed');
    assert.notEqual(runId, before.write.runId);
    assert.equal(properties['azureml.isreused'], 'true');
    assert.equal(properties['azureml.reusedrunid'], before.write.runId);
    assert.equal(properties['azureml.reusedpipelinerunid'], 'first');
    assert.equal(properties['azureml.reusednodeid'], before.write.properties['azureml.nodeid']);
    assert.deepEqual([dataContainerId, compute, runTypeV2.orchestrator], [`dcid.${before.write.runId}`, null, null]);
    assert.equal((await rundata(runId)).runMetadata.outputs, null);
    // What follows reads the outputs of the run that did the work.
    assert.equal(after.count.status, 'Completed');
    const outputs = [await rundata('first'), await rundata('second')].map(({ runMetadata }) => runMetadata.outputs);
    assert.deepEqual(outputs[0], outputs[1]);
  });

  it('runs again what is not deterministic, and everything on request', async () => {
    const isReused = ({ properties }: any) => properties['azureml.isreused'] === 'true';
    assert.equal(isReused((await steps('second')).count), false);
    const forced = await steps('forced');
    assert.deepEqual([isReused(forced.write), isReused(forced.count)], [false, false]);
  });

  it('reports an unknown run in the shape of the data plane', async () => {
    const { status, body } = await workspace.history('POST', 'rundata', { runId: 'none' });
    assert.deepEqual([status, body.statusCode, body.componentName], [404, 404, 'run-history']);
    assert.equal(body.error.message, 'Run runId=none was not found');
    assert.deepEqual(body.error.innerError, { code: 'NotFoundError', innerError: null });
  });

  it('finds runs by several statuses', async () => {
    const { experimentId } = (await workspace.history('GET', 'runs/first')).body;
    const query = async (filter: string) =>
      (await workspace.history('POST', `experimentids/${experimentId}/runs:query`, { filter })).body.value.length;
    assert.equal(await query("status eq 'Queued' or status eq 'Running'"), 0);
    assert.equal(await query("status eq 'Running' or status eq 'Completed'"), 9);
    assert.equal(await query('endTimeUtc ge 2099-01-01T00:00:00Z'), 0);
  });

  it("writes MLflow's errors in Pascal case", async () => {
    const { status, body } = await workspace.mlflow('GET', 'runs/get?run_id=none');
    assert.deepEqual([status, body.error_code, body.ComponentName], [404, 'RESOURCE_DOES_NOT_EXIST', 'mlflow']);
    assert.equal(body.Error.Message, 'Run with id=none not found');
  });
});
