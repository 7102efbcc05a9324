/** azure-ai-ml reads what AzureMLPromoteModel made, and the task promotes what azure-ai-ml has shared. */
import assert from 'node:assert/strict';
import { putModelVersion } from '../../lib/azureml/models.ts';
import { productionSettings } from '../../sandbox/settings.ts';
import type { Inputs } from '../../tasks/promote-model/v1/inputs.ts';
import { run } from '../../tasks/promote-model/v1/run.ts';
import { portsOf, storeFiles, targetOf } from '../scenarios/interrupted-run.ts';
import { runPython, usePythonSandbox } from './python.ts';

describe('promotion beside azure-ai-ml', function () {
  this.timeout(600_000);
  const sandbox = usePythonSandbox();

  function inputs(more: Partial<Inputs>): Inputs {
    return {
      target: targetOf(sandbox, 'sandbox', sandbox.settings),
      second: targetOf(sandbox, 'sandbox-prod', productionSettings),
      sourceRegistryName: undefined,
      registryName: undefined,
      modelName: 'net',
      version: { kind: 'latest' },
      targetModelName: 'net',
      targetModelVersion: undefined,
      stage: 'Production',
      previousStage: 'Archived',
      tags: {},
      exclusiveTag: undefined,
      requireVerdict: [],
      environments: 'auto',
      components: [],
      whatIf: false,
      run: { collectionUrl: 'https://c/', project: 'p', kind: 'build', id: '7', step: 's' } as Inputs['run'],
      ...more,
    };
  }

  it('each goes on with what the other one made', async () => {
    const { ports } = portsOf(sandbox);
    const dev = await ports.connect(inputs({}).target);
    const modelUri = await storeFiles(dev, 'seed/model', { MLmodel: 'flavors: {}\n', 'data/net.bin': 'weights' });
    const properties = { 'lineage.job': 'job-1', 'lineage.commit': 'abc' };
    await putModelVersion(dev, 'net', '1', { modelUri, modelType: 'custom_model', tags: { team: 'risk' }, properties });
    assert.equal((await run(inputs({ registryName: 'azureml' }), ports)).result, 'Succeeded');

    const { code, output } = await runPython('test/full/azure_ai_ml/test_promoted.py', sandbox.environment);
    assert.equal(code, 0, output);
    assert.match(output, /^Ran 3 tests in .*\n\nOK$/m);

    const shared = { sourceRegistryName: 'azureml', modelName: 'net-shared', targetModelName: 'net-shared' };
    assert.equal((await run(inputs(shared), portsOf(sandbox).ports)).result, 'Succeeded');
    // The import of azure-ai-ml is the same as the task's own.
    const again = inputs({
      registryName: 'azureml',
      second: undefined,
      stage: undefined,
      targetModelName: 'net-shared',
    });
    assert.match((await run(again, portsOf(sandbox).ports)).message, /^Nothing had to be done/);
  });
});
