/** Waiting without an agent: server jobs and gates with the definitions of the packed tasks. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runPipeline } from '../../sandbox/agent/run.ts';
import { runGate } from '../../sandbox/agent/server/gate.ts';
import { ROOT } from '../../scripts/layout.ts';
import { findJobStatus } from '../../scripts/workspace-facts.ts';
import { type Run, type Step, submit, task, useFixture } from './fixture.ts';

const FROM_SUBMIT = "$[ dependencies.Submit.outputs['submit.jobName'] ]";
const wait = (inputs: Record<string, string> = {}): Step =>
  task('AzureMLWaitJob', 'wait', { jobName: '$(trainingJob)', ...inputs });
const gate = (inputs: Record<string, string> = {}): Step =>
  task('AzureMLJobGate', 'gate', { jobName: '$(trainingJob)', ...inputs });

/** An agent submits, then the service waits, then an agent reads. */
const handOver = (jobFile: string, step: Step, more: Record<string, unknown> = {}) => ({
  jobs: [
    { job: 'Submit', steps: [submit(jobFile)] },
    {
      job: 'Wait',
      dependsOn: 'Submit',
      pool: 'server',
      timeoutInMinutes: 0,
      variables: { trainingJob: FROM_SUBMIT },
      steps: [step],
      ...more,
    },
    {
      job: 'Read',
      dependsOn: ['Submit', 'Wait'],
      variables: { trainingJob: FROM_SUBMIT },
      steps: [
        { checkout: 'none' },
        task('AzureMLStreamJob', 'stream', { jobName: '$(trainingJob)' }),
        { script: 'echo "accuracy is [$(stream.metrics.accuracy)]"' },
      ],
    },
  ],
});

