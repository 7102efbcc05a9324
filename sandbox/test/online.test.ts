import assert from 'node:assert/strict';
import { useSandbox } from './http.ts';
import { deploymentBody, endpointBody, putCode, putOnline, score, scriptOf } from './online-workspace.ts';

describe('online endpoints', () => {
  const { sandbox, arm } = useSandbox();

  it('serve what score.py answers', async () => {
    assert.equal((await putOnline(sandbox, arm, 'onlineEndpoints/first', endpointBody())).status, 'Succeeded');
    const code = await putCode(sandbox, arm, scriptOf('one'));
    const made = await putOnline(sandbox, arm, 'onlineEndpoints/first/deployments/blue', deploymentBody(code));
    assert.equal(made.status, 'Succeeded', JSON.stringify(made));
    const key = (await arm.call('POST', 'onlineEndpoints/first/listKeys')).body.primaryKey;
    const { scoringUri } = (await arm.call('GET', 'onlineEndpoints/first')).body.properties;
    const nowhere = await score(sandbox, scoringUri, { key });
    assert.equal(nowhere.status, 404);
    const forced = await score(sandbox, scoringUri, { key, deployment: 'blue', body: { x: 3 } });
    assert.equal(forced.status, 200, forced.text);
    assert.deepEqual(forced.body, { from: 'one', sent: { x: 3 } });
    await putOnline(sandbox, arm, 'onlineEndpoints/first', endpointBody({ traffic: { blue: 100 } }));
    assert.equal((await score(sandbox, scoringUri, { key })).headers['azureml-model-deployment'], 'blue');
  });
});
