import assert from 'node:assert/strict';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { HEALTH_VARIABLES } from '../../../lib/rollout/health.ts';
import type { RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import type { Scorer } from '../../../lib/rollout/scoring.ts';
import { parseRules } from '../../../lib/rules/rules.ts';
import { rolloutChecks } from '../../../tasks/deploy-model/v1/checks.ts';
import type { Inputs } from '../../../tasks/deploy-model/v1/inputs.ts';

describe('the checks of the deployment task', () => {
  const nothing = () => undefined;
  const { signal } = new AbortController();
  const pipeline = {
    ...{ say: nothing, table: nothing, progress: nothing, signal },
    message: (_: unknown, values: object) => JSON.stringify(values),
  };
  const ports = { pipeline, clock: { now: () => 0, sleep: async () => undefined } } as unknown as Ports;
  const plan = { deployment: 'green', before: { blue: 100 }, bakeMs: 0 } as unknown as RolloutPlan;
  const checks = (golden: unknown[], open: () => Promise<Scorer>, isAddressed = true) => {
    const health = parseRules('candidate.p95 <= live.p95', HEALTH_VARIABLES);
    const inputs = { tolerance: 0, mostDifferences: 100, health } as unknown as Inputs;
    return rolloutChecks(plan, { smoke: [], golden }, { open, hasAddress: async () => isAddressed }, inputs, ports);
  };
  const answering = (status: number): Scorer => ({
    score: async (deployment) => ({
      ...{ status, answer: {}, problem: 'refused' },
      milliseconds: deployment === 'green' ? 300 : 100,
    }),
  });

  it('compare with the live deployment when all requests go to the new one, too', async () => {
    const failed = await checks([{}], async () => answering(200)).bake(100, signal);
    assert.match(failed ?? '', /candidate\.p95 300, live\.p95 100/);
  });

  it('do not read the key when there is nothing to send', async () => {
    const one = checks([], () => assert.fail('it was read'));
    assert.equal(await one.smoke(signal), undefined);
    assert.equal(await one.bake(100, signal), undefined);
  });

  it('open the way to the endpoint before the deployment is made, when it has an address by then', async () => {
    const refused = async (): Promise<Scorer> => {
      throw new Error('403');
    };
    await assert.rejects(checks([{}], refused).prepare(), /403/);
    await checks([{}], refused, false).prepare();
    await checks([], refused).prepare();
  });

  it('fail when the live deployment answers no golden request, whatever may differ', async () => {
    assert.match((await checks([{}], async () => answering(401)).smoke(signal)) ?? '', /"problem":"refused"/);
    assert.equal(await checks([{}], async () => answering(200)).smoke(signal), undefined);
  });
});
