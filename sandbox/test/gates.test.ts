/** Gates of releases, with definitions made here. */
import assert from 'node:assert/strict';
import { type GateOptions, runGate } from '../agent/server/gate.ts';
import { connections } from './agent-run.ts';
import { useReceiver } from './receiver.ts';

describe('a gate', () => {
  const { fixture, receiver, define } = useReceiver();

  const evaluate = (task: string, more: Partial<GateOptions> = {}) =>
    runGate({
      task: `${task}@1`,
      inputs: { address: receiver.url },
      tasksFolder: receiver.tasksFolder,
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
