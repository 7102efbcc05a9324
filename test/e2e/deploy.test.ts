import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { armClient } from '../../sandbox/test/http.ts';
import { behaving, deployFiles as deploy } from '../scenarios/rollout.ts';
import { type Run, useFixture } from './fixture.ts';

describe('deploying to an online endpoint', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const arm = async (path: string): Promise<any> => (await (await armClient(fixture.sandbox)).call('GET', path)).body;
  const traffic = async () => (await arm('onlineEndpoints/churn')).properties.traffic;
  const deployments = async (): Promise<string[]> =>
    (await arm('onlineEndpoints/churn/deployments')).value.map(({ name }: { name: string }) => name).sort();
  const succeeds = async (inputs: Record<string, string> = {}): Promise<Run> => {
    const run = await fixture.run([deploy(inputs)]);
    assert.equal(run.result, 'succeeded', run.log);
    return run;
  };
  const fails = async (inputs: Record<string, string> = {}): Promise<Run> => {
    const run = await fixture.run([deploy(inputs)]);
    assert.equal(run.result, 'failed', run.log);
    assert.doesNotMatch(run.log, /\n\s+at .*:\d+:\d+\)?$/m, 'no stack');
    return run;
  };

  it('shows the plan and changes nothing when that is asked for', async () => {
    const run = await succeeds({ whatIf: 'true' });
    assert.match(run.log, /create the endpoint churn/);
    assert.equal(run.requests.filter(({ method }) => method === 'PUT' || method === 'DELETE').length, 0);
  });

  it('creates the endpoint, deploys without requests, tests, and releases', async () => {
    const run = await succeeds();
    const { result, deploymentName, endpointName, scoringUri, releaseFile } = run.step('deploy').outputs;
    assert.deepEqual([result, deploymentName, endpointName], ['released', 'blue', 'churn']);
    assert.match(scoringUri!, /^https:\/\/churn\..*\/score$/);
    assert.deepEqual(await traffic(), { blue: 100 });
    assert.match(run.log, /The endpoint churn does not exist yet/);
    const manifest = JSON.parse(readFileSync(releaseFile!, 'utf8'));
    assert.deepEqual(manifest.endpoint.traffic, { blue: 100 });
    const { tags } = await arm('onlineEndpoints/churn/deployments/blue');
    assert.match(tags['lineage.pipelineRun'], /^build\/\d+$/);
    assert.equal((await arm('onlineEndpoints/churn')).tags.team, 'risk');
  });

  it('changes nothing when the deployment serves and is the same', async () => {
    const run = await succeeds({ deploymentName: 'blue' });
    assert.equal(run.step('deploy').outputs.result, 'unchanged');
    const planned = await succeeds({ deploymentName: 'blue', whatIf: 'true' });
    assert.match(
      planned.log,
      /What if: the deployment blue serves already and is the same, so there is nothing to roll out/,
    );
    assert.deepEqual(
      run.requests.filter(({ method }) => method === 'PUT').map(({ url }) => url),
      [],
    );
  });

  it('changes the endpoint as its file says, also after a release', async () => {
    const run = await succeeds({ deploymentName: 'blue', endpointOverrides: 'tags.team=fraud' });
    assert.match(run.log, /The endpoint churn was changed/);
    const { tags } = await arm('onlineEndpoints/churn');
    assert.deepEqual([tags.team, tags['rollout.phase']], ['fraud', 'released']);
  });

  it('gives a canary its requests step by step, and keeps the deployment before', async () => {
    const run = await succeeds({ strategy: 'canary', goldenData: 'serving/golden.jsonl', ...behaving('same') });
    assert.deepEqual(await traffic(), { green: 100 });
    assert.deepEqual(await deployments(), ['blue', 'green']);
    for (const step of ['blue 90 %, green 10 %', 'blue 50 %, green 50 %', 'green 100 %'])
      assert.ok(run.log.includes(`requests: ${step}.`), run.log);
    assert.match(run.log, /3 golden requests were sent to blue and to green; 0 answers differ/);
    const { previousTraffic, report } = run.step('deploy').outputs;
    assert.equal(previousTraffic, 'blue=100');
    assert.match(
      report!,
      /^2 of 2 smoke tests passed\. 0 of 3 golden requests are answered differently\. At 10 %: 0\.0 % errors, p95 \d+ ms \(before: .*\)\. At 50 %: .* At 100 %: [^\n]*\.$/,
    );
  });

  it('goes back to the deployment before, after a release', async () => {
    const run = await succeeds({ mode: 'rollback' });
    assert.deepEqual(await traffic(), { blue: 100 });
    assert.match(run.log, /The traffic of churn is blue 100 % again/);
    const again = await succeeds({ mode: 'rollback' });
    assert.match(again.log, /Nothing was changed/);
  });

  it('does not give a deployment that fails its tests any requests', async () => {
    const run = await fails(behaving('wrong'));
    assert.match(run.log, /smoke tests failed; two rows: .*\$\.model is "wrong" instead of "good"/);
    assert.match(run.log, /\$\.scores\[1\] is 0 instead of 0\.7 ± 0\.01/);
    assert.match(run.log, /\[RolledBack\]/);
    assert.match(run.step('deploy').outputs.report!, /^1 of 2 smoke tests passed\. Failed: 'two rows'\.$/);
    assert.deepEqual(await traffic(), { blue: 100 });
    assert.equal(run.step('deploy').outputs.result, 'rolledBack');
    const puts = run.requests.filter(({ method, url }) => method === 'PUT' && /onlineEndpoints\/churn\?/.test(url));
    for (const { body } of puts) assert.deepEqual((body as any).properties.traffic, { blue: 100 });
  });

  it('counts the answers that differ from those of the live deployment', async () => {
    const smokeTests = 'serving/lenient.yml';
    const run = await fails({ ...behaving('wrong'), smokeTests, goldenData: 'serving/golden.jsonl' });
    assert.match(run.log, /3 of 3 golden requests are answered differently from blue; at most 0 percent may be/);
    assert.match(run.log, /\$\.scores\[0\]\s+0\.2\s+0/);
  });

  it('goes back when a deployment is too slow under its first requests', async () => {
    const healthRules = 'candidate.p95 <= 200\ncandidate.errorRate <= 0.01';
    const run = await fails({ strategy: 'canary', healthRules, ...behaving('slow') });
    assert.match(run.log, /not healthy at 10 %: candidate\.p95 <= 200 does not hold \(candidate\.p95 \d+/);
    assert.deepEqual(await traffic(), { blue: 100 });
    assert.match(run.log, /The traffic of churn is as before: blue 100 %/);
  });

  it('says why a container did not start, and what to do', async () => {
    const run = await fails(behaving('crash'));
    assert.match(
      run.log,
      /##\[group\]Log of the deployment \w+: last lines\n(?:(?!##\[).*\n)*.*ModuleNotFoundError: No module named 'xgboost'/,
    );
    assert.match(run.log, /##\[group\]Log of what fetches the model and the code of \w+ \(storage initializer\)/);
    assert.match(run.log, /The scoring script raised an exception: ModuleNotFoundError.* \[DeploymentFailed\]/);
    assert.deepEqual(await traffic(), { blue: 100 });
  });

  it('replaces a deployment that failed when it was created', async () => {
    await succeeds({ deploymentName: 'green' });
    assert.deepEqual(await traffic(), { green: 100 });
  });

  it('stops at a share for an approval, and goes on in a later stage of the run', async () => {
    const inputs = { strategy: 'canary', deploymentName: 'amber', ...behaving('again') };
    const run = await fixture.run({
      stages: [
        { stage: 'canary', jobs: [{ job: 'a', steps: [deploy({ ...inputs, to: '10' })] }] },
        { stage: 'all', jobs: [{ job: 'b', steps: [deploy({ ...inputs, from: '10' })] }] },
      ],
    });
    assert.equal(run.result, 'succeeded', run.log);
    assert.match(run.log, /The rollout of amber waits: green 90 %, amber 10 %|waits: amber 10 %, green 90 %/);
    assert.deepEqual(await traffic(), { amber: 100 });
    assert.deepEqual(await deployments(), ['amber', 'green'], 'one deployment is kept');
  });

  it('does not change a deployment that serves', async () => {
    const run = await fails({ deploymentName: 'amber', ...behaving('other') });
    assert.match(run.log, /differs from what is to be deployed, so it is not changed/);
    assert.match(run.log, /environmentVariables\.BEHAVIOUR\s+\*\*\*\s+\*\*\*/);
  });

  it('changes it in place when that is the strategy, and back when it fails', async () => {
    const run = await fails({ strategy: 'recreate', deploymentName: 'amber', ...behaving('wrong') });
    assert.match(run.log, /Putting the earlier definition of amber back/);
    assert.deepEqual(await traffic(), { amber: 100 });
    const { environmentVariables } = (await arm('onlineEndpoints/churn/deployments/amber')).properties;
    assert.equal(environmentVariables.BEHAVIOUR, 'again');
  });

  it('masks the key that it provides', async () => {
    const run = await fixture.run([
      deploy({ deploymentName: 'amber', provideCredential: 'true', ...behaving('again') }),
      { bash: 'echo "key is $KEY"', env: { KEY: '$(deploy.endpointKey)' } },
    ]);
    assert.match(run.log, /key is \*\*\*/);
  });
});
