import assert from 'node:assert/strict';
import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import { registerVersion } from '../../../lib/azureml/register-version.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';

/** A workspace with one model, in which somebody else is faster: each version named here is taken just before our PUT. */
function contested(versions: string[], takenBefore: string[], status = 409): { workspace: Workspace; puts: string[] } {
  const existing = new Set(versions);
  const puts: string[] = [];
  const fail = (code: number): never => {
    throw new AzureError({ status: code, code: 'X', message: 'x', method: 'PUT', url: 'https://arm' });
  };
  const send = async ({ method, url }: { method: string; url: string }): Promise<{ body: unknown }> => {
    const version = /\/versions\/([^?]+)/.exec(url)?.[1];
    if (method === 'GET' && !version) return { body: { properties: { nextVersion: String(existing.size + 1) } } };
    if (method === 'GET') return existing.has(version!) ? { body: { name: version, properties: {} } } : fail(404);
    puts.push(version!);
    if (takenBefore.includes(version!) && !existing.has(version!)) {
      existing.add(version!);
      return fail(status);
    }
    existing.add(version!);
    return { body: { name: version, id: `/models/m/versions/${version}` } };
  };
  return {
    workspace: {
      client: { cloud: { armUrl: 'https://arm' }, send },
      url: 'https://arm/ws',
      audience: 'arm',
      apiVersionOf,
    } as unknown as Workspace,
    puts,
  };
}

const properties = { modelUri: 'u', modelType: 'custom_model' };

describe('registering a model version', () => {
  it('takes the next one', async () => {
    const { workspace } = contested(['1', '2'], []);
    assert.equal((await registerVersion(workspace, 'm', undefined, properties, assert.fail)).name, '3');
  });

  for (const status of [409, 400]) {
    it(`takes the one after when it was taken in between (${status})`, async () => {
      const { workspace, puts } = contested([], ['1', '2'], status);
      const taken: string[] = [];
      const model = await registerVersion(workspace, 'm', undefined, properties, (version) => taken.push(version));
      assert.equal(model.name, '3');
      assert.deepEqual(taken, ['1', '2']);
      assert.deepEqual(puts, ['1', '2', '3']);
    });
  }

  it('gives up after some attempts, and at once for another error', async () => {
    const all = Array.from({ length: 20 }, (_, i) => String(i + 1));
    const { workspace, puts } = contested([], all);
    await assert.rejects(
      registerVersion(workspace, 'm', undefined, properties, () => {}),
      /409/,
    );
    assert.equal(puts.length, 5);
    await assert.rejects(
      registerVersion(contested([], ['1'], 403).workspace, 'm', undefined, properties, assert.fail),
      /403/,
    );
  });

  it('never touches a version that is there', async () => {
    const { workspace, puts } = contested(['7'], []);
    await assert.rejects(registerVersion(workspace, 'm', '7', properties, assert.fail), /has a version 7 already/);
    assert.deepEqual(puts, []);
    assert.equal((await registerVersion(workspace, 'm', '8', properties, assert.fail)).name, '8');
  });
});
