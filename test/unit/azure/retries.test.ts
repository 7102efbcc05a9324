import assert from 'node:assert/strict';
import { AzureError } from '../../../lib/azure/failures.ts';
import { NoAnswerError } from '../../../lib/azure/no-answer.ts';
import { withRetries } from '../../../lib/azure/retries.ts';

describe('retries that are cut short by the end of a run', () => {
  it('end with the failure that leaves open what was begun, also when the last try is not repeated', async () => {
    const url = 'https://management.azure.com/jobs/j';
    const lost = new NoAnswerError('lost', { code: 'ECONNRESET', stage: 'answer', method: 'PUT', url });
    const throttled = new AzureError({
      status: 429,
      code: 'TooManyRequests',
      message: 'wait',
      method: 'PUT',
      url,
      retryAfterMs: 60_000,
    });
    const run = new AbortController();
    const failures = [lost, throttled];
    const ports = {
      clock: { now: () => 0, sleep: async () => {} },
      signal: new AbortController().signal,
      lastTry: run.signal,
      random: () => 0.5,
      onPause: () => {},
    };
    const tries = withRetries('quick', true, ports, async () => {
      if (failures.length === 1) run.abort();
      throw failures.shift()!;
    });
    await assert.rejects(tries, (error) => error === lost);
  });
});
