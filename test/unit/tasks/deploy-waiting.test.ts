import assert from 'node:assert/strict';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import type { SmokeTest } from '../../../lib/rollout/smoke-file.ts';
import { rolloutChecks } from '../../../tasks/deploy-model/v1/checks.ts';
import type { Inputs } from '../../../tasks/deploy-model/v1/inputs.ts';
import { sayWaiting } from '../../../tasks/deploy-model/v1/say-waiting.ts';

describe('the deployment task while it waits', () => {
  /** A pipeline that collects what is said, and when. */
  const saying = () => {
    const said: { at: number; text: string }[] = [];
    let now = 0;
    const pipeline = {
      say: (_: unknown, values: object) => said.push({ at: now, text: JSON.stringify(values) }),
      message: (_: unknown, values: object) => JSON.stringify(values),
      ...{ table: () => undefined, progress: () => undefined, signal: new AbortController().signal },
    };
    const clock = { now: () => now, sleep: async () => undefined };
    return {
      said,
      pass: (milliseconds: number) => (now += milliseconds),
      ports: { pipeline, clock } as never as Ports,
    };
  };

  it('says so twice a minute, of every operation on one thing anew', () => {
    const { said, ports } = saying();
    const tell = sayWaiting('endpoint', ports.pipeline);
    for (const _ of ['first', 'second'])
      for (let passed = 0; passed <= 40_000; passed += 5_000) tell('Updating', passed);
    assert.equal(said.length, 2);
  });

  const test = (name: string): SmokeTest => ({
    ...{ name, request: {}, status: undefined, equals: [], within: [], schema: undefined, latency: undefined },
  });
  const checked = async (samples: { smoke: SmokeTest[]; golden: unknown[] }) => {
    const { said, pass, ports } = saying();
    const score = async () => {
      pass(10_000);
      return { status: 200, answer: {}, milliseconds: 1, problem: '' };
    };
    const plan = { deployment: 'green', before: { blue: 100 }, bakeMs: 0 } as unknown as RolloutPlan;
    const inputs = { tolerance: 0, mostDifferences: 0, health: [] } as unknown as Inputs;
    const scorer = { open: async () => ({ score }), hasAddress: async () => true };
    assert.equal(await rolloutChecks(plan, samples, scorer, inputs, ports).smoke(ports.pipeline.signal), undefined);
    return said;
  };

  it('says how many smoke tests were sent', async () => {
    const said = await checked({ smoke: Array.from({ length: 12 }, (_, i) => test(`t${i}`)), golden: [] });
    const progress = said.filter(({ text }) => text.includes('"total":12'));
    assert.deepEqual(
      progress.map(({ at }) => at),
      [30_000, 60_000, 90_000],
    );
    assert.match(progress[0]!.text, /"done":3/);
  });

  it('says how many golden requests were sent', async () => {
    const said = await checked({ smoke: [], golden: Array.from({ length: 40 }, () => ({})) });
    assert.ok(said.filter(({ text }) => /"done":\d+,"total":40/.test(text)).length >= 5, JSON.stringify(said));
  });

  it('is quiet about what takes seconds', async () => {
    const said = await checked({ smoke: [test('a'), test('b')], golden: [] });
    assert.deepEqual(
      said.filter(({ text }) => /"done"/.test(text)),
      [],
    );
  });
});
