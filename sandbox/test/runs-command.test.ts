import assert from 'node:assert/strict';
import { type RunsWorkspace, startRunsWorkspace } from './runs-workspace.ts';

const environmentId = (workspace: RunsWorkspace) =>
  `/subscriptions/${workspace.sandbox.settings.subscriptionId}/resourceGroups/sandbox-rg/providers/Microsoft.MachineLearningServices/workspaces/sandbox-ws/environments/AzureML-sklearn-1.5/versions/1`;

describe('a command job in the sandbox', () => {
  let workspace: RunsWorkspace;
  before(async () => {
    workspace = await startRunsWorkspace();
  });
  after(() => workspace?.stop());

  const command = (text: string, more: Record<string, unknown> = {}) => ({
    jobType: 'Command',
    command: text,
    environmentId: environmentId(workspace),
    computeId: 'cpu-cluster',
    experimentName: 'commands',
    ...more,
  });
  const log = async (runId: string) => {
    const { body } = await workspace.history('GET', `runs/${runId}/details`);
    return workspace.readUrl(body.logFiles['user_logs/std_log.txt']);
  };

  it('runs with its literals, its optional block left out, and its own environment only', async () => {
    process.env.SANDBOX_TEST_SECRET = 'from-outside';
    await workspace.submit(
      'hello',
      command(
        'echo "lr=${{inputs.lr}} $[[--x ${{inputs.x}}]]run=$MLFLOW_RUN_ID name=${{name}} own=$OWN out=[$SANDBOX_TEST_SECRET]"',
        {
          inputs: { lr: { jobInputType: 'literal', value: '0.1' } },
          environmentVariables: { OWN: 'yes' },
        },
      ),
    );
    await workspace.waitFor('hello', 'Completed');
    assert.equal(await log('hello'), 'lr=0.1 run=hello name=hello own=yes out=[]\n');
    const { body } = await workspace.arm('GET', 'jobs/hello');
    assert.equal(body.properties.status, 'Completed');
  });

  it('streams its log while it runs', async () => {
    await workspace.submit('slow', command('echo first; sleep 2; echo last'));
    await workspace.waitFor('slow', 'Running');
    let text = '';
    for (let round = 0; round < 30 && !text; round++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      text = await log('slow');
    }
    assert.equal(text, 'first\n');
    assert.equal((await workspace.history('GET', 'runs/slow')).body.status, 'Running');
    await workspace.waitFor('slow', 'Completed');
    assert.equal(await log('slow'), 'first\nlast\n');
  });

  it('fails with the exit code and the end of its output', async () => {
    await workspace.submit('broken', command('echo "the data is missing" >&2; python3 -c "raise SystemExit(3)"'));
    const details = await workspace.waitFor('broken', 'Failed');
    assert.equal(details.error.error.code, 'UserError');
    assert.match(
      details.error.error.message,
      /exited with status code 3\..*user_logs\/std_log\.txt.*the data is missing/s,
    );
    assert.equal((await workspace.arm('GET', 'jobs/broken')).body.properties.status, 'Failed');
  });

  it('ends everything it started when it is canceled', async () => {
    await workspace.submit('endless', command('(while true; do date +%s%N; sleep 0.1; done) & wait'));
    await workspace.waitFor('endless', 'Running');
    assert.equal((await workspace.arm('POST', 'jobs/endless/cancel')).status, 202);
    await workspace.waitFor('endless', 'Canceled');
    const ended = await log('endless');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await log('endless'), ended);
    // What has ended stays as it is.
    const { status, text } = await workspace.arm('POST', 'jobs/endless/cancel');
    assert.deepEqual([status, text], [200, '']);
  });

  it('fails when it runs longer than its limit', async () => {
    await workspace.submit('late', command('sleep 30', { limits: { jobLimitsType: 'Command', timeout: 'PT1S' } }));
    const details = await workspace.waitFor('late', 'Failed');
    assert.match(details.error.error.message, /limit of 1 seconds/);
  });

  it('stores what it writes: named outputs, assets, and the outputs folder', async () => {
    const text =
      'mkdir -p ${{outputs.model}} && echo weights > ${{outputs.model}}/model.txt && echo hi > ${{outputs.note}} && echo png > outputs/plot.png';
    await workspace.submit(
      'writer',
      command(text, {
        outputs: {
          model: { jobOutputType: 'custom_model', mode: 'Upload', assetName: 'churn' },
          note: { jobOutputType: 'uri_file', mode: 'Upload' },
        },
      }),
    );
    await workspace.waitFor('writer', 'Completed');
    const { body: data } = await workspace.history('POST', 'rundata', { runId: 'writer' });
    const { model, note } = data.runMetadata.outputs;
    assert.match(model.assetId, /\/models\/churn\/versions\/1$/);
    assert.deepEqual([model.type, note.type], ['CustomModel', 'UriFile']);
    const { body: asset } = await workspace.arm('GET', 'models/churn/versions/1');
    assert.equal(asset.properties.jobName, 'writer');
    const { body: job } = await workspace.arm('GET', 'jobs/writer');
    assert.match(job.properties.outputs.note.uri, /azureml\/writer\/note$/);
    const { body: artifacts } = await workspace.history('GET', 'runs/writer/artifacts');
    assert.deepEqual(artifacts.value.map((each: any) => each.path).sort(), [
      'outputs/plot.png',
      'user_logs/std_log.txt',
    ]);

    const read =
      'cat ${{inputs.model}}/model.txt ${{inputs.note}}; touch ${{inputs.model}}/x 2>/dev/null || echo read-only';
    await workspace.submit(
      'reader',
      command(read, {
        inputs: {
          model: { jobInputType: 'custom_model', uri: asset.id, mode: 'ReadOnlyMount' },
          note: { jobInputType: 'uri_file', uri: 'azureml://jobs/writer/outputs/note', mode: 'Download' },
        },
      }),
    );
    await workspace.waitFor('reader', 'Completed');
    assert.match(await log('reader'), /^weights\nhi\n[\s\S]*read-only\n$/);
  });

  for (const [mode, may] of [
    ['ReadOnlyMount', false],
    ['Download', false],
    [undefined, false],
    ['ReadWriteMount', true],
  ] as const)
    it(`lets a job write into its input with the mode ${mode}: ${may}`, async () => {
      const name = `input-${mode ?? 'default'}`.toLowerCase();
      await workspace.submit(
        `${name}-data`,
        command('mkdir -p ${{outputs.data}}; echo 1 > ${{outputs.data}}/a.csv', {
          outputs: { data: { jobOutputType: 'uri_folder' } },
        }),
      );
      await workspace.waitFor(`${name}-data`, 'Completed');
      const uri = `azureml://jobs/${name}-data/outputs/data`;
      await workspace.submit(
        name,
        command('echo x > ${{inputs.data}}/b.csv && echo 2 > ${{inputs.data}}/a.csv && echo written', {
          inputs: { data: { jobInputType: 'uri_folder', uri, ...(mode && { mode }) } },
        }),
      );
      await workspace.waitFor(name, may ? 'Completed' : 'Failed');
      assert.match(await log(name), may ? /written/ : /Permission denied/);
    });

  it('logs metrics through the tracking address that its environment names', async () => {
    const script = `
import json, os, urllib.request
def post(path, body):
    url = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/" + path
    headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).read()
run = os.environ["MLFLOW_RUN_ID"]
for step, value in enumerate([0.5, 0.75]):
    post("runs/log-metric", {"run_id": run, "key": "accuracy", "value": value, "timestamp": 1000 + step, "step": step})
post("runs/update", {"run_id": run, "status": "FINISHED"})
`;
    await workspace.submit('metrics', command(`python - <<'END'\n${script}\nEND`));
    await workspace.waitFor('metrics', 'Completed');
    const { body } = await workspace.mlflow('GET', 'runs/get?run_id=metrics');
    assert.deepEqual(body.run.data.metrics, [{ key: 'accuracy', value: 0.75, timestamp: 1001, step: 1 }]);
    assert.equal(body.run.info.status, 'FINISHED');
    const query = 'metrics/get-history?run_id=metrics&metric_key=accuracy';
    const tooMany = await workspace.mlflow('GET', `${query}&max_results=25000`);
    assert.deepEqual(
      [tooMany.status, tooMany.body.error_code, tooMany.body.Error.Message],
      [400, 'BAD_REQUEST', 'MaxResults = 25000 is invalid: MaxResults must be less than 1000.'],
    );
    const history = await workspace.mlflow('GET', query);
    assert.deepEqual(
      history.body.metrics.map((each: any) => each.value),
      [0.5, 0.75],
    );
  });

  it('says why it cannot run on a GPU', async () => {
    await workspace.submit('gpu', command('nvidia-smi', { computeId: 'gpu-cluster' }));
    const details = await workspace.waitFor('gpu', 'Failed');
    assert.match(details.error.error.message, /no GPU/);
  });

  it('says why it cannot run AutoML', async () => {
    await workspace.submit('automl', {
      jobType: 'AutoML',
      computeId: 'cpu-cluster',
      taskDetails: {
        taskType: 'Classification',
        targetColumnName: 'y',
        trainingData: { jobInputType: 'mltable', uri: 'azureml://datastores/workspaceblobstore/paths/table/' },
      },
    });
    const details = await workspace.waitFor('automl', 'Failed');
    assert.match(details.error.error.message, /can't run jobs of type 'AutoML'/);
  });

  it('keeps run and resource in step when tags change on either side', async () => {
    await workspace.history('PATCH', 'experiments/commands/runs/hello', { tags: { team: 'a' }, displayName: 'Hello' });
    const { body: job } = await workspace.arm('GET', 'jobs/hello');
    assert.deepEqual([job.properties.tags.team, job.properties.displayName], ['a', 'Hello']);
    await workspace.arm('PUT', 'jobs/hello', {
      properties: {
        jobType: 'Command',
        command: job.properties.command,
        environmentId: job.properties.environmentId,
        tags: { team: 'b' },
      },
    });
    assert.deepEqual((await workspace.history('GET', 'runs/hello')).body.tags, { team: 'b' });
  });
});
