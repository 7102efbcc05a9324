import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunOptions, runPipeline } from '../../sandbox/agent/run.ts';
import { armClient } from '../../sandbox/test/http.ts';
import { ROOT } from '../../scripts/layout.ts';
import { useFixture } from './fixture.ts';

describe('an app and its model', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  before(() => cpSync(join(ROOT, 'examples/app-with-model'), folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (file: string, options: Partial<RunOptions> = {}) => {
    const lines: string[] = [];
    const result = await runPipeline({
      file: join(folder, file),
      sourcesFolder: folder,
      tasksFolder: fixture.tasksFolder,
      sandbox: fixture.sandbox,
      write: (line) => lines.push(line),
      ...options,
    });
    const stages = Object.fromEntries(result.stages.map((stage) => [stage.name, stage.result]));
    const steps = result.stages.flatMap(({ jobs }) => jobs.flatMap((job) => job.steps));
    return { ...result, stages, steps, log: lines.join('\n') };
  };
  const release = (options: Partial<RunOptions> = {}) =>
    run('azure-pipelines-model.yml', { parameters: { bakeMinutes: '0' }, ...options });
  const endpoint = async () => (await (await armClient(fixture.sandbox)).call('GET', 'onlineEndpoints/offers')).body;
  const setWeights = (weights: object): void =>
    writeFileSync(join(folder, 'serving/model/weights.json'), JSON.stringify(weights));
  let releaseFile = '';

  it('are tested together before the model has requests, then released', async () => {
    const { result, log, stages, steps } = await release();
    assert.equal(result, 'succeeded', log);
    assert.deepEqual(stages, { Dark: 'Succeeded', Approve: 'Succeeded', Release: 'Succeeded', Undo: 'Skipped' });
    assert.match(log, /endpoint offers, blue/);
    assert.match(
      log,
      /The deployment blue of offers serves .*\. (\d+) of \1 smoke tests passed\. The integration tests/,
    );
    assert.deepEqual((await endpoint()).properties.traffic, { blue: 100 });
    releaseFile = steps.findLast(({ outputs }) => outputs.result === 'released')!.outputs.releaseFile!;
    assert.equal(JSON.parse(readFileSync(releaseFile, 'utf8')).result, 'released');
  });

  it('are tested together when the app changes, and nothing is deployed', async () => {
    const { body: keys } = await (await armClient(fixture.sandbox)).call('POST', 'onlineEndpoints/offers/listKeys', {});
    const first = fixture.sandbox.requests.length;
    const { result, log } = await run('azure-pipelines-app.yml', {
      parameters: { releaseFolder: dirname(releaseFile) },
      variables: { scoringKey: keys.primaryKey },
    });
    assert.equal(result, 'succeeded', log);
    assert.match(log, /endpoint offers, live traffic/);
    assert.equal(fixture.sandbox.requests.slice(first).filter(({ method }) => method === 'PUT').length, 0);
  });

  it('give nobody an answer of a model that was rejected', async () => {
    setWeights({ intercept: -1.1, months: -0.08, complaints: 0.9 });
    const { stages, log } = await release({ decisions: { 'Approve the model': 'reject' } });
    assert.deepEqual(stages, { Dark: 'Succeeded', Approve: 'Failed', Release: 'Skipped', Undo: 'Succeeded' }, log);
    const { properties, tags } = await endpoint();
    assert.deepEqual(properties.traffic, { blue: 100 });
    assert.equal(tags['rollout.phase'], 'rolledBack');
  });

  it('give nobody an answer of a model that the app does not work with', async () => {
    // The smoke tests know nothing of the app's threshold.
    writeFileSync(join(folder, 'serving/smoke.yml'), '- request: { customers: [] }\n');
    setWeights({ intercept: -9, months: -0.08, complaints: 0.9 });
    const { stages, log } = await release();
    assert.deepEqual(stages, { Dark: 'Failed', Approve: 'Skipped', Release: 'Skipped', Undo: 'Succeeded' }, log);
    assert.match(log, /test_annoyed_customers_get_an_offer/);
    assert.deepEqual((await endpoint()).properties.traffic, { blue: 100 });
  });
});
