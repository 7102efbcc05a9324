import assert from 'node:assert/strict';
import type { Clock } from '../../../lib/core/clock.ts';
import { type Desired, planRollout } from '../../../lib/rollout/plan-rollout.ts';
import { type RolloutChecks, type RolloutPorts, rollOut } from '../../../lib/rollout/roll-out.ts';
import { isUntouched, readSaved, savedTags } from '../../../lib/rollout/saved-rollout.ts';
import { DESIRED, type EndpointModel, endpointModel, serviceOf, stateOfModel } from './endpoint-model.ts';
import { simulatedClock } from './simulated-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Given {
  desired?: Partial<Desired>;
  checks?: Partial<RolloutChecks>;
  /** Milliseconds that a deployment takes. */
  deployMs?: number;
  change?: (model: EndpointModel) => Promise<void>;
}

/** Rolls out in simulated time. Another run asks every minute whether this one may be taken for dead. */
async function rolledOut(clock: Clock, { desired, checks, deployMs = 0, change }: Given = {}) {
  const model = endpointModel({ blue: 100 }, { blue: 'v1' });
  const wanted = { ...DESIRED, keep: 5, ...desired };
  const there = model.deployments.get(wanted.deployment);
  const present = there ? ('differs' as const) : ('absent' as const);
  const plan = planRollout(stateOfModel(model), { ...wanted, present }, clock.now() / 1000);
  const service = serviceOf(model, plan, 'v2', () => undefined);
  let writes = 0;
  const slow = async <T>(work: Promise<T>): Promise<T> => {
    await clock.sleep(deployMs);
    return work;
  };
  const ended = new AbortController();
  const ports: RolloutPorts = {
    service: {
      ...service,
      change: async (one) => {
        writes++;
        await change?.(model);
        return service.change(one);
      },
      deploy: (replace) => slow(service.deploy(replace)),
      redeploy: (earlier) => slow(service.redeploy(earlier)),
    },
    checks: { prepare: async () => undefined, smoke: async () => undefined, bake: async () => undefined, ...checks },
    clock,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onFailure: () => undefined,
    onKept: () => undefined,
    earlier: there ? { model: there.content } : {},
  };
  let refused = 0;
  const other = (async () => {
    for (; !ended.signal.aborted; await clock.sleep(MINUTE, ended.signal)) {
      const saved = readSaved(model.tags);
      // A rollout whose traffic is not its own any more is over.
      if (saved?.phase !== 'running' || !isUntouched(saved, model.traffic)) continue;
      const second = { ...wanted, id: 'run-2', deployment: 'amber', present: 'absent' as const };
      assert.throws(() => planRollout(stateOfModel(model), second, clock.now() / 1000), { code: 'RolloutInProgress' });
      refused++;
    }
  })();
  const end = await rollOut(plan, ports);
  const tookMs = clock.now();
  ended.abort();
  await other;
  return { ...end, model, writes, refused, tookMs };
}

