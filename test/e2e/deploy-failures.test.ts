import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OnlineFault } from '../../sandbox/online-contract.ts';
import { armClient } from '../../sandbox/test/http.ts';
import { behaving, deploy, endpoint, releaseFirst } from '../scenarios/rollout.ts';
import { type Run, useFixture } from './fixture.ts';

describe('a deployment that Azure ML can’t make', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  before(() => releaseFirst(fixture));
  afterEach(() => fixture.sandbox.online.behave());
  let tries = 0;
  const withFault = async (fault: OnlineFault, inputs: Record<string, string> = {}): Promise<Run> => {
    fixture.sandbox.online.misbehave(fault);
    return fixture.run([deploy({ deploymentName: `try${tries++}`, keep: '9', ...behaving('new'), ...inputs })]);
  };

  for (const [kind, said] of [
    ['quota', /Not enough quota available for Standard_DS3_v2/],
    ['outOfQuota', /does not have enough quota for its instances.*Ask for more quota.*\[DeploymentFailed\]/],
    ['imageBuild', /The image of its environment could not be built\. Read the build's log.*\[DeploymentFailed\]/],
    ['probe', /did not become ready in time\. Make init\(\) faster.*\[DeploymentFailed\]/],
    ['crash', /\[DeploymentFailed\]/],
  ] as const)
    it(`because of ${kind}: says why and what to do, and the live one serves as before`, async () => {
      const run = await withFault({ kind });
      assert.equal(run.result, 'failed', run.log);
      assert.match(run.log, said);
      assert.deepEqual(await endpoint(fixture), { traffic: { blue: 100 }, phase: 'rolledBack' });
      assert.match(run.log, /The traffic of churn is as before: blue 100 %/);
    });

  it('yet, because another change is under way, is made when that has ended', async () => {
    const client = await armClient(fixture.sandbox);
    const before = await client.call('GET', 'onlineEndpoints/churn');
    const end = fixture.sandbox.online.misbehave({ kind: 'slowOperation', endpoint: 'churn', delayMs: 3_000 });
    const { tags, location } = before.body;
    const body = {
      location,
      tags,
      identity: { type: 'SystemAssigned' },
      properties: { authMode: 'Key', traffic: { blue: 100 } },
    };
    assert.equal((await client.call('PUT', 'onlineEndpoints/churn', body)).status, 201);
    end();
    const run = await fixture.run([deploy({ deploymentName: 'patient', keep: '9', ...behaving('patient') })]);
    assert.equal(run.result, 'succeeded', run.log);
    assert.deepEqual((await endpoint(fixture)).traffic, { patient: 100 });
  });

  it('is released although the endpoint shows its traffic late', async () => {
    const run = await withFault({ kind: 'lateTraffic', delayMs: 3_000 }, { strategy: 'canary' });
    assert.equal(run.result, 'succeeded', run.log);
    await sleep(3_500);
    assert.equal(Object.values((await endpoint(fixture)).traffic)[0], 100);
  });

  it('gets copies of requests before it gets any of its own', async () => {
    fixture.sandbox.online.resetCounts();
    const run = await fixture.run([
      deploy({
        strategy: 'canary',
        deploymentName: 'mirrored',
        keep: '9',
        mirrorPercent: '50',
        bakeMinutes: '0.05',
        ...behaving('mirrored'),
      }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    assert.match(run.log, /Copying 50 % of the requests to mirrored/);
    const puts = run.requests.filter(({ method, url }) => method === 'PUT' && /onlineEndpoints\/churn\?/.test(url));
    const mirrors = puts.map(({ body }) => (body as any).properties.mirrorTraffic);
    assert.ok(mirrors.some((mirror) => mirror.mirrored === 50));
    assert.deepEqual(mirrors.at(-1), {});
  });
});
