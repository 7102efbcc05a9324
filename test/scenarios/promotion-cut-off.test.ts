import assert from 'node:assert/strict';
import { listHolders, versionOf } from '../../lib/azureml/model-choice.ts';
import { openWorkspaceFiles } from '../../lib/azureml/model-files.ts';
import { findModelVersion, putModelVersion } from '../../lib/azureml/models.ts';
import { getRegistry } from '../../lib/azureml/registries.ts';
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
import { type CutOff, portsOf, storeFiles, targetOf } from './interrupted-run.ts';

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
    return {
      target: targetOf(sandbox, 'sandbox', sandbox.settings),
      second: targetOf(sandbox, 'sandbox-prod', productionSettings),
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
      // What is true of the original alone: an import into a registry keeps it.
      tags: { team: 'risk', stage: 'Staging', champion: 'true' },
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
    const registry = await getRegistry(dev, 'azureml');
    assert.deepEqual((await findModelVersion(registry, name, '1'))?.properties.tags, { team: 'risk' }, when);
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
    const end = await run(inputsFor(name), first.ports).catch(() => 'cut off');
    // How often an operation is polled differs from run to run, so the last requests may be missing.
    assert.ok(end === 'cut off' || first.requests.count <= cutOff, `it was not cut off ${when}`);
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

  it('writes nothing with whatIf, whatever there is already', async () => {
    const name = 'dry';
    await seed(name);
    const cases: Partial<Inputs>[] = [
      {},
      { registryName: undefined },
      { second: undefined, stage: undefined, exclusiveTag: undefined },
      { second: undefined, registryName: undefined },
    ];
    const dry = async (more: Partial<Inputs>): Promise<string> => {
      const { ports, requests } = portsOf(sandbox);
      const { message } = await run({ ...inputsFor(name), ...more, whatIf: true }, ports);
      assert.deepEqual(requests.writes, []);
      return message;
    };
    for (const more of cases) assert.match(await dry(more), /^What if: [1-9]\d* changes; nothing was written/);
    await run(inputsFor(name), portsOf(sandbox).ports);
    assert.match(await dry({}), /^What if: 0 changes/);
    const back = { sourceRegistryName: 'azureml', registryName: undefined, targetModelName: 'dry2' };
    assert.match(await dry(back), /^What if: [1-9]/);
  });

  it('ends with what was refused when a write is not permitted, and with a version in production; then it continues', async () => {
    await seed('whole403');
    const whole = portsOf(sandbox);
    await run(inputsFor('whole403'), whole.ports);
    const writes = whole.requests.writes.length;
    assert.ok(writes >= 8, whole.requests.writes.join('\n'));
    for (let write = 0; write < writes; write++) {
      const name = `refused-${write}`;
      await seed(name);
      const first = portsOf(sandbox, undefined, write);
      const end = await run(inputsFor(name), first.ports).then(
        () => first.lines.join('\n'),
        (error: Error) => error.message,
      );
      // A tag of the original that the copy keeps is a warning; everything else is the end.
      assert.match(end, /does not have authorization/, `${write}: ${whole.requests.writes[write]}`);
      assert.ok((await listHolders(prod, name, 'Production')).length > 0, `after write ${write}`);
      await run(inputsFor(name), portsOf(sandbox).ports);
      await requireConsistent(name, `after the refused write ${write}`);
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
