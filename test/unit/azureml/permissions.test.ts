import assert from 'node:assert/strict';
import { parseVersionChoice } from '../../../lib/azureml/model-choice.ts';
import { permits } from '../../../lib/azureml/permissions.ts';

const WRITE = 'Microsoft.MachineLearningServices/workspaces/models/versions/write';

describe('what a connection may do', () => {
  it('follows from its roles: what they have and do not except', () => {
    const may = (actions: string[], notActions: string[] = []) => permits([{ actions, notActions }], WRITE);
    assert.ok(may(['*']));
    assert.ok(may(['Microsoft.MachineLearningServices/workspaces/*/write']), 'AzureML Data Scientist');
    assert.ok(may(['microsoft.machinelearningservices/WORKSPACES/models/versions/write']));
    assert.ok(!may(['*/read']), 'Reader');
    assert.ok(!may(['*'], ['Microsoft.MachineLearningServices/workspaces/*']));
    assert.ok(!may(['Microsoft.MachineLearningServices/registries/assets/*']));
    assert.ok(!may(['Microsoft.MachineLearningServices/workspaces/models/versions/writ.']), 'a point is a point');
    assert.ok(permits([{ actions: ['*/read'] }, { actions: ['*'] }], WRITE), 'one role is enough');
  });
});

describe('which version of a model is meant', () => {
  it('is a number, the latest or a stage', () => {
    assert.deepEqual(parseVersionChoice('7'), { kind: 'version', version: '7' });
    assert.deepEqual(parseVersionChoice('Latest'), { kind: 'latest' });
    assert.deepEqual(parseVersionChoice('stage: In production'), { kind: 'stage', stage: 'In production' });
    for (const text of ['0', '1.2', 'v1', '', 'stage:', '-1', '1; rm'])
      assert.throws(() => parseVersionChoice(text), text);
  });
});
