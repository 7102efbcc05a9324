import assert from 'node:assert/strict';
import { listHolders, versionOf } from '../../lib/azureml/model-choice.ts';
import { openWorkspaceFiles } from '../../lib/azureml/model-files.ts';
import { findModelVersion, putModelVersion } from '../../lib/azureml/models.ts';
import { find, path, put } from '../../lib/azureml/resources.ts';
import { changeVersion } from '../../lib/azureml/stage.ts';
import type { Workspace } from '../../lib/azureml/workspace.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { inParallel } from '../../lib/core/parallel.ts';
import { listModelFiles } from '../../lib/snapshot/model-folder.ts';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { productionSettings } from '../../sandbox/settings.ts';
import type { Inputs } from '../../tasks/promote-model/v1/inputs.ts';
import { run } from '../../tasks/promote-model/v1/run.ts';
import { type CutOff, connectionOf, portsOf, storeFiles } from './interrupted-run.ts';

const FILES = { MLmodel: 'flavors: {}\n', 'data/net.bin': 'weights', 'data/empty': '' };

describe('a promotion that is cut off at any request and runs again', function () {
  this.timeout(600_000);
  let sandbox: Sandbox;
  let dev: Workspace;
  let prod: Workspace;
  let modelUri: string;
  let olderUri: string;
  before(async () => {
    sandbox = await startSandbox();
    const { ports } = portsOf(sandbox);
    dev = await ports.connect(inputsFor('x').target);
    prod = await ports.connect(inputsFor('x').second!);
    modelUri = await storeFiles(dev, 'seed/model', FILES);
    olderUri = await storeFiles(prod, 'seed/older', FILES);
  });
  after(() => sandbox.stop());

  function inputsFor(name: string): Inputs {
    const target = (connection: string, ids: { resourceGroup: string; workspaceName: string }) => ({
      connection: connectionOf(sandbox, connection),
      systemAccessToken: '',
      ids: { subscriptionId: sandbox.settings.subscriptionId, ...ids },
    });
    return {
      target: target('sandbox', sandbox.settings),
      second: target('sandbox-prod', productionSettings),
      sourceRegistryName: undefined,
      registryName: 'azureml',
      modelName: name,
      version: { kind: 'version', version: '1' },
      targetModelName: name,
      targetModelVersion: undefined,
      stage: 'Production',
      previousStage: 'Archived',
      tags: {},
      exclusiveTag: { name: 'champion', value: 'true' },
      requireVerdict: [],
      environments: 'auto',
      components: [],
      whatIf: false,
      run: { collectionUrl: 'https://c/', project: 'p', kind: 'build', id: '7', step: 's' } as Inputs['run'],
    };
  }

  /** A model in dev, made in an environment of its own, and an older version of it in production, in the stage. */
  async function seed(name: string): Promise<void> {
    await put(dev, path('environments', `env-${name}`, 'versions', '1'), { properties: { image: 'ubuntu:22.04' } });
    await putModelVersion(dev, name, '1', {
      modelUri,
      modelType: 'custom_model',
      tags: { team: 'risk' },
      properties: { 'lineage.job': 'job-1', 'lineage.environment': `azureml:env-${name}:1`, 'metric.f1': '0.9' },
    });
    await putModelVersion(prod, name, '9', {
      modelUri: olderUri,
      modelType: 'custom_model',
    });
    await changeVersion(prod, name, '9', { stage: 'Production', tags: { stage: 'Production', champion: 'true' } });
  }

  /** Where everything has to be in the end, whatever happened on the way. */
  async function requireConsistent(name: string, when: string): Promise<void> {
    const promoted = await findModelVersion(prod, name, '1');
    assert.ok(promoted, when);
    const { properties, tags, stage } = promoted.properties;
    assert.deepEqual(properties, {
      'lineage.job': 'job-1',
      'lineage.environment': `azureml:env-${name}:1`,
      'metric.f1': '0.9',
      'lineage.copiedFrom': `azureml://registries/azureml/models/${name}/versions/1`,
      'lineage.workspace': dev.path,
    });
    assert.deepEqual(tags, { team: 'risk', stage: 'Production', champion: 'true' }, when);
    assert.equal(stage, 'Production');
    const holders = await listHolders(prod, name, 'Production');
    assert.deepEqual(
      holders.map((model) => model.name),
      ['1'],
      when,
    );
    assert.deepEqual((await findModelVersion(prod, name, '9'))?.properties.tags, { stage: 'Archived' }, when);
    assert.ok(await find(prod, path('environments', `env-${name}`, 'versions', '1')), when);
    const ports = { onSecret: () => undefined, signal: new AbortController().signal, clock: systemClock };
    const { blobs, root } = await openWorkspaceFiles(prod, promoted, ports);
    const files = await listModelFiles(blobs, root, name);
    const contents = await Promise.all(
      files.map(async ({ name: file, blob }) => {
        const bytes = blob.size === 0 ? '' : (await blobs.read(blob, { offset: 0, count: blob.size })).toString();
        return [file, bytes] as const;
      }),
    );
    assert.deepEqual(Object.fromEntries(contents), FILES, when);
  }

  async function cutOffThenRunAgain(name: string, cutOff: CutOff): Promise<void> {
    const when = `after request ${cutOff}`;
    await seed(name);
    const first = portsOf(sandbox, cutOff);
    await assert.rejects(run(inputsFor(name), first.ports), `it was not cut off ${when}`);
    const holders = await listHolders(prod, name, 'Production');
    assert.ok(holders.length > 0, `no version was in production after it was cut off ${when}`);
    const second = portsOf(sandbox);
    assert.equal((await run(inputsFor(name), second.ports)).result, 'Succeeded', when);
    await requireConsistent(name, when);
    const third = portsOf(sandbox);
    assert.match((await run(inputsFor(name), third.ports)).message, /^Nothing had to be done/, when);
    assert.deepEqual(third.requests.writes, [], when);
  }

  it('continues with its own version when that has left the stage by which it was chosen', async () => {
    const stageInputs = (name: string): Inputs => ({
      ...inputsFor(name),
      second: undefined,
      registryName: undefined,
      version: { kind: 'stage', stage: 'Staging' },
    });
    const seedStages = async (name: string): Promise<void> => {
      for (const [version, stage] of [
        ['1', 'Production'],
        ['2', 'Staging'],
      ] as const) {
        await putModelVersion(dev, name, version, { modelUri, modelType: 'custom_model' });
        await changeVersion(dev, name, version, { stage, tags: { stage } });
      }
    };
    await seedStages('staged');
    const whole = portsOf(sandbox);
    await run(stageInputs('staged'), whole.ports);
    const again = portsOf(sandbox);
    assert.match((await run(stageInputs('staged'), again.ports)).message, /^Nothing had to be done/);
    assert.deepEqual(again.requests.writes, []);
    const other = { ...stageInputs('staged'), run: { ...stageInputs('staged').run, id: '8' } };
    await assert.rejects(run(other, portsOf(sandbox).ports), /is in the stage 'Staging'/, 'another run has its own');
    for (let request = 0; request < whole.requests.count; request++) {
      const name = `staged-${request}`;
      await seedStages(name);
      await assert.rejects(run(stageInputs(name), portsOf(sandbox, request).ports));
      await run(stageInputs(name), portsOf(sandbox).ports);
      const holders = await listHolders(dev, name, 'Production');
      assert.deepEqual(holders.map(versionOf), ['2'], `after request ${request}`);
    }
  });

  it('ends consistent, with a version in production at every moment', async () => {
    await seed('whole');
    const whole = portsOf(sandbox);
    await run(inputsFor('whole'), whole.ports);
    await requireConsistent('whole', 'without any trouble');
    assert.ok(whole.requests.count > 30, String(whole.requests.count));
    // What the services have after a request is what they have before the next one, so once per request is enough.
    const requests = Array.from({ length: whole.requests.count }, (_, request) => request);
    await inParallel(requests, 4, (request) => cutOffThenRunAgain(`m-${request}`, request));
  });
});
