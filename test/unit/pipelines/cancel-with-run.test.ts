import assert from 'node:assert/strict';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { english, fill } from '../../../lib/core/message.ts';
import type { AzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { begunJob, cancelWithRun, type EarlierJob } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { azureError, fakeClock, fakeJob } from '../follow/fake-job.ts';

/** What became of a job when work on it failed. `post`: the status of the answer to a cancellation. */
async function outcomeOf({
  aborted = true,
  isBegun = true,
  post = 202,
  open = true,
  earlier = undefined as EarlierJob['find'] | undefined,
} = {}) {
  const said: string[] = [];
  const warnings: string[] = [];
  const signal = aborted ? AbortSignal.abort() : new AbortController().signal;
  const pipeline = {
    signal,
    say: (...message: Parameters<typeof fill>) => said.push(english(fill(...message))),
    message: (...message: Parameters<typeof fill>) => english(fill(...message)),
    warn: (text: string) => warnings.push(text),
  };
  let posts = 0;
  const send = async () => {
    posts++;
    if (post >= 400) throw azureError(post);
    return { status: post, body: null, text: 'null' };
  };
  const { workspace } = fakeJob([{ status: 'Running' }]);
  const found = { ...workspace, client: { ...workspace.client, send } } as unknown as Workspace;
  const connect = async (_: AzureTarget, fresh?: AbortSignal) => {
    assert.equal(fresh?.aborted, false, 'the workspace is opened with a signal of its own');
    return found;
  };
  const ports = { pipeline, clock: fakeClock(), connect } as unknown as Ports;
  const begun = begunJob(
    {
      name: isBegun ? 'j' : undefined,
      workspace: open ? found : undefined,
      earlier: earlier && { job: 'first', find: earlier },
    },
    {} as AzureTarget,
    ports,
  );
  const work = (): Promise<never> => Promise.reject(new Error('work failed'));
  await assert.rejects(cancelWithRun(ports.pipeline, begun, work), /work failed/);
  return { posts, said, warnings };
}

describe('a job that a task has begun', () => {
  it('is cancelled with the run', async () => {
    const { posts, said, warnings } = await outcomeOf();
    assert.equal(posts, 1);
    assert.deepEqual(said, ['The run was cancelled; cancelling the job j too.', 'The job j is being cancelled.']);
    assert.deepEqual(warnings, []);
  });

  it('is cancelled also when the run was cancelled before the workspace was found', async () => {
    assert.equal((await outcomeOf({ open: false })).posts, 1);
  });

  it('is left alone by any other failure, and when nothing was begun', async () => {
    assert.equal((await outcomeOf({ aborted: false })).posts, 0);
    assert.equal((await outcomeOf({ isBegun: false })).posts, 0);
  });

  it('of an earlier try is cancelled, or named when nobody can say whether there is one', async () => {
    const found = await outcomeOf({ isBegun: false, earlier: async () => 'first' });
    assert.deepEqual([found.posts, found.warnings], [1, []]);
    const none = await outcomeOf({ isBegun: false, earlier: async () => undefined });
    assert.deepEqual([none.posts, none.warnings], [0, []]);
    const { warnings } = await outcomeOf({ isBegun: false, earlier: () => Promise.reject(new Error('No answer.')) });
    assert.match(
      warnings[0]!,
      /^If an earlier try of this step submitted the job first, it may keep running .* No answer/,
    );
  });

  it('that can not be cancelled is a warning that names it, and the first error stays the error', async () => {
    const { warnings } = await outcomeOf({ post: 403 });
    assert.match(warnings[0]!, /^The job j could not be cancelled\. It may keep running and cost money: .*403/);
  });
});
