import assert from 'node:assert/strict';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { cancelJob } from '../../../lib/follow/cancel.ts';
import { azureError, fakeClock, fakeJob } from './fake-job.ts';

/** Cancels a job: the statuses of the answers to POST in turn (the last one stays), and the job's state at GET. */
async function cancel(posts: number[], state: string | undefined) {
  let nth = 0;
  const { workspace } = fakeJob([{ status: 'Running' }]);
  const send = async ({ method }: { method: string }) => {
    if (method !== 'POST') {
      if (state === undefined) throw azureError(404);
      return { status: 200, body: { id: 'i', name: 'j', properties: { status: state } }, text: '' };
    }
    const status = posts[Math.min(nth++, posts.length - 1)]!;
    if (status >= 400) throw azureError(status);
    return { status, body: null, text: 'null' };
  };
  const changed = { ...workspace, client: { ...workspace.client, send } } as unknown as Workspace;
  return { ...(await cancelJob(changed, 'j', fakeClock())), posts: nth };
}

describe('cancelling a job', () => {
  it('is done when the service accepts it', async () => {
    assert.deepEqual(await cancel([202], 'CancelRequested'), { result: 'cancelled', posts: 1 });
  });

  it('that has ended is not called cancelled: the service answers 200', async () => {
    assert.equal((await cancel([200], 'Completed')).result, 'ended');
    assert.equal((await cancel([200], 'Running')).result, 'cancelled');
    assert.equal((await cancel([400], 'Failed')).result, 'ended');
  });

  it('is tried again while the job is being created, is finalizing, or the service fails', async () => {
    for (const first of [404, 400, 409, 429, 500, 503]) {
      const { result, posts } = await cancel([first, first, 202], 'Finalizing');
      assert.deepEqual([result, posts], ['cancelled', 3], String(first));
    }
  });

  it('that never succeeds is said to be unknown, in time', async () => {
    const { result, reason, posts } = await cancel([404], undefined);
    assert.equal(result, 'unknown');
    assert.match(reason!, /404/);
    assert.ok(posts > 5 && posts <= 17);
    assert.equal((await cancel([403], 'Running')).posts, 1);
  });
});