describe('a rollout whose steps take long', () => {
  const few = { shares: [100] };

  it('is alive to other runs for as long as a check takes, with few writes', async () => {
    for (const check of ['smoke', 'bake'] as const) {
      const clock = simulatedClock();
      const checks = { [check]: () => clock.sleep(10 * HOUR).then(() => undefined) };
      const { end, writes, refused } = await rolledOut(clock, { desired: few, checks });
      assert.equal(end, 'released');
      assert.ok(refused >= 590, `asked ${refused} times`);
      // Claim, share and release, and three per hour.
      assert.ok(writes > 20 && writes <= 3 + 10 * 3, `${writes} writes during ${check}`);
    }
  });

  it('is alive while requests are only mirrored, which stay so', async () => {
    const clock = simulatedClock();
    const mirrors = new Set<string>();
    const bake = async (percent: number): Promise<undefined> => {
      if (percent === 0) await clock.sleep(3 * HOUR);
    };
    const change = async ({ mirror }: EndpointModel) => void mirrors.add(JSON.stringify(mirror));
    const { end, writes } = await rolledOut(clock, { desired: { ...few, mirror: 20 }, checks: { bake }, change });
    assert.equal(end, 'released');
    assert.deepEqual([...mirrors], ['{}', '{"green":20}']);
    assert.ok(writes > 8, `${writes} writes`);
  });

  it('writes nothing more when they take as long as planned', async () => {
    const clock = simulatedClock();
    const checks = { bake: () => clock.sleep(HOUR).then(() => undefined) };
    const { end, writes } = await rolledOut(clock, { desired: { ...few, bakeMs: HOUR }, checks });
    assert.deepEqual([end, writes], ['released', 3]);
  });

  it('is alive while its deployment is made, and while the earlier one is put back', async () => {
    const clock = simulatedClock();
    const made = await rolledOut(clock, { desired: few, deployMs: 1.9 * HOUR });
    assert.deepEqual([made.end, made.writes], ['released', 3]);
    const recreate = { deployment: 'blue', strategy: 'recreate' as const, ...few };
    const checks = { bake: async () => 'errors' };
    const back = await rolledOut(simulatedClock(), { desired: recreate, checks, deployMs: 1.9 * HOUR });
    assert.deepEqual([back.end, back.model.deployments.get('blue')?.content], ['rolledBack', 'v1']);
    assert.ok(back.refused > 200);
  });

  it('ends within minutes when somebody else changes the traffic meanwhile, and its check with it', async () => {
    for (const check of ['smoke', 'bake'] as const) {
      const clock = simulatedClock();
      let model: EndpointModel | undefined;
      let endedBySignal = false;
      const checked = async (signal: AbortSignal): Promise<undefined> => {
        await clock.sleep(HOUR);
        model!.traffic = { amber: 100 };
        model!.deployments.set('amber', { content: 'x', isOurs: false, createdAt: '' });
        await clock.sleep(9 * HOUR, signal);
        endedBySignal = signal.aborted;
        signal.throwIfAborted();
      };
      const checks: Partial<RolloutChecks> =
        check === 'smoke' ? { smoke: checked } : { bake: (_, signal) => checked(signal) };
      const change = async (seen: EndpointModel) => {
        model = seen;
      };
      const { end, why, traffic, tookMs } = await rolledOut(clock, { desired: few, checks, change });
      assert.equal(end, 'stopped');
      assert.match(why, /Somebody else changed the endpoint 'churn'/);
      assert.deepEqual([traffic, model?.traffic, endedBySignal], [{ amber: 100 }, { amber: 100 }, true]);
      assert.ok(tookMs <= HOUR + 3 * MINUTE, `${tookMs / MINUTE} minutes`);
    }
  });

  it('does not take one late reading for a change', async () => {
    const clock = simulatedClock();
    let model: EndpointModel | undefined;
    const change = async (seen: EndpointModel) => {
      model = seen;
    };
    const bake = async (): Promise<undefined> => {
      await clock.sleep(90_000);
      const shown = model!.traffic;
      model!.traffic = { blue: 100 };
      await clock.sleep(MINUTE);
      model!.traffic = shown;
      await clock.sleep(HOUR);
    };
    const { end } = await rolledOut(clock, { desired: few, checks: { bake }, change });
    assert.equal(end, 'released');
  });

  it('goes on when its record can not be renewed just now', async () => {
    const clock = simulatedClock();
    let writes = 0;
    const change = async () => {
      if (++writes > 2 && writes < 7) throw new Error('503');
    };
    const checks = { bake: () => clock.sleep(3 * HOUR).then(() => undefined) };
    const { end } = await rolledOut(clock, { desired: few, checks, change });
    assert.equal(end, 'released');
  });

  it('leaves the tags of others alone', async () => {
    const clock = simulatedClock();
    const checks = { bake: () => clock.sleep(2 * HOUR).then(() => undefined) };
    const { model } = await rolledOut(clock, { desired: few, checks });
    assert.equal(model.tags.team, 'risk');
    assert.deepEqual(savedTags(model.tags, readSaved(model.tags)!), model.tags);
  });
});
