import assert from 'node:assert/strict';
import { literal, pipeline, useRunsWorkspace } from './runs-workspace.ts';

describe('a pipeline job in the sandbox', () => {
  const { workspace, node, steps, log } = useRunsWorkspace({
    prepare: {
      display_name: 'Prepare data',
      command: 'echo "${{inputs.text}}-$STAGE" > ${{outputs.data}}/rows.txt',
      inputs: { text: { type: 'string' } },
      outputs: { data: { type: 'uri_folder' } },
    },
    train: {
      command:
        'cp ${{inputs.data}}/rows.txt ${{outputs.model}}/model.txt && echo " x${{inputs.factor}} $[[limit ${{inputs.limit}}]]" >> ${{outputs.model}}/model.txt',
      inputs: {
        data: { type: 'uri_folder' },
        factor: { type: 'integer', default: '2', min: '1', max: '9' },
        limit: { type: 'integer', optional: true },
      },
      outputs: { model: { type: 'custom_model' } },
    },
    fail: { command: 'echo bad luck; exit 7' },
    wait: { command: 'sleep 20' },
    show: { command: 'cat ${{inputs.model}}/model.txt', inputs: { model: { type: 'custom_model' } } },
  });
  const chain = () => ({
    show: node('show', { model: literal('${{parent.jobs.train.outputs.model}}') }),
    train: node(
      'train',
      { data: literal('${{parent.jobs.prepare.outputs.data}}') },
      { outputs: { model: { type: 'literal', value: '${{parent.outputs.model}}' } } },
    ),
    prepare: node('prepare', { text: literal('${{parent.inputs.text}}') }, { environment_variables: { STAGE: 'one' } }),
  });

  it('runs its steps in the order of their bindings and registers its output', async () => {
    await workspace.submit(
      'chain',
      pipeline(chain(), {
        inputs: { text: { jobInputType: 'literal', value: 'rows' } },
        outputs: { model: { jobOutputType: 'custom_model', mode: 'Upload', assetName: 'chained' } },
      }),
    );
    await workspace.waitFor('chain', 'Completed');
    const { prepare, train, show } = await steps('chain');
    assert.equal(await log(show.runId), 'rows-one\n x2 \n');
    assert.deepEqual(
      [prepare.displayName, train.displayName, train.runType],
      ['Prepare data', 'train', 'azureml.StepRun'],
    );
    assert.ok(prepare.endTimeUtc <= train.startTimeUtc && train.endTimeUtc <= show.startTimeUtc);
    assert.equal(train.rootRunId, 'chain');
    const { body: job } = await workspace.arm('GET', 'jobs/chain');
    const { body: model } = await workspace.arm('GET', 'models/chained/versions/1');
    assert.equal(job.properties.outputs.model.uri, null);
    const { body: data } = await workspace.history('POST', 'rundata', { runId: 'chain' });
    assert.match(data.runMetadata.outputs.model.assetId, /\/models\/chained\/versions\/1$/);
    assert.equal(model.properties.jobName, train.runId);
    const child = await workspace.arm('GET', `jobs/${train.runId}`);
    assert.deepEqual([child.status, 'properties' in child.body], [200, false]);
  });

  it('fails with the failed step, ends the running steps and leaves out the waiting ones', async () => {
    const settings = { default_compute: 'cpu-cluster', continue_on_step_failure: false };
    await workspace.submit('broken', pipeline({ a: node('fail'), b: node('wait') }, { settings }));
    const details = await workspace.waitFor('broken', 'Failed');
    assert.match(details.error.error.message, /^Pipeline has failed child jobs\. Failed nodes: \/a\./);
    const { a, b } = await steps('broken');
    assert.deepEqual([a.status, b.status], ['Failed', 'Canceled']);
    assert.match(a.error.error.message, /status code 7.*bad luck/s);
  });

  it('lets the other steps finish when it says nothing', async () => {
    await workspace.submit(
      'tolerant',
      pipeline({ a: node('fail'), b: { ...node('prepare', { text: literal('x') }), display_name: 'b' } }),
    );
    await workspace.waitFor('tolerant', 'Failed');
    const { a, b } = await steps('tolerant');
    assert.deepEqual([a.status, b.status], ['Failed', 'Completed']);
  });

  it('cancels running and waiting steps', async () => {
    const waiting = { ...node('prepare', { text: literal('y') }), display_name: 'c' };
    await workspace.submit('stopped', pipeline({ a: node('wait'), b: node('wait'), c: waiting }));
    for (let round = 0; round < 100 && (await steps('stopped')).a?.status !== 'Running'; round++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal((await workspace.arm('POST', 'jobs/stopped/cancel')).status, 202);
    await workspace.waitFor('stopped', 'Canceled');
    const { a, b, c } = await steps('stopped');
    assert.deepEqual([a.status, b.status, c.status], ['Canceled', 'Canceled', 'Canceled']);
  });

  it('runs a pipeline component as a step', async () => {
    const { prepare, train } = chain();
    const { status, body } = await workspace.arm('PUT', 'components/inner/versions/1', {
      properties: {
        componentSpec: {
          name: 'inner',
          version: '1',
          type: 'pipeline',
          inputs: { text: { type: 'string', default: 'inside' } },
          outputs: { model: { type: 'custom_model' } },
          jobs: { prepare, train },
        },
      },
    });
    assert.equal(status, 201);
    await workspace.submit(
      'nested',
      pipeline({
        inner: { type: 'pipeline', componentId: body.id, inputs: {} },
        show: node('show', { model: literal('${{parent.jobs.inner.outputs.model}}') }),
      }),
    );
    await workspace.waitFor('nested', 'Completed');
    const { inner, show } = await steps('nested');
    assert.equal(inner.runType, 'azureml.PipelineRun');
    assert.deepEqual(Object.keys(await steps(inner.runId)).sort(), ['prepare', 'train']);
    assert.match(await log(show.runId), /^inside-one\n/);
  });

  it('fails a step that it cannot run, and says why', async () => {
    const { status, text } = await workspace.arm('PUT', 'components/sparkle/versions/1', {
      properties: { componentSpec: { name: 'sparkle', version: '1', type: 'spark', entry: { file: 'a.py' } } },
    });
    assert.equal(status, 201, text);
    await workspace.submit(
      'sparkling',
      pipeline({ s: { type: 'spark', componentId: 'azureml:sparkle:1', inputs: {} } }),
    );
    await workspace.waitFor('sparkling', 'Failed');
    assert.match((await steps('sparkling')).s.error.error.message, /can't run nodes of type 'spark'/);
  });

  const refused: [string, () => Record<string, unknown>, RegExp, number?][] = [
    ['a required input without a value', () => ({ train: node('train') }), /'data' of (step|node|job)?.*train/],
    [
      'an input of the wrong type',
      () => ({
        p: node('prepare', { text: literal('x') }),
        train: node('train', { data: literal('${{parent.jobs.p.outputs.data}}'), factor: literal('many') }),
      }),
      /factor.*many|many.*factor/,
    ],
    [
      'a binding to a step that is not there',
      () => ({ train: node('train', { data: literal('${{parent.jobs.gone.outputs.data}}') }) }),
      /gone/,
    ],
    [
      'a component that is not there',
      () => ({ x: { type: 'command', componentId: 'azureml:nothing:1', inputs: {} } }),
      /^key: azureml:nothing:1, Message: Not found component/,
      404,
    ],
  ];
  for (const [what, jobs, message, wanted = 400] of refused) {
    it(`is refused with ${what}`, async () => {
      const { status, body } = await workspace.arm('PUT', 'jobs/refused', { properties: pipeline(jobs()) });
      assert.equal(status, wanted);
      assert.match(body.error.message, message);
      assert.equal((await workspace.arm('GET', 'jobs/refused')).status, 404);
    });
  }
});
