import assert from 'node:assert/strict';
import { workspacePath } from '../../../lib/azureml/ids.ts';
import { parseModelChoice } from '../../../lib/gate/model-choice.ts';

const IDS = { subscriptionId: 'S-1', resourceGroup: 'rg', workspaceName: 'ws' };

describe('the model that is judged', () => {
  it('is named by name and version, or by its id in this workspace', () => {
    for (const text of [
      'churn:7',
      'azureml:churn:7',
      `${workspacePath(IDS)}/models/churn/versions/7`,
      `${workspacePath(IDS).toUpperCase()}/models/churn/versions/7`,
      `azureml:${workspacePath(IDS)}/models/churn/versions/7`,
      'azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ws/models/churn/versions/7',
    ])
      assert.deepEqual(parseModelChoice(text, IDS), { name: 'churn', version: '7' }, text);
  });

  it('is never one of a registry or of another workspace', () => {
    for (const text of [
      'azureml://registries/r/models/churn/versions/7',
      `${workspacePath({ ...IDS, workspaceName: 'other' })}/models/churn/versions/7`,
      `${workspacePath({ ...IDS, subscriptionId: 'S-2' })}/models/churn/versions/7`,
      'x/models/churn:7',
    ])
      assert.throws(() => parseModelChoice(text, IDS), /is not a model of the workspace 'ws'/, text);
    for (const text of ['churn', 'churn:0', 'churn@latest', ''])
      assert.throws(() => parseModelChoice(text, IDS), /does not name a version of a model/, text);
  });
});
