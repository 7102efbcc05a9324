import assert from 'node:assert/strict';
import { hintFor } from '../../../lib/follow/diagnosis.ts';
import { type FakeStep, fakeJob } from './fake-job.ts';
import { follow } from './followed.ts';

describe('what usually helps', () => {
  const cases: [error: string, tail: string[], hint: RegExp | undefined][] = [
    ['UserError: exit code: 137', [], /ran out of memory/],
    ['', ['torch.cuda.OutOfMemoryError: CUDA out of memory.'], /ran out of memory/],
    ['The node was preempted', [], /node was taken away/],
    ['ComputeError: not enough quota', [], /more quota/],
    ['Image build failed. For more details', [], /environment could not be built/],
    ['', ['OSError: [Errno 28] No space left on device'], /disk is full/],
    ['', ['OSError: [Errno 122] Disk quota exceeded'], /disk is full/],
    ['', ["ModuleNotFoundError: No module named 'sklearn'"], /package is missing/],
    ['ScriptExecution.StreamAccess.NotFound', [], /data could not be read/],
    ['UserError: exit code: 1', ['ValueError: no'], undefined],
  ];
  for (const [error, tail, expected] of cases)
    it(`with ${error || tail[0]}`, () => {
      const hint = hintFor(error, tail);
      if (expected) assert.match(hint ?? '', expected);
      else assert.equal(hint, undefined);
    });
});

describe('why a job with many failed steps failed', () => {
  const failed = (nth: number, more: object = {}): FakeStep => ({
    runId: `s${nth}`,
    displayName: `s${nth}`,
    status: 'Failed',
    runType: 'azureml.StepRun',
    endTimeUtc: new Date(1_000_000_000 - nth * 1_000).toISOString(),
    ...more,
  });
  const logs = (steps: FakeStep[]) => Object.fromEntries(steps.map(({ runId }) => [runId, Buffer.from('boom\n')]));
  const diagnosed = async (steps: FakeStep[]) => {
    const job = fakeJob([{ status: 'Failed', steps }], logs(steps));
    const { end } = await follow(job, { choice: 'failed' });
    return { job, end };
  };

  it('asks for the first ones, and counts the others', async () => {
    const { job, end } = await diagnosed(Array.from({ length: 500 }, (_, nth) => failed(nth)));
    assert.deepEqual(
      end.failures.map(({ label }) => label),
      Array.from({ length: 10 }, (_, nth) => `s${499 - nth}`),
    );
    assert.equal(end.moreFailed, 490);
    assert.ok(job.requests.length <= 40, `${job.requests.length} requests`);
  });

  it('takes a step without an end for the last one', async () => {
    const { end } = await diagnosed([failed(2, { endTimeUtc: null }), failed(1), failed(3)]);
    assert.deepEqual(
      end.failures.map(({ label }) => label),
      ['s3', 's1', 's2'],
    );
    assert.equal(end.moreFailed, 0);
  });
});
