/** PATCH of a job, and what Azure ML reports when the job ends. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { DevOpsRun, PlanEvent, Sandbox } from '../contracts.ts';
import { startSandbox } from '../sandbox.ts';
import { armClient } from './http.ts';

const properties = {
  jobType: 'Command',
  environmentId: 'azureml:AzureML-sklearn-1.5@latest',
  computeId: 'cpu-cluster',
};

describe('the notifications of jobs', () => {
  let sandbox: Sandbox;
  let arm: Awaited<ReturnType<typeof armClient>>;
  let run: DevOpsRun;
  let jobId: string;
  let events: PlanEvent[];
  let token: string;

  before(async () => {
    sandbox = await startSandbox();
    arm = await armClient(sandbox);
  });
  after(() => sandbox?.stop());
  beforeEach(async () => {
    const about = { definitionName: 'd', branch: 'refs/heads/main', commit: 'c', reason: 'Manual', repository: 'd' };
    run = sandbox.devops.createRun(about);
    jobId = randomUUID();
    token = (await run.jobCredentials(jobId)).accessToken;
    events = [];
    run.onEvent((event) => events.push(event));
  });

  const webhook = (taskId: string) => ({
    WebhookType: 'AzureDevOps',
    EventType: 'RunTerminated',
    PlanUri: sandbox.devops.collectionUrl,
    ProjectId: sandbox.devops.project.id,
    HubName: 'build',
    PlanId: run.planId,
    JobId: jobId,
    TimelineId: run.timelineId,
    TaskInstanceId: taskId,
    AuthToken: token,
  });
  const patch = (name: string, Webhooks: object) =>
    arm.call('PATCH', `jobs/${name}`, { Properties: { NotificationSetting: { Webhooks } } });
  const start = async (name: string, command: string): Promise<void> => {
    const answer = await arm.call('PUT', `jobs/${name}`, { properties: { ...properties, command } });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
  };
  const statusOf = async (name: string): Promise<string> =>
    (await arm.call('GET', `jobs/${name}`)).body.properties.status;
  async function until(done: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const ends: [string, string, string][] = [
    ['succeeded', 'sleep 1', 'Completed'],
    ['failed', 'sleep 1 && exit 3', 'Failed'],
    ['canceled', 'sleep 60', 'Canceled'],
  ];
  for (const [result, command, status] of ends)
    it(`report ${result} once for a job that is ${status}`, async () => {
      await start(result, command);
      const answer = await patch(result, { mine: webhook('task-1'), other: webhook('task-2') });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      if (status === 'Canceled') await arm.call('POST', `jobs/${result}/cancel`);
      await until(() => events.length === 2);
      assert.equal(await statusOf(result), status);
      assert.deepEqual(
        events.map((event) => [event.name, event.taskId, event.jobId, event.result]),
        ['task-1', 'task-2'].map((taskId) => ['TaskCompleted', taskId, jobId, result]),
      );
    });

  it('replace one of the same name, and show the token to nobody', async () => {
    await start('twice', 'sleep 2');
    await patch('twice', { ADO_Webhook_1: webhook('first') });
    const { body } = await patch('twice', { ADO_Webhook_1: webhook('second') });
    const shown = { ADO_Webhook_1: { eventType: 'RunTerminated', webhookType: 'AzureDevOps' } };
    assert.deepEqual(body.properties.notificationSetting.webhooks, shown);
    const read = await arm.call('GET', 'jobs/twice');
    assert.deepEqual(read.body.properties.notificationSetting.webhooks, shown);
    assert.ok(!JSON.stringify([body, read.body]).includes(token));
    await until(() => events.length > 0);
    assert.deepEqual(
      events.map(({ taskId }) => taskId),
      ['second'],
    );
  });

  it('are not sent for a job that had ended', async () => {
    await start('early', 'true');
    await until(async () => (await statusOf('early')) === 'Completed');
    assert.equal((await patch('early', { mine: webhook('late') })).status, 200);
    await start('later', 'true');
    await until(async () => (await statusOf('later')) === 'Completed');
    assert.deepEqual(events, []);
  });

  it('are all that a PATCH may change', async () => {
    await start('fixed', 'true');
    const refused = async (body: object, status: number, path = 'jobs/fixed') => {
      const answer = await arm.call('PATCH', path, body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
    };
    await refused({ properties: { displayName: 'other' } }, 400);
    await refused({ properties: { notificationSetting: { webhooks: { a: { webhookType: 'Slack' } } } } }, 400);
    const extra = { webhookType: 'AzureDevOps', password: 'x' };
    await refused({ properties: { notificationSetting: { webhooks: { a: extra } } } }, 400);
    await refused({ properties: {} }, 404, 'jobs/nowhere');
    const reader = await armClient(sandbox, 'sandbox-reader');
    assert.equal((await reader.call('PATCH', 'jobs/fixed', { properties: {} })).status, 403);
  });
});
