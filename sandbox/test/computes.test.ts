import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { send, useSandbox } from './http.ts';

describe('a cluster', () => {
  const { sandbox, arm } = useSandbox();
  const scale = (minNodeCount: number) => ({ properties: { properties: { scaleSettings: { minNodeCount } } } });

  it('is changed by an operation: 202 with the whole resource', async () => {
    const properties = { computeType: 'AmlCompute', properties: { vmSize: 'Standard_DS3_v2' } };
    await arm.call('PUT', 'computes/small', { location: 'westeurope', properties });
    const { status, headers, body } = await arm.call('PATCH', 'computes/small', scale(1));
    assert.deepEqual([status, headers.location], [202, undefined]);
    assert.equal(body.properties.provisioningState, 'Updating');
    assert.equal(body.properties.properties.vmSize, 'STANDARD_DS3_V2');
    const operation = new URL(String(headers['azure-asyncoperation']));
    assert.match(operation.pathname, /\/locations\/[^/]+\/computeOperationsStatus\/[0-9a-f-]{36}$/);
    assert.deepEqual([...operation.searchParams.keys()], ['api-version', 'service', 't', 'c', 's', 'h']);
    const running = await send(sandbox, operation.href, { headers: { Authorization: `Bearer ${arm.token}` } });
    assert.equal(running.status, 200);
    for (let tries = 0; tries < 100; tries++) {
      const { body: answer } = await send(sandbox, operation.href, {
        headers: { Authorization: `Bearer ${arm.token}` },
      });
      if (answer.status === 'Succeeded') break;
      assert.equal(answer.status, 'InProgress');
      await wait(50);
    }
    const { properties: after } = (await arm.call('GET', 'computes/small')).body;
    assert.deepEqual(
      [after.provisioningState, after.properties.vmSize, after.properties.scaleSettings.minNodeCount],
      ['Succeeded', 'Standard_DS3_v2', 1],
    );
  });
});
