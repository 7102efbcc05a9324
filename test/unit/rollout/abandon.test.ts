import assert from 'node:assert/strict';
import { abandon } from '../../../lib/rollout/abandon.ts';
import type { EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import { planRollout } from '../../../lib/rollout/plan-rollout.ts';
import type { RolloutChange } from '../../../lib/rollout/rollout-service.ts';
import { type SavedRollout, savedTags } from '../../../lib/rollout/saved-rollout.ts';
import { DESIRED, endpointModel, stateOfModel } from './endpoint-model.ts';
import { simulatedClock } from './simulated-clock.ts';

const BEFORE = { blue: 100 };
const CONFLICT = new Error('Conflict of operation, another operation on same entity is already running');

interface Given {
  saved?: Partial<SavedRollout>;
  traffic?: Record<string, number>;
  provisioningState?: string;
  onFailure?: 'rollback' | 'stop';
  /** How many requests are refused, and how many reads fail. */
  refused?: number;
  unreadable?: number;
}

/** Cancels a rollout that is in the middle of it, with 8 seconds of simulated time. */
async function abandoned({ saved, traffic = { blue: 90, green: 10 }, refused = 0, unreadable = 0, ...more }: Given) {
  const clock = simulatedClock();
  const model = endpointModel(BEFORE, { blue: 'v1', green: 'v2' });
  const desired = { ...DESIRED, onFailure: more.onFailure ?? 'rollback' };
  const plan = planRollout({ ...stateOfModel(model), deployments: [] }, desired, 0);
  const record: SavedRollout = {
    ...{ id: plan.id, run: plan.run, to: 'green', before: BEFORE, mirror: {}, now: { blue: 90, green: 10 } },
    ...{ phase: 'running', until: 9_999, earlier: {} },
    ...saved,
  };
  model.traffic = traffic;
  model.tags = savedTags(model.tags, record);
  const sent: RolloutChange[] = [];
  let [tries, reads] = [0, 0];
  const service = {
    async read(): Promise<EndpointState> {
      if (reads++ < unreadable) throw new Error('503');
      return { ...stateOfModel(model), provisioningState: more.provisioningState ?? 'Succeeded' };
    },
    async send(change: RolloutChange): Promise<void> {
      if (tries++ < refused) throw CONFLICT;
      sent.push(change);
    },
  };
  const window = new AbortController();
  void clock.sleep(8_000).then(() => window.abort(new Error('the time is over')));
  const found = await abandon(plan, { service, clock, signal: window.signal });
  return { found, sent, tries, tookMs: clock.now() };
}

describe('a rollout that is cancelled', () => {
  it('leaves a deployment that was released before as it is, and says so', async () => {
    const { found, sent } = await abandoned({
      saved: { phase: 'released', now: { green: 100 } },
      traffic: { green: 100 },
    });
    assert.deepEqual([found?.isReleased, sent], [true, []]);
  });

  it('restores the earlier traffic in one request', async () => {
    const { found, sent } = await abandoned({});
    assert.deepEqual(found, { isSent: true, traffic: { blue: 90, green: 10 }, isRedefined: false, why: '' });
    assert.deepEqual(
      sent.map(({ traffic, saved }) => [traffic, saved.phase, saved.now]),
      [[BEFORE, 'rolledBack', BEFORE]],
    );
  });

  it('tries twice a second while Azure refuses it, and is done as soon as it is accepted', async () => {
    const { found, sent, tookMs } = await abandoned({ refused: 13, provisioningState: 'Updating' });
    assert.equal(found?.isSent, true);
    assert.equal(sent.length, 1);
    assert.ok(tookMs >= 6_500 && tookMs < 7_500, `${tookMs} ms`);
  });

  it('says why when it could not be sent, and what the traffic is', async () => {
    const { found, sent, tries } = await abandoned({ refused: 99 });
    assert.deepEqual(found, {
      isSent: false,
      traffic: { blue: 90, green: 10 },
      isRedefined: false,
      why: CONFLICT.message,
    });
    assert.deepEqual([sent, tries], [[], 16]);
    const unread = await abandoned({ unreadable: 99 });
    assert.deepEqual(unread.found, { isSent: false, traffic: undefined, isRedefined: false, why: '503' });
  });

  it('goes on when the endpoint can not be read for a moment', async () => {
    assert.equal((await abandoned({ unreadable: 3 })).found?.isSent, true);
  });

  it('restores while Azure shows the traffic of before the last change', async () => {
    for (const traffic of [BEFORE, { blue: 50, green: 50 }])
      assert.equal((await abandoned({ traffic })).found?.isSent, true, JSON.stringify(traffic));
  });

  it('overwrites nothing that somebody else has set', async () => {
    const changed = await abandoned({ traffic: { blue: 70, green: 30 } });
    assert.deepEqual([changed.found?.isSent, changed.sent, changed.tookMs < 1_000], [false, [], true]);
    assert.match(changed.found?.why ?? '', /Somebody else changed .* by ada@example\.com/);
    for (const given of [{ saved: { id: 'run-2' } }, { saved: { to: 'amber' } }])
      assert.deepEqual((await abandoned(given)).sent, []);
    assert.equal((await abandoned({ saved: { phase: 'rolledBack' } })).found, undefined);
  });

  it('waits for its own record, which may be on its way', async () => {
    const { found } = await abandoned({ saved: { id: 'run-0', phase: 'released' }, provisioningState: 'Updating' });
    assert.equal(found?.isSent, false);
    assert.match(found?.why ?? '', /in the state Updating/);
  });

  it('records that it stopped, and nothing else, when nothing is to be restored', async () => {
    const { found, sent } = await abandoned({ onFailure: 'stop' });
    assert.equal(found?.isSent, true);
    const now = { blue: 90, green: 10 };
    assert.deepEqual(
      sent.map(({ traffic, saved }) => [traffic, saved.phase, saved.now]),
      [[now, 'stopped', now]],
    );
  });

  it('leaves the definition of a deployment that was changed in place to others, and says so', async () => {
    const { found, sent } = await abandoned({ saved: { earlier: { 0: 'packed' } } });
    assert.equal(found?.isRedefined, true);
    assert.deepEqual(
      sent.map(({ saved }) => [saved.phase, saved.earlier]),
      [['running', { 0: 'packed' }]],
    );
  });
});
