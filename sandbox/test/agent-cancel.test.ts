import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type AgentFixture, startAgentFixture, stepOf } from './agent-run.ts';

/** A machine with much to do starts and ends processes late; those of these tests would live for two minutes. */
async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end && !holds(); ) await wait(20);
  assert.ok(holds(), 'it happened in time');
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the agent ends tasks', () => {
  let fixture: AgentFixture;
  let count = 0;
  before(async () => {
    fixture = await startAgentFixture();
  });
  after(() => fixture.stop());

  /** Runs a Sleep step and cancels the run once the task has started. */
  async function cancel(onSignal: string, more = '', condition = '') {
    const started = join(fixture.folder, `started-${count++}`);
    const abort = new AbortController();
    const running = fixture.run(
      `variables:
  PROCESS_SIGINT_TIMEOUT: 400
  PROCESS_SIGTERM_TIMEOUT: 400
jobs:
- job: a
  steps:
  - checkout: none
  - task: Sleep@1
    name: sleep
    ${condition}
    inputs: { onSignal: ${onSignal}, started: ${started} }
  - { script: echo usual, name: usual }
  - { script: 'echo canceled', name: canceled, condition: canceled() }
  - { script: 'echo always', name: always, condition: always() }
${more}`,
      { signal: abort.signal },
    );
    await until(() => existsSync(started));
    abort.abort();
    const run = await running;
    await until(() => !isAlive(Number(readFileSync(started, 'utf8'))));
    return run;
  }

  it('cancels with SIGINT first and runs what still holds', async () => {
    const run = await cancel('exit', '- { job: b, dependsOn: a, steps: [{ script: echo b }] }');
    assert.equal(run.result, 'canceled');
    assert.equal(stepOf(run, 'sleep').result, 'Canceled');
    assert.ok(stepOf(run, 'sleep').log.includes('got SIGINT'));
    assert.ok(!stepOf(run, 'sleep').log.includes('got SIGTERM'));
    assert.ok(stepOf(run, 'sleep').issues.some(({ message }) => message.startsWith('The Operation will be canceled.')));
    assert.equal(stepOf(run, 'usual').result, 'Skipped');
    assert.equal(stepOf(run, 'canceled').result, 'Succeeded');
    assert.equal(stepOf(run, 'always').result, 'Succeeded');
    assert.deepEqual(
      run.stages[0]!.jobs.map(({ result }) => result),
      ['Canceled', 'Canceled'],
    );
  });

  it('goes on to SIGTERM, and kills what ignores both', async () => {
    const polite = await cancel('term');
    assert.ok(stepOf(polite, 'sleep').log.includes('got SIGTERM'));
    const stubborn = await cancel('ignore');
    assert.equal(stepOf(stubborn, 'sleep').result, 'Canceled');
  });

  it('ends an always() step only when the cancel timeout is over', async () => {
    const before = Date.now();
    const started = join(fixture.folder, 'always');
    const abort = new AbortController();
    const running = fixture.run(
      `jobs:
- job: a
  cancelTimeoutInMinutes: 1
  steps:
  - checkout: none
  - task: Sleep@1
    name: sleep
    condition: always()
    inputs: { started: ${started} }`,
      { signal: abort.signal, millisecondsPerMinute: 1000 },
    );
    await until(() => existsSync(started));
    abort.abort();
    const run = await running;
    assert.ok(Date.now() - before >= 1000);
    assert.equal(stepOf(run, 'sleep').result, 'Canceled');
  });

  it('fails a step that takes too long, and cancels a job that does', async () => {
    const step = await fixture.run(
      'steps:\n- checkout: none\n- { task: Sleep@1, name: s, timeoutInMinutes: 1 }\n- { script: "true", name: later }',
      { millisecondsPerMinute: 500 },
    );
    assert.equal(step.result, 'failed');
    assert.equal(stepOf(step, 's').issues.at(-1)!.message, 'The task has timed out.');
    assert.equal(stepOf(step, 'later').result, 'Skipped');
    const job = await fixture.run(
      'jobs:\n- job: a\n  timeoutInMinutes: 1\n  steps:\n  - checkout: none\n  - { task: Sleep@1, name: s }',
      { millisecondsPerMinute: 500 },
    );
    assert.equal(job.stages[0]!.jobs[0]!.result, 'Canceled');
    assert.ok(job.lines.some((line) => line.includes('ran longer than the maximum time of 1 minutes')));
  });

  it('ends scripts with all that they started', async () => {
    const started = join(fixture.folder, 'script');
    const abort = new AbortController();
    const running = fixture.run(
      `steps:\n- checkout: none\n- script: |\n    echo $$ > ${started}\n    sleep 300\n    echo done\n  name: s`,
      { signal: abort.signal },
    );
    await until(() => existsSync(started));
    const before = Date.now();
    abort.abort();
    const run = await running;
    assert.equal(run.result, 'canceled');
    assert.ok(Date.now() - before < 5000);
    assert.ok(!stepOf(run, 's').log.includes('done'));
  });

  it('stops waiting 5 s after task.complete done=true and sweeps up what is left', async () => {
    const started = join(fixture.folder, 'done');
    const run = await fixture.run(
      `steps:\n- checkout: none\n- { task: Sleep@1, name: s, inputs: { done: true, child: true, started: ${started} } }`,
    );
    const took = Date.now() - statSync(started).mtimeMs;
    assert.equal(run.result, 'succeeded');
    assert.ok(took >= 4_900 && took < 60_000, `waited ${took} ms for a task of two minutes`);
    const swept = run.lines.flatMap((line) => /^Terminate orphan process: pid \((\d+)\)/.exec(line)?.[1] ?? []);
    assert.ok(swept.includes(readFileSync(started, 'utf8')), 'the task itself');
    assert.ok(swept.length >= 2, 'and what it started');
    // A process that was killed may take a moment to go.
    await until(() => swept.every((pid) => !isAlive(Number(pid))));
  });
});
