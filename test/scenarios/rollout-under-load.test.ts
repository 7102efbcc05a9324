/** Rollouts while users send requests: a good deployment costs nobody an answer, a bad one at most its planned share. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { useFixture } from '../e2e/fixture.ts';
import { arm, behaving, constantLoad, deploy, endpoint, releaseFirst } from './rollout.ts';

describe('a rollout under a constant load', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  before(() => releaseFirst(fixture));

  /** Rolls out under load. @returns the run, what the clients saw, and the requests that the new deployment got */
  const rollOut = async (
    inputs: Record<string, string>,
    meanwhile: (done: AbortSignal) => Promise<void> = async () => undefined,
  ) => {
    fixture.sandbox.online.resetCounts();
    const stop = await constantLoad(fixture);
    const done = new AbortController();
    const busy = meanwhile(done.signal);
    const run = await fixture.run([deploy({ strategy: 'canary', deploymentName: 'green', ...inputs })]);
    done.abort();
    await busy;
    const seen = await stop();
    const got = fixture.sandbox.online.counts('churn').filter(({ deployment }) => deployment === 'green');
    return { run, ...seen, green: got.reduce((sum, { requests }) => sum + requests, 0) };
  };

  it('whose deployment fails its smoke test costs nobody an answer', async () => {
    const { run, requests, failed } = await rollOut(behaving('wrong'));
    assert.equal(run.result, 'failed', run.log);
    assert.deepEqual((await endpoint(fixture)).traffic, { blue: 100 });
    assert.ok(requests > 300, `${requests} requests`);
    assert.equal(failed, 0);
  });

  it('whose deployment is slow goes back at its first share', async () => {
    const { run, failed } = await rollOut({
      healthRules: 'candidate.p95 <= 1.5 * live.p95 + 100',
      ...behaving('slow'),
    });
    assert.match(run.log, /not healthy at 10 %/);
    assert.deepEqual((await endpoint(fixture)).traffic, { blue: 100 });
    assert.equal(failed, 0);
  });

  it('whose deployment fails at half of the load hurts at most that share', async () => {
    // Every second request fails as soon as the deployment has half of the traffic.
    const tired = async (done: AbortSignal): Promise<void> => {
      while (!done.aborted && (await endpoint(fixture)).traffic.green !== 50) await sleep(50);
      fixture.sandbox.online.misbehave({ kind: 'errors', endpoint: 'churn', deployment: 'green', percent: 50 });
    };
    const { run, requests, failed } = await rollOut(behaving('tired'), tired);
    fixture.sandbox.online.behave();
    assert.match(run.log, /not healthy at 50 %: candidate\.errorRate <= 0\.01 does not hold/);
    assert.deepEqual((await endpoint(fixture)).traffic, { blue: 100 });
    assert.ok(failed > 0 && failed <= requests * 0.5 * 0.5, `${failed} of ${requests} failed`);
  });

  it('of a good deployment through 10, 50 and 100 percent costs nobody an answer', async () => {
    const { run, requests, failed, green } = await rollOut(behaving('good2'));
    assert.equal(run.result, 'succeeded', run.log);
    assert.deepEqual((await endpoint(fixture)).traffic, { green: 100 });
    assert.ok(requests > 1_000 && green > 100, `${requests} requests, ${green} to green`);
    assert.equal(failed, 0);
  });
});

describe('two rollouts of one endpoint', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  before(() => releaseFirst(fixture));

  it('started together: one goes on, the other stops and says why', async () => {
    const one = (deploymentName: string) =>
      fixture.run([deploy({ strategy: 'canary', deploymentName, ...behaving(deploymentName) })]);
    const runs = await Promise.all([one('green'), one('amber')]);
    const [won, ...others] = runs.filter(({ result }) => result === 'succeeded');
    assert.ok(won && others.length === 0, runs.map(({ log }) => log).join('\n'));
    const lost = runs.find((run) => run !== won)!;
    assert.match(lost.log, /\[(?:RolloutInProgress|TrafficChanged)\]/);
    const released = won.step('deploy').outputs.deploymentName!;
    assert.deepEqual(await endpoint(fixture), { traffic: { [released]: 100 }, phase: 'released' });
  });

  it('one of which finds other traffic than it set: stops before it overwrites that, and says who set it', async () => {
    const { traffic } = await endpoint(fixture);
    const [live] = Object.keys(traffic);
    const other = { strategy: 'canary', deploymentName: 'red', bakeMinutes: '0.1', ...behaving('red') };
    const meddle = (async () => {
      while ((await endpoint(fixture)).traffic.red !== 10) await sleep(50);
      await sleep(2_000);
      const { armClient } = await import('../../sandbox/test/http.ts');
      const before = await arm(fixture, 'onlineEndpoints/churn');
      const properties = { authMode: 'Key', traffic: { [live!]: 70, red: 30 } };
      const body = { location: 'eastus', identity: { type: 'SystemAssigned' }, tags: before.tags, properties };
      const client = await armClient(fixture.sandbox);
      assert.equal((await client.call('PUT', 'onlineEndpoints/churn', body)).status, 201);
    })();
    const run = await fixture.run([deploy(other)]);
    await meddle;
    assert.equal(run.result, 'failed', run.log);
    assert.match(run.log, /Somebody else changed the endpoint 'churn' during this rollout.*its traffic is/);
    assert.deepEqual((await endpoint(fixture)).traffic, { [live!]: 70, red: 30 });
  });
});
