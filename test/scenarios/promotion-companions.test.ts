/** What a model needs goes along with it into a workspace: environments, components and their code, from a workspace or a registry. */
import assert from 'node:assert/strict';
import { openBlobFiles } from '../../lib/azure/blob-files.ts';
import { type CodeVersion, openCodeFiles } from '../../lib/azureml/model-files.ts';
import { putModelVersion } from '../../lib/azureml/models.ts';
import { getRegistry, type Registry } from '../../lib/azureml/registries.ts';
import { openPendingUpload, openUpload, putRegistryVersion } from '../../lib/azureml/registry-writes.ts';
import { find, path, put } from '../../lib/azureml/resources.ts';
import type { Workspace } from '../../lib/azureml/workspace.ts';
import { systemClock } from '../../lib/core/clock.ts';
import { inParallel } from '../../lib/core/parallel.ts';
import { listModelFiles } from '../../lib/snapshot/model-folder.ts';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { productionSettings } from '../../sandbox/settings.ts';
import type { Inputs } from '../../tasks/promote-model/v1/inputs.ts';
import { run } from '../../tasks/promote-model/v1/run.ts';
import { portsOf, storeBlobs, storeFiles, targetOf } from './interrupted-run.ts';

const CODE = { 'score.py': 'print(1)\n', 'lib/net.py': 'x = 1\n' };
const NAMED = { name: 'scorer', version: '3' };
const ports = { onSecret: () => undefined, signal: new AbortController().signal, clock: systemClock };

