import assert from 'node:assert/strict';
import { type FakeStep, fakeClock, fakeJob } from './fake-job.ts';
import { follow } from './followed.ts';

const BEGUN = new Date(1_000_000).toISOString();
const step = (runId: string, status: string, more: object = {}): FakeStep => ({
  runId,
  displayName: runId,
  status,
  runType: 'azureml.StepRun',
  startTimeUtc: BEGUN,
  ...more,
});

/** A job that is over, whose logs are listed some time after its end was read. */
function ended(status: string, seconds: number, steps: FakeStep[] = [], properties: Record<string, string> = {}) {
  const clock = fakeClock();
  const begin = clock.now();
  const runs = ['job', ...steps.map(({ runId }) => runId)];
  const logs = Object.fromEntries(runs.map((id) => [id, Buffer.from(`${id} one\n${id} last`)]));
  const isListed = (): boolean => clock.now() - begin >= seconds * 1000;
  return { job: fakeJob([{ status, steps, properties }], logs, isListed), clock, took: () => clock.now() - begin };
}

describe('a log that is listed late', () => {
  for (const seconds of [1, 3, 6])
    it(`is shown when it appears ${seconds} s after the end`, async () => {
      const { job, clock } = ended('Completed', seconds);
      const { heard, end } = await follow(job, { clock });
      assert.deepEqual(heard.lines, ['>job one', '>job last']);
      assert.deepEqual(end.logs.missing(), []);
    });

  it('is waited for a few seconds with a few requests, and said to be missing', async () => {
    const { job, clock, took } = ended('Completed', 3_600);
    const { end } = await follow(job, { clock });
    assert.deepEqual(end.logs.missing(), ['']);
    assert.ok(took() >= 6_000 && took() <= 10_000, `${took()} ms`);
    assert.ok(job.requests.length <= 10, `${job.requests.length} requests`);
  });

  it('is waited for with all steps together', async () => {
    const steps = Array.from({ length: 20 }, (_, n) => step(`s${n}`, 'Completed'));
    const late = ended('Completed', 4, steps);
    const { heard } = await follow(late.job, { clock: late.clock });
    assert.equal(heard.lines.length, 40);
    const never = ended('Completed', 3_600, steps);
    const { end } = await follow(never.job, { clock: never.clock });
    assert.equal(end.logs.missing().length, 20);
    assert.ok(never.took() <= 10_000, `${never.took()} ms`);
  });

  const withoutLogs: [what: string, steps: FakeStep[], properties: Record<string, string>][] = [
    [
      'a reused step',
      [step('a', 'Completed', { properties: { 'azureml.isreused': 'true', 'azureml.reusedrunid': 'old' } })],
      {},
    ],
    ['a step that did not begin', [step('a', 'Canceled', { startTimeUtc: null })], {}],
    ['a step that ended long ago', [step('a', 'Completed', { endTimeUtc: new Date(0).toISOString() })], {}],
    ['a pipeline without steps', [], { 'azureml.runsource': 'azureml.PipelineRun' }],
    ['a sweep', [], { 'azureml.runsource': 'hyperdrive' }],
    ['an AutoML job', [], { 'azureml.runsource': 'automl' }],
  ];
  for (const [what, steps, properties] of withoutLogs)
    it(`is not waited for of ${what}`, async () => {
      const { job, clock, took } = ended('Completed', 3_600, steps, properties);
      const { end } = await follow(job, { clock });
      assert.deepEqual(end.logs.missing(), []);
      assert.ok(took() <= 2_000, `${took()} ms`);
    });

  it('does not delay the end of a job whose logs are complete', async () => {
    const { job, clock, took } = ended('Completed', 0);
    await follow(job, { clock });
    assert.equal(took(), 1_000);
  });

  it('of a step that ended is read again while others run, and not for ever', async () => {
    const running = { status: 'Running', steps: [step('a', 'Completed'), step('b', 'Running')] };
    const turns = [...Array<typeof running>(60).fill(running), { status: 'Completed', steps: running.steps }];
    const job = fakeJob(turns, { a: Buffer.from('x\n'), b: Buffer.from('y\n') }, (id) => id === 'b');
    const { end } = await follow(job);
    const reads = job.requests.filter((one) => one.endsWith('runs/a/details')).length;
    assert.ok(reads >= 3 && reads <= 5, `${reads} reads`);
    assert.deepEqual(end.logs.missing(), ['a']);
  });

  for (const choice of ['failed', 'none'] as const)
    it(`of a failed step is waited for when logs are ${choice}`, async () => {
      const late = ended('Failed', 3, [step('a', 'Failed'), step('b', 'Completed')]);
      const { end } = await follow(late.job, { clock: late.clock, choice });
      assert.deepEqual(end.failures[0]!.logTail, ['a one', 'a last']);
      const never = ended('Failed', 3_600, [step('a', 'Failed'), step('b', 'Completed')]);
      const { end: without } = await follow(never.job, { clock: never.clock, choice });
      assert.deepEqual(without.failures[0]!.logTail, []);
      assert.deepEqual(without.logs.missing(), ['a']);
      assert.ok(never.took() <= 10_000, `${never.took()} ms`);
    });
});

describe('a time limit that is over while last lines are read', () => {
  it('does not hide how the job ended', async () => {
    const limit = new AbortController();
    const { job, clock } = ended('Completed', 3_600);
    const ending = {
      ...clock,
      async sleep(milliseconds: number, signal?: AbortSignal) {
        await clock.sleep(milliseconds, signal);
        if (clock.now() > 1_003_000) limit.abort(new Error('The time is up.'));
      },
    };
    const { end } = await follow(job, { clock: ending, signal: limit.signal });
    assert.equal(end.status, 'Completed');
  });
});
