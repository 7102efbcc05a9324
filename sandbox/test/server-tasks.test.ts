/** Server jobs: requests, chains, events, approvals and gates, with definitions made here. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { type GateOptions, runGate } from '../agent/server/gate.ts';
import { sendHttps } from '../https-request.ts';
import { type HttpsServer, startServer } from '../server.ts';
import { prepareTls } from '../tls.ts';
import { type AgentFixture, connections, startAgentFixture, stepOf } from './agent-run.ts';

interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A service that answers what a test says, and keeps what it got. */
interface Receiver {
  url: string;
  received: Received[];
  answer(request: Received): { status?: number; json?: unknown; headers?: Record<string, string> };
}

describe('server jobs', () => {
  let fixture: AgentFixture;
  let server: HttpsServer;
  let receiver: Receiver;
  let tasksFolder: string;

  before(async () => {
    fixture = await startAgentFixture();
    tasksFolder = join(fixture.folder, 'server-tasks');
    const tls = await prepareTls(join(fixture.folder, 'tls'));
    server = await startServer({
      tls,
      app: (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
          const got = {
            method: request.method!,
            path: request.url!,
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
          };
          receiver.received.push(got);
          const { status = 200, json = {}, headers = {} } = receiver.answer(got);
          response.writeHead(status, headers).end(JSON.stringify(json));
        });
      },
    });
  });
  after(async () => {
    await server.stop();
    await fixture.stop();
  });
  beforeEach(() => {
    receiver = { url: server.url, received: [], answer: () => ({}) };
  });

  /** Writes the definition of a server task with an input `service`, the address of the receiver. */
  function define(name: string, execution: unknown, runsOn = ['Server', 'ServerGate']): void {
    const folder = join(tasksFolder, name.toLowerCase(), 'v1');
    mkdirSync(folder, { recursive: true });
    const inputs = [
      { name: 'service', type: 'string', label: 'Service', required: true, aliases: ['address'] },
      { name: 'wanted', type: 'string', label: 'Wanted', defaultValue: 'done' },
    ];
    const version = { Major: 1, Minor: 0, Patch: 0 };
    const id = `a6e27000-0000-4000-8000-${Buffer.from(name.padEnd(6, '0').slice(0, 6)).toString('hex')}`;
    writeFileSync(
      join(folder, 'task.json'),
      JSON.stringify({ id, name, friendlyName: name, runsOn, version, inputs, execution }),
    );
  }

  const runOne = (name: string, options: Parameters<AgentFixture['run']>[1] = {}, settings = '') =>
    fixture.run(
      `jobs:\n- job: j\n  pool: server\n  steps:\n  - task: ${name}@1\n    name: s\n    inputs: { address: ${server.url} }${settings}`,
      { tasksFolder, millisecondsPerMinute: 600, ...options },
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
        if (path === '/start') return { status: 202, headers: { Location: `${server.url}/there` } };
        return receiver.received.length < 4 ? { status: 202 } : { json: { state: 'done' } };
      };
      const run = await runOne('Chain');
      assert.equal(run.result, 'succeeded', run.lines.join('\n'));
      const sent = receiver.received.map(({ method, path }) => `${method} ${path}`);
      assert.deepEqual(sent, ['POST /start', 'GET /there', 'GET /there', 'GET /there']);

      const skipped = await runOne('Chain', { variables: { locationUrl: `${server.url}/there` } });
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
        { tasksFolder, millisecondsPerMinute: 100, ...(decision && { decisions: { approval: decision } }) },
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

  describe('a gate', () => {
    const evaluate = (task: string, more: Partial<GateOptions> = {}) =>
      runGate({
        task: `${task}@1`,
        inputs: { address: server.url },
        tasksFolder,
        sandbox: {
          devops: fixture.devops,
          connections,
          clientEnvironment: { NODE_EXTRA_CA_CERTS: fixture.caFile },
        },
        minutesBetweenEvaluations: 1,
        timeoutInMinutes: 100,
        millisecondsPerMinute: 30,
        write: () => {},
        ...more,
      });

    it('is evaluated until it passes, and an answer that fails is one more evaluation', async () => {
      const Execute = {
        EndpointUrl: '$(service)?hub=$(system.HostType)',
        Method: 'GET',
        Expression: "eq(root['n'], 3)",
      };
      define('Gate', { HttpRequest: { Execute } });
      receiver.answer = () => {
        const n = receiver.received.length;
        return n === 1 ? { status: 500 } : { json: { n } };
      };
      const { result, evaluations } = await evaluate('Gate');
      assert.equal(result, 'succeeded');
      assert.match(evaluations[0]!, /was answered with 500/);
      assert.deepEqual(evaluations.slice(1), ['The answer does not meet the success criteria.', 'passed']);
      assert.equal(receiver.received[0]!.path, '/?hub=gates');
    });

    it('keeps the outputs of a chain, so that what starts something does so once', async () => {
      const start = {
        RequestInputs: { EndpointUrl: '$(service)/start', Method: 'POST' },
        ExecutionOptions: {
          OutputVariables: { id: "root['id']" },
          SkipSectionExpression: "eq(isNullOrEmpty(variables['id']), false)",
        },
      };
      const read = {
        RequestInputs: { EndpointUrl: '$(service)/$(id)', Method: 'GET', Expression: "eq(root['open'], true)" },
      };
      define('Once', { HttpRequestChain: { Execute: [start, read] } });
      receiver.answer = () => ({ json: { id: 'x7', open: receiver.received.length > 3 } });
      assert.equal((await evaluate('Once')).result, 'succeeded');
      const sent = receiver.received.map(({ path }) => path);
      assert.deepEqual(sent, ['/start', '/x7', '/x7', '/x7']);
    });

    it('fails when it has not passed in time, and ends when the release is cancelled', async () => {
      define('Closed', { HttpRequest: { Execute: { EndpointUrl: '$(service)', Method: 'GET', Expression: 'false' } } });
      const late = await evaluate('Closed', { timeoutInMinutes: 3 });
      assert.equal(late.result, 'failed');
      assert.ok(late.evaluations.length >= 2);
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 100);
      assert.equal((await evaluate('Closed', { signal: cancel.signal })).result, 'canceled');
    });

    it('must be one, and have its inputs', async () => {
      define('NoGate', { HttpRequest: { Execute: { EndpointUrl: '$(service)', Method: 'GET' } } }, ['Server']);
      await assert.rejects(evaluate('NoGate'), /Task NoGate is not a gate: it runs on Server\./);
      await assert.rejects(evaluate('Closed', { inputs: {} }), /input address is required/);
    });
  });
});