describe('waiting without an agent', function () {
  this.timeout(120_000);
  const fixture = useFixture();

  const jobPatches = ({ requests }: Run) => requests.filter(({ method }) => method === 'PATCH');
  const jobReads = ({ requests }: Run) =>
    requests.filter(({ method, url }) => method === 'GET' && /\/jobs\/[^/?]+\?api-version=2024-04-01$/.test(url));

  describe('AzureMLWaitJob', () => {
    it('ends when Azure ML reports the end, and the next job reads the metrics', async () => {
      const run = await fixture.run(handOver('jobs/waited.yml', wait()));
      assert.equal(run.result, 'succeeded', run.log);
      assert.match(run.log, /accuracy is \[0\.9\]/);
      assert.match(
        run.step('wait').log.join('\n'),
        /Waiting for the event TaskCompleted\.\nEvent TaskCompleted: succeeded/,
      );
      // One request starts the wait, and none follows.
      assert.equal(jobPatches(run).length, 1);
      assert.equal(jobReads(run).length, 0);
    });

    it('asks for what Microsoft documents, and shows the token to nobody', async () => {
      const run = await fixture.run(handOver('jobs/waited.yml', wait()));
      const { body, url } = jobPatches(run)[0]! as { body: any; url: string };
      assert.match(url, /\/jobs\/[^/?]+\?api-version=2024-04-01$/);
      const [[name, webhook]] = Object.entries<any>(body.Properties.NotificationSetting.Webhooks) as [[string, any]];
      assert.match(name, /^ADO_Webhook_[0-9a-f-]{36}$/);
      assert.deepEqual(Object.keys(webhook), [
        ...['WebhookType', 'EventType', 'PlanUri', 'ProjectId', 'HubName', 'PlanId', 'JobId'],
        ...['TimelineId', 'TaskInstanceId', 'AuthToken'],
      ]);
      assert.equal(webhook.HubName, 'build');
      assert.equal(webhook.TaskInstanceId, run.step('wait').recordId);
      assert.ok(!run.log.includes(webhook.AuthToken));
    });

    it('fails when the job fails', async () => {
      const run = await fixture.run(handOver('jobs/waited-fails.yml', wait()));
      assert.equal(run.step('wait').result, 'Failed', run.log);
      assert.equal(run.result, 'failed');
    });

    it("takes the inputs of Microsoft's task", async () => {
      const step = {
        task: 'AzureMLWaitJob@1',
        name: 'wait',
        inputs: {
          serviceConnection: 'sandbox-wif',
          resourceGroupName: 'sandbox-rg',
          azureMLWorkspaceName: 'sandbox-ws',
          azureMLJobName: '$(trainingJob)',
        },
      };
      const run = await fixture.run(handOver('jobs/waited.yml', step));
      assert.equal(run.result, 'succeeded', run.log);
      assert.doesNotMatch(run.log, /##\[warning\].*task input/);
    });

    /** Cancels the run while the server job waits; answers the job's status in Azure ML afterwards. */
    async function cancelledWhileWaiting(inputs: Record<string, string>): Promise<{ run: Run; status: string }> {
      const cancel = new AbortController();
      let jobName = '';
      const run = await fixture.run(handOver('jobs/slow.yml', wait(inputs)), {
        signal: cancel.signal,
        write: (line) => {
          jobName ||= /Job (\S+) was submitted/.exec(line)?.[1] ?? '';
          if (line.includes('Waiting for the event')) cancel.abort();
        },
      });
      return { run, status: await findJobStatus(fixture.sandbox, jobName) };
    }

    it('cancels the job with the run', async () => {
      const { run, status } = await cancelledWhileWaiting({});
      assert.equal(run.step('wait').result, 'Canceled');
      assert.match(status, /Canceled|CancelRequested/);
    });

    it('leaves the job alone when cancelJob is false', async () => {
      const { run, status } = await cancelledWhileWaiting({ cancelJob: 'false' });
      assert.equal(run.step('wait').result, 'Canceled');
      assert.doesNotMatch(status, /Cancel/);
    });

    it('cancels the job when the server job runs out of time', async () => {
      const run = await fixture.run(handOver('jobs/slow.yml', wait(), { timeoutInMinutes: 2 }), {
        millisecondsPerMinute: 1000,
      });
      assert.equal(run.step('wait').result, 'Canceled', run.log);
      assert.match(run.step('wait').log.join('\n'), /POST \S+\/cancel\?/);
      assert.match(run.step('wait').log.join('\n'), /Response code: Accepted/);
    });

    it('says why when the connection may not change the job', async () => {
      const run = await fixture.run(handOver('jobs/waited.yml', wait({ azureSubscription: 'sandbox-reader' })));
      assert.match(run.step('wait').issues[0]!.message, /was answered with 403: [\s\S]*AuthorizationFailed/);
    });
  });

  describe('AzureMLJobGate', () => {
    it('polls in a server job until the job has ended', async () => {
      const run = await fixture.run(handOver('jobs/waited.yml', gate()), { millisecondsPerMinute: 1000 });
      assert.equal(run.result, 'succeeded', run.log);
      assert.ok(jobReads(run).length > 1);
      assert.deepEqual(jobPatches(run), []);
    });

    it('fails when the job has failed', async () => {
      const run = await fixture.run(handOver('jobs/waited-fails.yml', gate()), { millisecondsPerMinute: 1000 });
      assert.deepEqual(
        run.step('gate').issues.map(({ message }) => message),
        ['The answer does not meet the success criteria.'],
      );
    });

    it('reads the job once when poll is false, with criteria of its own', async () => {
      const criteria = "ne(root['properties']['status'], 'Failed')";
      const run = await fixture.run(handOver('jobs/waited.yml', gate({ poll: 'false', successCriteria: criteria })));
      assert.equal(run.step('gate').result, 'Succeeded', run.log);
      assert.equal(jobReads(run).length, 1);
    });
  });

  /** A gate of a classic release whose build has the id `gate`. */
  const evaluateGate = (inputs: Record<string, string>, timeoutInMinutes = 60) =>
    runGate({
      task: 'AzureMLJobGate@1',
      inputs: {
        azureSubscription: 'sandbox-reader',
        resourceGroupName: 'sandbox-rg',
        workspaceName: 'sandbox-ws',
        ...inputs,
      },
      variables: { 'Build.BuildId': 'gate' },
      tasksFolder: fixture.tasksFolder,
      sandbox: fixture.sandbox,
      minutesBetweenEvaluations: 1,
      timeoutInMinutes,
      millisecondsPerMinute: 1000,
      write: () => {},
    });

  it('is a gate of classic releases, which the release evaluates again', async () => {
    const submitted = await fixture.run([submit('jobs/waited.yml', { jobName: 'train-gate' })]);
    assert.equal(submitted.result, 'succeeded', submitted.log);
    const first = fixture.sandbox.requests.length;
    const { result, evaluations } = await evaluateGate({ jobName: 'train-$(Build.BuildId)' });
    assert.equal(result, 'succeeded');
    assert.ok(evaluations.length > 1);
    // Each evaluation reads once; it does not poll, and a reader's connection is enough.
    const sent = fixture.sandbox.requests.slice(first).filter(({ url }) => url.includes('/jobs/train-gate'));
    assert.deepEqual(
      sent.filter(({ headers }) => headers['user-agent'] === undefined).map(({ method }) => method),
      evaluations.map(() => 'GET'),
    );
  });

  it('finds the job of a build by its tag, the newest one when a stage ran again', async () => {
    const tagged = { overrides: 'tags.build-$(Build.BuildId)=train' };
    const build = { variables: { 'Build.BuildId': 'gate' } };
    const gateByTag = { tag: 'build-$(Build.BuildId)' };
    assert.equal((await evaluateGate(gateByTag, 2)).result, 'failed', 'no job has the tag yet');
    const failed = await fixture.run([submit('jobs/waited-fails.yml', { ...tagged, wait: 'true' })], build);
    assert.match(failed.log, /Job \S+ was submitted/);
    assert.equal(failed.result, 'failed', failed.log);
    assert.equal((await evaluateGate(gateByTag, 2)).result, 'failed', 'the job has failed');
    const again = await fixture.run([submit('jobs/waited.yml', tagged)], build);
    assert.equal(again.result, 'succeeded', again.log);
    assert.equal((await evaluateGate(gateByTag)).result, 'succeeded');
  });

  it('stays closed when neither a name nor a tag is given', async () => {
    assert.equal((await evaluateGate({ jobName: '', tag: '' }, 2)).result, 'failed');
  });

  it('is what the sample pipeline does', async () => {
    const lines: string[] = [];
    const run = await runPipeline({
      file: join(ROOT, 'examples/breast-cancer/azure-pipelines-wait.yml'),
      sourcesFolder: join(ROOT, 'examples/breast-cancer'),
      tasksFolder: fixture.tasksFolder,
      sandbox: fixture.sandbox,
      write: (line) => lines.push(line),
    });
    assert.equal(run.result, 'succeeded', lines.join('\n'));
    assert.match(lines.join('\n'), /The accuracy is 0\.9/);
  });
});