describe('what goes along with a promotion', function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  let dev: Workspace;
  let prod: Workspace;
  let registry: Registry;
  before(async () => {
    sandbox = await startSandbox();
    const { connect } = portsOf(sandbox).ports;
    dev = await connect(inputs('x').target);
    prod = await connect(inputs('x').second!);
    registry = await getRegistry(dev, 'azureml');
    const modelUri = await storeFiles(dev, 'seed/model', { 'net.bin': 'weights' });
    for (const name of Array.from({ length: 60 }, (_, i) => `m-${i}`))
      await putModelVersion(dev, name, '1', { modelUri, modelType: 'custom_model', properties: {} });
  });
  after(() => sandbox.stop());

  function inputs(modelName: string, more: Partial<Inputs> = {}): Inputs {
    return {
      target: targetOf(sandbox, 'sandbox', sandbox.settings),
      second: targetOf(sandbox, 'sandbox-prod', productionSettings),
      modelName,
      targetModelName: modelName,
      version: { kind: 'version', version: '1' },
      previousStage: 'Archived',
      tags: {},
      requireVerdict: [],
      environments: 'auto',
      components: [],
      whatIf: false,
      run: { id: '7' },
      ...more,
    } as Inputs;
  }

  const specOf = (name: string, code: string, environment: string) => ({
    name,
    version: '3',
    type: 'command',
    command: 'python score.py',
    code,
    environment,
  });
  const environment = { image: 'ubuntu:22.04', condaFile: 'dependencies: [python=3.11]' };

  /** A component of dev with code and an environment of its own. */
  async function seedInDev(name: string): Promise<void> {
    const code = { kind: 'codes', name: `code-${name}`, version: '1' } as const;
    const { containerUrl, token } = await openPendingUpload(dev, code);
    const target = await openBlobFiles(containerUrl, [{ kind: 'sas', token }], {
      ...ports,
      transport: dev.client.transport,
    });
    await storeBlobs(target, 'src', { ...CODE, 'name.txt': name });
    const properties = { codeUri: `${containerUrl}/src`, isAnonymous: true };
    await put(dev, path('codes', code.name, 'versions', '1'), { properties });
    await put(dev, path('environments', `env-${name}`, 'versions', '2'), { properties: environment });
    const componentSpec = specOf(
      name,
      `azureml:${dev.idOf('codes', code.name, '1')}`,
      `azureml:${dev.idOf('environments', `env-${name}`, '2')}`,
    );
    await put(dev, path('components', name, 'versions', '3'), { properties: { componentSpec } });
  }

  async function requireInProd(name: string, code: string, when = ''): Promise<any> {
    const component = await find<any>(prod, path('components', name, 'versions', '3'));
    assert.ok(component, when);
    const { componentSpec } = component.properties;
    assert.equal(componentSpec.command, 'python score.py');
    assert.match(componentSpec.code, new RegExp(`${prod.ids.workspaceName}/codes/${code}/versions/1$`), when);
    const asset = { name: code, version: '1' };
    const version = (await find<CodeVersion>(prod, path('codes', code, 'versions', '1')))!;
    const { blobs, root } = await openCodeFiles(prod, asset, version, ports);
    const files = await listModelFiles(blobs, root, code);
    assert.ok(
      files.some((file) => file.name === 'lib/net.py'),
      when,
    );
    return componentSpec;
  }

  it('from a workspace: a component with its code and its environment, cut off at any request', async () => {
    const whole = portsOf(sandbox);
    await seedInDev('c-whole');
    const along = (name: string) => ({ components: [{ name, version: '3' }] });
    await run(inputs('m-0', along('c-whole')), whole.ports);
    const spec = await requireInProd('c-whole', 'code-c-whole');
    assert.match(spec.environment, /sandbox-prod-ws\/environments\/env-c-whole\/versions\/2$/);
    assert.ok(await find(prod, path('environments', 'env-c-whole', 'versions', '2')));
    const again = portsOf(sandbox);
    await run(inputs('m-0', along('c-whole')), again.ports);
    assert.deepEqual(again.requests.writes, []);
    const requests = Array.from({ length: whole.requests.count }, (_, request) => request);
    assert.ok(requests.length < 60, String(requests.length));
    await inParallel(requests.slice(1), 4, async (request) => {
      const [name, model] = [`c-${request}`, `m-${request}`];
      await seedInDev(name);
      await assert.rejects(run(inputs(model, along(name)), portsOf(sandbox, request).ports), `request ${request}`);
      await run(inputs(model, along(name)), portsOf(sandbox).ports);
      await requireInProd(name, `code-${name}`, `after request ${request}`);
    });
  });

  it('from a registry: the environment that the model names, and a component with its code', async () => {
    const clock = systemClock;
    const code = { kind: 'codes', name: 'code-shared', version: '1' } as const;
    const { containerUrl, token } = await openUpload(registry, code);
    const target = await openBlobFiles(containerUrl, [{ kind: 'sas', token }], {
      ...ports,
      transport: dev.client.transport,
    });
    await storeBlobs(target, 'src', CODE);
    const signal = ports.signal;
    await putRegistryVersion(registry, code, { codeUri: `${containerUrl}/src` }, { clock, signal });
    for (const name of ['env-shared', 'env-model'])
      await putRegistryVersion(registry, { kind: 'environments', name, version: '2' }, environment, { clock, signal });
    const componentSpec = specOf(
      NAMED.name,
      registry.idOf('codes', code.name, '1'),
      registry.idOf('environments', 'env-shared', '2'),
    );
    await putRegistryVersion(registry, { kind: 'components', ...NAMED }, { componentSpec }, { clock, signal });
    const modelUri = await storeFiles(dev, 'seed/shared', { 'net.bin': 'weights' });
    const properties = { 'lineage.environment': 'azureml:env-model:2' };
    await putModelVersion(dev, 'shared', '1', { modelUri, modelType: 'custom_model', properties });
    await run(
      inputs('shared', { second: undefined, registryName: 'azureml', environments: [] }),
      portsOf(sandbox).ports,
    );

    const from = inputs('shared', { sourceRegistryName: 'azureml', components: [NAMED] });
    const first = portsOf(sandbox);
    await run(from, first.ports);
    const spec = await requireInProd(NAMED.name, code.name);
    assert.equal(spec.environment, componentSpec.environment, 'what is in a registry stays there');
    assert.ok(await find(prod, path('environments', 'env-model', 'versions', '2')));
    const again = portsOf(sandbox);
    assert.match((await run(from, again.ports)).message, /^Nothing had to be done/);
    assert.deepEqual(again.requests.writes, []);
  });

  it('is checked before anything is written', async () => {
    await put(dev, 'components/flow/versions/1', {
      properties: { componentSpec: { name: 'flow', version: '1', type: 'pipeline', jobs: {} } },
    });
    await put(prod, 'components/other/versions/3', {
      properties: {
        componentSpec: {
          ...specOf('other', '', 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest'),
          code: undefined,
          command: 'ls',
        },
      },
    });
    await seedInDev('other');
    const cases: [along: Partial<Inputs>, code: string, said: RegExp][] = [
      [{ components: [{ name: 'flow', version: '1' }] }, 'ComponentNotCopyable', /flow version 1 is of type pipeline/],
      [{ components: [{ name: 'none', version: '1' }] }, 'AssetMissing', /no component none version 1/],
      [{ environments: [{ name: 'none', version: '1' }] }, 'AssetMissing', /no environment none version 1/],
      [{ components: [{ name: 'other', version: '3' }] }, 'VersionTaken', /command/],
    ];
    for (const [along, code, said] of cases) {
      const { ports: given, requests } = portsOf(sandbox);
      await assert.rejects(run(inputs('m-50', along), given), { code, message: said });
      assert.deepEqual(requests.writes, []);
    }
  });

  it('is what the record of the model names, and the log says what it does not know', async () => {
    const { ports: given, lines } = portsOf(sandbox);
    await run(inputs('m-51', { components: 'auto' }), given);
    assert.match(lines.join('\n'), /does not say in which environment it was made, so none goes along/);
    assert.match(lines.join('\n'), /The registered component that made the model is not known/);
  });
});
