/** Microsoft's Python SDK, azure-ai-ml, judges the sandbox. The checks are in the folder azure_ai_ml. */
import assert from 'node:assert/strict';
import { runPython, usePythonSandbox } from './python.ts';

describe('azure-ai-ml against the sandbox', function () {
  this.timeout(600_000);
  const sandbox = usePythonSandbox();

  for (const part of ['workspace', 'assets', 'jobs', 'variants', 'endpoints']) {
    it(`finds the ${part} as Azure ML has them`, async () => {
      const { code, output } = await runPython(`test/full/azure_ai_ml/test_${part}.py`, sandbox.environment);
      assert.equal(code, 0, output);
      assert.match(output, /^Ran [1-9]\d* tests in .*\n\nOK$/m, 'every check ran and none was skipped');
    });
  }
});
