import assert from 'node:assert/strict';
import { hintFor } from '../../../lib/follow/diagnosis.ts';

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
