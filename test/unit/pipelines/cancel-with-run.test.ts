import assert from 'node:assert/strict';
import { defineMessages, english, fill } from '../../../lib/core/message.ts';
import { cancelWithRun } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';

const messages = defineMessages({ NotCancelled: 'It goes on: {reason}' });

/** Runs work that throws; what was done about it. */
async function outcomeOf(aborted: boolean, cancelling?: Error): Promise<{ cancelled: number; warnings: string[] }> {
  const warnings: string[] = [];
  const signal = aborted ? AbortSignal.abort() : new AbortController().signal;
  const pipeline = { signal, warn: (text: string) => warnings.push(text), translate: english } as unknown as Pipeline;
  let cancelled = 0;
  const begun = {
    cancel: async () => {
      cancelled++;
      if (cancelling) throw cancelling;
    },
    notCancelled: (reason: string) => fill(messages.NotCancelled, { reason }),
  };
  const work = (): Promise<never> => Promise.reject(new Error('work failed'));
  await assert.rejects(cancelWithRun(pipeline, begun, work), /work failed/);
  return { cancelled, warnings };
}

describe('what a task has begun', () => {
  it('is cancelled with the run', async () => {
    assert.deepEqual(await outcomeOf(true), { cancelled: 1, warnings: [] });
  });
  it('is left alone by any other failure', async () => {
    assert.deepEqual(await outcomeOf(false), { cancelled: 0, warnings: [] });
  });
  it('that can not be cancelled is a warning, and the first error stays the error', async () => {
    const outcome = await outcomeOf(true, new Error('503'));
    assert.deepEqual(outcome, { cancelled: 1, warnings: ['It goes on: 503'] });
  });
});
