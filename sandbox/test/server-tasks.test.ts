/** Server jobs: requests, chains, events, approvals and gates, with definitions made here. */
import assert from 'node:assert/strict';
import { sendHttps } from '../https-request.ts';
import { type AgentFixture, stepOf } from './agent-run.ts';
import { type Received, useReceiver } from './receiver.ts';

describe('server jobs', () => {
  const { fixture, receiver, define } = useReceiver();

  const runOne = (name: string, options: Parameters<AgentFixture['run']>[1] = {}, settings = '') =>
    fixture.run(
      `jobs:\n- job: j\n  pool: server\n  steps:\n  - task: ${name}@1\n    name: s\n    inputs: { address: ${receiver.url} }${settings}`,
      { tasksFolder: receiver.tasksFolder, millisecondsPerMinute: 600, ...options },
    );

  describe('one request', () => {
    it('is sent as the definition says, with what its texts name', async () => {
      define('Plain', {
        // In-box tasks spell keys in both ways.
        HttpRequest: {
          execute: {
            endpointId: '',
            endpointUrl: '$(service)//items?who=$(who) & co',
            method: 'post',
            headers: '{"Content-Type":"application/json","PlanId":"$(system.PlanId)"}',
            body: '{"wanted":"$(wanted)","task":"$(system.TaskInstanceId)"}',
            expression: "eq(root['state'], '$(wanted)')",
          },
        },
      });
      receiver.answer = () => ({ json: { state: 'Done' } });
      const run = await runOne('Plain', { variables: { who: 'me' } });
      assert.equal(run.result, 'succeeded', run.lines.join('\n'));
      const [request] = receiver.received;
      assert.equal(`${request!.method} ${request!.path}`, 'POST /items?who=me%20&%20co');
      assert.match(String(request!.headers.planid), /^[0-9a-f-]{36}$/);
      assert.deepEqual(JSON.parse(request!.body), { wanted: 'done', task: stepOf(run, 's').recordId });
    });

    it('fails the step by its answer, its criteria, or an expression that cannot be read', async () => {
      const withExpression = (expression: string) => ({
        HttpRequest: { Execute: { EndpointId: '', EndpointUrl: '$(service)', Method: 'GET', Expression: expression } },
      });
      const messageOf = async (): Promise<string> => {
        const run = await runOne('Judged');
        assert.equal(run.result, 'failed');
        return stepOf(run, 's').issues[0]!.message;
      };
      define('Judged', withExpression("eq(root['state'], 'done')"));
      receiver.answer = () => ({ json: { state: 'busy' } });
      assert.equal(await messageOf(), 'The answer does not meet the success criteria.');
      receiver.answer = () => ({ status: 503, json: { error: 'later' } });
      assert.match(await messageOf(), /was answered with 503: \{"error":"later"}/);
      receiver.answer = () => ({});
      define('Judged', withExpression("eq(root['state'], "));
      assert.match(await messageOf(), /Unexpected end of expression/);
    });

    it('is tried again as often as the step says, with a warning each time', async () => {
      define('Flaky', { HttpRequest: { Execute: { EndpointUrl: '$(service)', Method: 'GET' } } });
      const failing = (times: number) => (receiver.answer = () => ({ status: times-- > 0 ? 503 : 200, json: {} }));
      const requests = async (retries: number) => {
        const before = receiver.received.length;
        const run = await runOne('Flaky', {}, `\n    retryCountOnTaskFailure: ${retries}`);
        const warnings = stepOf(run, 's').issues.filter(({ type }) => type === 'warning');
        const errors = stepOf(run, 's').issues.filter(({ type }) => type === 'error');
        return [run.result, receiver.received.length - before, warnings.length, errors.length];
      };
      failing(2);
      assert.deepEqual(await requests(2), ['succeeded', 3, 2, 0]);
      failing(2);
      assert.deepEqual(await requests(1), ['failed', 2, 1, 1]);
      failing(1);
      assert.deepEqual(await requests(0), ['failed', 1, 0, 1]);
    });

    it('keeps the job from going on, unless a step asks for it', async () => {
      define('Refused', { HttpRequest: { Execute: { EndpointUrl: '$(service)', Method: 'GET' } } });
      receiver.answer = () => ({ status: 404 });
      const next = (condition: string) => `
  - { task: Delay@1, name: next, condition: ${condition}, inputs: { delayForMinutes: 0 } }`;
      assert.equal(stepOf(await runOne('Refused', {}, next('succeeded()')), 'next').result, 'Skipped');
      assert.equal(stepOf(await runOne('Refused', {}, next('failed()')), 'next').result, 'Succeeded');
    });
  });

  describe('a chain', () => {
    it('skips, polls, and hands outputs on', async () => {
      define('Chain', {
        HttpRequestChain: {
          Execute: [
            {
              RequestInputs: { EndpointId: '', EndpointUrl: '$(service)/start', Method: 'POST' },
              ExecutionOptions: {
                OutputVariables: '{"locationUrl":"response[\'headers\'][\'location\']"}',
                SkipSectionExpression: "isUrl(variables['locationUrl'])",
              },
            },
            {
              RequestInputs: {
                EndpointId: '',
                EndpointUrl: '$(locationUrl)',
                Method: 'GET',
                Expression: "eq(root['state'], 'done')",
              },
              ExecutionOptions: {
                ContinuePollingExpression: "eq(response['statuscode'], 'Accepted')",
                DurationBetweenRetries: '00:00:10',
              },
            },
          ],
        },
      });
      receiver.answer = ({ path }) => {
        if (path === '/start') return { status: 202, headers: { Location: `${receiver.url}/there` } };
        return receiver.received.length < 4 ? { status: 202 } : { json: { state: 'done' } };
      };
      const run = await runOne('Chain');
      assert.equal(run.result, 'succeeded', run.lines.join('\n'));
      const sent = receiver.received.map(({ method, path }) => `${method} ${path}`);
      assert.deepEqual(sent, ['POST /start', 'GET /there', 'GET /there', 'GET /there']);

      const skipped = await runOne('Chain', { variables: { locationUrl: `${receiver.url}/there` } });
      assert.equal(skipped.result, 'succeeded', skipped.lines.join('\n'));
      assert.equal(receiver.received.filter(({ path }) => path === '/start').length, 1);
    });

    it('stops polling when the run is cancelled', async () => {
      const link = {
        RequestInputs: { EndpointUrl: '$(service)', Method: 'GET' },
        ExecutionOptions: { ContinuePollingExpression: 'true', DurationBetweenRetries: '00:01:00' },
      };
      define('Endless', { HttpRequestChain: { Execute: [link] } });
      const cancel = new AbortController();
      receiver.answer = () => {
        setTimeout(() => cancel.abort(), 50);
        return {};
      };
      const run = await runOne('Endless', { signal: cancel.signal, millisecondsPerMinute: 60_000 });
      assert.equal(stepOf(run, 's').result, 'Canceled');
      assert.equal(run.result, 'canceled');
    });
  });

  describe('a request with a callback', () => {
    const header = (name: string, value: string) => `"${name}":"$(${value})"`;
    const headers = `{${[
      header('PlanUrl', 'system.CollectionUri'),
      header('ProjectId', 'system.TeamProjectId'),
      header('HubName', 'system.HostType'),
      header('PlanId', 'system.PlanId'),
      header('JobId', 'system.JobId'),
      header('TaskInstanceId', 'system.TaskInstanceId'),
      header('AuthToken', 'system.AccessToken'),
    ].join()}}`;
    const defineCallback = (more: object = {}): void =>
      define('Callback', {
        HttpRequest: {
          Execute: { EndpointUrl: '$(service)/do', Method: 'POST', Headers: headers, WaitForCompletion: 'true' },
          ...more,
        },
      });

    /** Posts an event of the task that sent the request; answers the status. */
    async function post({ headers: own }: Received, event: object, token = own.authtoken): Promise<number> {
      const plan = `${own.planurl}${own.projectid}/_apis/distributedtask/hubs/${own.hubname}/plans/${own.planid}`;
      const answer = await sendHttps({
        method: 'POST',
        url: `${plan}/events?api-version=7.1`,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ taskId: own.taskinstanceid, jobId: own.jobid, ...event }),
        ca: fixture.ca,
        timeoutMs: 5000,
      });
      return answer.status;
    }

    for (const [result, expected] of [
      ['succeeded', 'Succeeded'],
      ['failed', 'Failed'],
      ['canceled', 'Canceled'],
    ] as const)
      it(`ends as ${result} when its receiver says so, even before it has answered`, async () => {
        defineCallback();
        receiver.answer = (request) => {
          void post(request, { name: 'TaskCompleted', result });
          return {};
        };
        const run = await runOne('Callback');
        assert.equal(stepOf(run, 's').result, expected, run.lines.join('\n'));
      });

    it('takes events of its own job and task alone', async () => {
      defineCallback();
      const statuses: number[] = [];
      let posted: Promise<void> | undefined;
      const other = await fixture.tokens.issue({ aud: '499b84ac-1321-427f-aa17-267ca6975798', sub: 'Build:1:other' });
      receiver.answer = (request) => {
        const done = { name: 'TaskCompleted', result: 'failed' };
        posted = (async () => {
          statuses.push(await post(request, done, other));
          statuses.push(await post(request, done, 'nonsense'));
          statuses.push(await post(request, { ...done, jobId: 'other' }));
          statuses.push(await post(request, { ...done, result: 'fine' }));
          statuses.push(await post(request, { ...done, name: 'TaskEnded' }));
          statuses.push(await post(request, { ...done, taskId: 'other' }));
          statuses.push(await post(request, { name: 'TaskStarted' }));
          statuses.push(await post(request, { name: 'TaskCompleted', result: 'succeeded' }));
        })();
        return {};
      };
      const run = await runOne('Callback', { millisecondsPerMinute: 60_000 });
      assert.equal(run.result, 'succeeded', run.lines.join('\n'));
      await posted;
      assert.deepEqual(statuses, [403, 401, 404, 400, 400, 200, 200, 200]);
    });

    it('fails when an event is late, and does not show the token', async () => {
      defineCallback({ Events: { TaskStarted: { Timeout: '00:00:30' } } });
      const run = await runOne('Callback');
      assert.equal(stepOf(run, 's').issues[0]!.message, 'The event TaskStarted did not come within 30 seconds.');
      assert.ok(!run.lines.some((line) => line.includes(String(receiver.received[0]!.headers.authtoken))));
    });

    it('tells its receiver when the step or the job runs out of time', async () => {
      defineCallback({ Cancel: { EndpointUrl: '$(service)/stop', Method: 'DELETE' } });
      const step = await runOne('Callback', {}, '\n    timeoutInMinutes: 1');
      assert.equal(stepOf(step, 's').result, 'Failed');
      assert.equal(stepOf(step, 's').issues[0]!.message, 'The task has timed out.');
      const sent = (): string[] => receiver.received.map(({ method, path }) => `${method} ${path}`);
      assert.deepEqual(sent(), ['POST /do', 'DELETE /stop']);
      receiver.received = [];
      const job = await runOne('Callback', {}, '\n  timeoutInMinutes: 1');
      assert.equal(stepOf(job, 's').result, 'Canceled');
      assert.ok(job.lines.some((line) => /longer than the maximum time of 1 minutes/.test(line)));
      assert.deepEqual(sent(), ['POST /do', 'DELETE /stop']);
    });
  });

  describe('a manual validation', () => {
    const validate = (onTimeout: string, decision?: 'approve' | 'reject' | 'ignore', minutes = 1) =>
      fixture.run(
        `jobs:
- job: j
  pool: server
  steps:
  - task: ManualValidation@1
    name: approval
    timeoutInMinutes: ${minutes}
    inputs: { instructions: Read it, onTimeout: ${onTimeout} }`,
        {
          tasksFolder: receiver.tasksFolder,
          millisecondsPerMinute: 100,
          ...(decision && { decisions: { approval: decision } }),
        },
      );

    it('is approved, unless the run is given another decision', async () => {
      assert.equal((await validate('reject')).result, 'succeeded');
      const rejected = await validate('reject', 'reject');
      assert.equal(rejected.result, 'failed');
      assert.equal(stepOf(rejected, 'approval').issues[0]!.message, 'The manual validation was rejected.');
    });

    it('times out as its input says', async () => {
      const rejected = await validate('reject', 'ignore');
      assert.equal(
        stepOf(rejected, 'approval').issues[0]!.message,
        'The manual validation timed out and was rejected.',
      );
      assert.equal((await validate('resume', 'ignore')).result, 'succeeded');
    });
  });
});
