import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { timeLimit } from '../../../lib/core/clock.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a time limit', () => {
  it('ends what it limits, although nothing else refers to it', async () => {
    const { signal } = new AbortController();
    const limited = AbortSignal.any([timeLimit(200), signal]);
    for (let waited = 0; waited < 5_000 && !limited.aborted; waited += 20) {
      collectGarbage();
      await sleep(20);
    }
    assert.equal(limited.reason?.name, 'TimeoutError');
  });
});
