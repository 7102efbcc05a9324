import assert from 'node:assert/strict';
import { UserError } from '../../../lib/core/errors.ts';
import { type FollowPorts, followJob } from '../../../lib/follow/follow.ts';
import { azureError, type FakeStep, fakeClock, fakeJob, type Turn } from './fake-job.ts';
import { follow } from './followed.ts';

const states = (...all: (string | Error)[]): Turn[] => all.map((status) => ({ status }));
const train = (status: string, more: object = {}): FakeStep => ({
  runId: 'a',
  displayName: 'Train',
  status,
  runType: 'azureml.StepRun',
  ...more,
});

describe('following a job', () => {
  it('goes on through every state that is not an end, known or not', async () => {
    const all = ['NotStarted', 'Provisioning', 'NotResponding', 'Paused', 'Unknown', 'SomethingNew', 'Running'];
    const { end, heard } = await follow(fakeJob(states(...all, 'Finalizing', 'CancelRequested', 'Completed')));
    assert.deepEqual(heard.statuses, [...all, 'Finalizing', 'CancelRequested', 'Completed']);
    assert.equal(end.status, 'Completed');
  });

  it('shows steps when one of them changed, and never twice', async () => {
    const turns = ['Queued', 'Queued', 'Running', 'Completed'].map((status) => ({
      status: status === 'Completed' ? status : 'Running',
      steps: [train(status)],
    }));
    const { heard } = await follow(fakeJob(turns));
    assert.deepEqual(heard.tables, ['Train:Queued', 'Train:Running', 'Train:Completed']);
  });

  it('marks the best trial of a sweep that is the job itself', async () => {
    const trial = (runId: string, rate: string) => ({
      runId,
      status: 'Completed',
      tags: { hyperparameters: `{"rate":"${rate}"}` },
    });
    const steps = [trial('job_0', '0.5'), trial('job_1', '0.1')];
    const { end } = await follow(fakeJob([{ status: 'Completed', steps, properties: { best_child_run_id: 'job_1' } }]));
    assert.deepEqual(
      end.view.steps.map((step) => [step.parent, step.trial]),
      [
        [undefined, { parameters: 'rate=0.5', best: false }],
        [undefined, { parameters: 'rate=0.1', best: true }],
      ],
    );
  });

  it('marks reused steps, and leaves their old logs alone', async () => {
    const step = train('Completed', { properties: { 'azureml.isreused': 'true', 'azureml.reusedrunid': 'old' } });
    const { heard } = await follow(fakeJob([{ status: 'Completed', steps: [step] }], { a: Buffer.from('x\n') }));
    assert.deepEqual(heard.tables, ['Train:reused']);
    assert.deepEqual(heard.lines, []);
  });

  it('prints every line once, also those that come after the end', async () => {
    const contents = ['one\n', 'one\ntw', 'one\ntwo\nthr', 'one\ntwo\nthree\nlast'];
    let nth = 0;
    const log = () => Buffer.from(contents[Math.min(nth++, contents.length - 1)]!);
    const { heard } = await follow(fakeJob(states('Running', 'Running', 'Completed'), { job: log }));
    assert.deepEqual(heard.lines, ['>one', '>two', '>three', '>last']);
  });

  it('a log that can not be read never hides how the job is', async () => {
    const broken: (() => number)[] = [
      () => 403,
      () => 404,
      () => {
        throw azureError(503);
      },
      () => {
        throw new Error('ECONNRESET');
      },
    ];
    for (const job of broken) {
      const { end, heard } = await follow(fakeJob(states('Running', 'Completed'), { job }));
      assert.equal(end.status, 'Completed');
      assert.deepEqual(heard.statuses, ['Running', 'Completed']);
      assert.match(end.logs.unread()[0]!, /^the job \(/);
    }
  });

  it('shows a last line without its end although the first reading after the end fails', async () => {
    let reads = 0;
    const log = (): Buffer | number => {
      reads++;
      if (reads === 1) return Buffer.from('first\n');
      return reads === 2 ? 403 : Buffer.from('first\nlast');
    };
    const { heard } = await follow(fakeJob(states('Running', 'Completed'), { job: log }));
    assert.deepEqual(heard.lines, ['>first', '>last']);
  });

  it('shows the newest lines when it ends before the job', async () => {
    const limit = new AbortController();
    const clock = fakeClock();
    const [begin, end] = [clock.now(), clock.now() + 300_000];
    const slept: typeof clock.sleep = async (milliseconds, signal) => {
      await clock.sleep(milliseconds, signal);
      if (clock.now() >= end) limit.abort(new Error('The time is up.'));
    };
    const written = (): number => Math.floor((clock.now() - begin) / 1000);
    const log = (): Buffer => Buffer.from(Array.from({ length: written() }, (_, n) => `${n}\n`).join(''));
    const lines: string[] = [];
    const ports: FollowPorts = {
      ...{ clock: { ...clock, sleep: slept }, signal: limit.signal, tell: () => undefined, random: () => 0 },
      logs: { choice: 'all', onLine: (_, line) => lines.push(line), onRestart: assert.fail, onCut: assert.fail },
    };
    await assert.rejects(followJob(fakeJob(states('Running'), { job: log }).workspace, 'job', ports), /The time is up/);
    assert.ok(lines.length >= 300, `${lines.length} lines`);
  });

  it('shows no logs when none are wanted, and still the last lines of what failed', async () => {
    const log = Buffer.from(`${'x\n'.repeat(40_000)}Traceback\nValueError: no\n`);
    const { end, heard } = await follow(fakeJob([{ status: 'Failed', steps: [train('Failed')] }], { a: log }), {
      choice: 'none',
    });
    assert.deepEqual(heard.lines, []);
    assert.deepEqual(end.failures[0]!.logTail.slice(-2), ['Traceback', 'ValueError: no']);
    assert.equal(end.failures[0]!.logTail.length, 25);
  });

  it('names the step that failed first as the cause', async () => {
    const later = train('Failed', { runId: 'b', displayName: 'Later', endTimeUtc: '2026-01-01T00:00:09Z' });
    const first = train('Failed', { endTimeUtc: '2026-01-01T00:00:01Z' });
    const { end } = await follow(fakeJob([{ status: 'Failed', steps: [later, first] }]));
    assert.deepEqual(
      end.failures.map(({ label, error }) => `${label}: ${error}`),
      ['Train: UserError: a broke', 'Later: UserError: b broke'],
    );
  });

  it('does not name a pipeline that failed because its steps did', async () => {
    const inner = train('Failed', { runId: 'p', displayName: 'Inner', runType: 'azureml.PipelineRun' });
    const { end } = await follow(
      fakeJob([{ status: 'Failed', steps: [inner, train('Failed', { parentRunId: 'p' })] }]),
    );
    assert.deepEqual(
      end.failures.map(({ label }) => label),
      ['Train'],
    );
  });

  it('reads the logs of four steps at a time', async () => {
    const steps = Array.from({ length: 20 }, (_, nth) => train('Running', { runId: `s${nth}` }));
    const logs = Object.fromEntries(steps.map(({ runId }) => [runId, Buffer.from(`${runId}\n`)]));
    const job = fakeJob(
      [
        { status: 'Running', steps },
        { status: 'Completed', steps },
      ],
      logs,
    );
    const { download } = job.workspace.client;
    let [reading, most] = [0, 0];
    job.workspace.client.download = async (...asked) => {
      most = Math.max(most, ++reading);
      await new Promise((done) => setTimeout(done, 2));
      reading--;
      return download(...asked);
    };
    const { heard } = await follow(job);
    assert.equal(most, 4);
    assert.equal(heard.lines.length, 20);
  });

  it('lists the files of a step that runs in every fourth read, and asks for an address anew that is refused', async () => {
    const running = { status: 'Running', steps: [train('Running')] };
    const turns = [...Array<typeof running>(40).fill(running), { ...running, status: 'Completed' }];
    let reads = 0;
    const log = (): Buffer | number => (++reads === 6 ? 403 : Buffer.from(`${'x\n'.repeat(reads)}`));
    const job = fakeJob(turns, { a: log });
    const { end, heard } = await follow(job);
    const of = (part: RegExp): number => job.requests.filter((one) => part.test(one)).length;
    assert.ok(
      of(/runs\/a\/details/) <= Math.ceil(of(/BLOB/) / 3),
      `${of(/runs\/a\/details/)} lists, ${of(/BLOB/)} reads`,
    );
    assert.equal(heard.lines.length, reads);
    assert.deepEqual(end.logs.unread(), []);
  });

  it('says warnings of the job once, and keeps them for the result', async () => {
    const warned = { status: 'Running', warnings: ['low disk'] };
    const { end, heard } = await follow(fakeJob([warned, warned, { ...warned, status: 'Completed' }]));
    assert.deepEqual(heard.others, ['warning low disk']);
    assert.deepEqual(end.view.warnings, ['low disk']);
  });

  it('survives failures that pass, and gives signs of life', async () => {
    const down = azureError(503);
    const turns = states('Running', down, down, down, ...Array<string>(80).fill('Running'), 'Completed');
    const { end, heard } = await follow(fakeJob(turns));
    assert.equal(end.status, 'Completed');
    assert.deepEqual(heard.statuses, ['Running', 'Completed']);
    assert.ok(heard.others.includes('alive'));
    assert.equal(heard.others.filter((one) => one === 'unreachable').length, 3);
  });

  it('does not take an odd answer in between for an end', async () => {
    for (const status of [401, 403, 404, 409]) {
      const odd = azureError(status);
      const { end } = await follow(fakeJob(states('Running', odd, odd, 'Running', 'Completed')));
      assert.equal(end.status, 'Completed');
    }
  });

  it('gives up when failures go on, and says that the job may be running', async () => {
    for (const [status, minutes] of [
      [503, 30],
      [403, 5],
    ] as const) {
      const clock = fakeClock();
      const begin = clock.now();
      await assert.rejects(follow(fakeJob(states('Running', azureError(status))), { clock }), (thrown: unknown) => {
        assert.ok(thrown instanceof UserError && thrown.code === 'JobNotFollowed');
        assert.match(
          thrown.message,
          /was Running when it was last read and may still be running; it was not cancelled/,
        );
        return true;
      });
      assert.ok(clock.now() - begin >= minutes * 60_000);
    }
  });

  it('does not take a defect for bad weather', async () => {
    await assert.rejects(follow(fakeJob(states('Running', new TypeError('x is undefined')))), /x is undefined/);
  });

  it('stops when the run is cancelled', async () => {
    const cancel = new AbortController();
    cancel.abort(new Error('cancelled'));
    await assert.rejects(follow(fakeJob(states('Running')), { signal: cancel.signal }), /cancelled/);
  });

  it('is no busier than agreed in an hour of a pipeline', async () => {
    const clock = fakeClock();
    const begin = clock.now();
    const job = fakeJob([{ status: 'Running', steps: [train('Running')] }], { a: Buffer.from('x\n') });
    const cancel = new AbortController();
    const counting = {
      now: clock.now,
      async sleep(milliseconds: number, signal?: AbortSignal) {
        await clock.sleep(milliseconds, signal);
        if (clock.now() - begin > 3_600_000) cancel.abort(new Error('an hour'));
      },
    };
    await assert.rejects(follow(job, { clock: counting, signal: cancel.signal }), /an hour/);
    const of = (part: RegExp): number => job.requests.filter((one) => part.test(one)).length;
    assert.ok(of(/runs\/job\/details/) < 320, `${of(/runs\/job\/details/)} polls of the status`);
    assert.ok(of(/children/) < 160 && of(/BLOB/) < 160, `${of(/children/)} lists, ${of(/BLOB/)} reads of the log`);
  });
});
