import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { armClient } from '../../sandbox/test/http.ts';
import { arm, behaving, deploy, releaseFirst } from '../scenarios/rollout.ts';
import { type Run, type Step, useFixture } from './fixture.ts';

const SECRET = 's3cret-of-the-run';

describe('a deployment that is changed in place', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const traffic = async () => (await arm(fixture, 'onlineEndpoints/churn')).properties.traffic;
  const variables = async (name: string) =>
    (await arm(fixture, `onlineEndpoints/churn/deployments/${name}`)).properties.environmentVariables;
  const secret: Step = { bash: `echo "##vso[task.setvariable variable=apiKey;issecret=true]${SECRET}"` };
  const recreate = async (result: string, inputs: Record<string, string>, ...before: Step[]): Promise<Run> => {
    const run = await fixture.run([...before, deploy({ strategy: 'recreate', deploymentName: 'green', ...inputs })]);
    assert.equal(run.result, result, run.log);
    return run;
  };
  const SHARED = { blue: 10, green: 90 };

  before(async () => {
    await releaseFirst(fixture);
    const second = await fixture.run([deploy({ deploymentName: 'green', ...behaving('second') })]);
    assert.equal(second.result, 'succeeded', second.log);
    // Somebody gives the one before a tenth of the requests.
    const { tags, location } = await arm(fixture, 'onlineEndpoints/churn');
    const properties = { authMode: 'Key', traffic: SHARED };
    const body = { location, tags, identity: { type: 'SystemAssigned' }, properties };
    const client = await armClient(fixture.sandbox);
    assert.equal((await client.call('PUT', 'onlineEndpoints/churn', body)).status, 201);
    while ((await traffic()).green !== 90) await new Promise((end) => setTimeout(end, 100));
  });

  it('keeps exactly its share of the requests', async () => {
    const run = await recreate('succeeded', behaving('third'));
    assert.deepEqual(await traffic(), SHARED);
    assert.equal((await variables('green')).BEHAVIOUR, 'third');
    const { result, traffic: after, previousTraffic } = run.step('deploy').outputs;
    assert.deepEqual([result, after, previousTraffic].slice(0, 1), ['released']);
    assert.match(after!, /green=90/);
    assert.doesNotMatch(run.log, /Giving green/);
    const puts = run.requests.filter(({ method, url }) => method === 'PUT' && /onlineEndpoints\/churn\?/.test(url));
    for (const { body } of puts) assert.deepEqual((body as any).properties.traffic, SHARED);
    assert.equal((await recreate('succeeded', behaving('third'))).step('deploy').outputs.result, 'unchanged');
  });

  it('keeps it when it is put back', async () => {
    await recreate('failed', behaving('wrong'));
    assert.deepEqual([await traffic(), (await variables('green')).BEHAVIOUR], [SHARED, 'third']);
  });

  it('leaves no secret in the tags of the endpoint, and has it back all the same', async () => {
    const overrides = 'environment_variables.BEHAVIOUR=fourth\nenvironment_variables.API_KEY=key=$(apiKey)';
    await recreate('succeeded', { overrides }, secret);
    const run = await recreate('failed', behaving('wrong'), secret);
    assert.match(run.log, /The values of the environment variables 'API_KEY' of green hold secrets of this run/);
    assert.match(run.log, /can read the values of its environment variables 'BEHAVIOUR'\./);
    const { API_KEY, BEHAVIOUR } = await variables('green');
    assert.deepEqual([API_KEY, BEHAVIOUR], [`key=${SECRET}`, 'fourth']);
    const tags = Object.entries((await arm(fixture, 'onlineEndpoints/churn')).tags as Record<string, string>);
    const saved = tags.filter(([name]) => name.startsWith('rollout.earlier.')).sort(([a], [b]) => a.localeCompare(b));
    const definition = gunzipSync(Buffer.from(saved.map(([, part]) => part).join(''), 'base64')).toString();
    assert.match(definition, /"API_KEY":null/);
    const shown = run.log.split('\n').filter((line) => line.includes(SECRET) && !line.includes('echo '));
    assert.deepEqual(shown, []);
  });

  it('whose secret nobody knows any more is not put back, and is in nobody’s way', async () => {
    const run = await recreate('succeeded', behaving('fifth'), secret);
    assert.match(run.log, /environment variables 'API_KEY' of green hold secrets/);
    const back = await fixture.run([deploy({ mode: 'rollback' })]);
    assert.equal(back.result, 'failed', back.log);
    assert.match(back.log, /'green' can't be put back: .* variable 'API_KEY' was a secret.*\[SecretNotSaved\]/);
    assert.deepEqual([await traffic(), (await variables('green')).BEHAVIOUR], [SHARED, 'fifth']);
    await recreate('succeeded', behaving('sixth'));
  });
});
