import assert from 'node:assert/strict';
import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import { type ModelVersion, parseModelVersion } from '../../../lib/azureml/models.ts';
import { registerVersion } from '../../../lib/azureml/register-version.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { fakeWorkspace } from './fake-workspace.ts';

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

function register(
  workspace: Workspace,
  version: string | undefined,
  onTaken: (version: string) => void = assert.fail,
): Promise<ModelVersion> {
  return registerVersion(workspace, { name: 'm', version, properties, isOwn: () => false, onTaken });
}

describe('registering a model version', () => {
  it('takes the next one', async () => {
    const { workspace } = contested(['1', '2'], []);
    assert.equal((await register(workspace, undefined)).name, '3');
  });

  for (const status of [409, 400]) {
    it(`takes the one after when it was taken in between (${status})`, async () => {
      const { workspace, puts } = contested([], ['1', '2'], status);
      const taken: string[] = [];
      const model = await register(workspace, undefined, (version) => taken.push(version));
      assert.equal(model.name, '3');
      assert.deepEqual(taken, ['1', '2']);
      assert.deepEqual(puts, ['1', '2', '3']);
    });
  }

  it('gives up after some attempts, and at once for another error', async () => {
    const all = Array.from({ length: 20 }, (_, i) => String(i + 1));
    const { workspace, puts } = contested([], all);
    await assert.rejects(
      register(workspace, undefined, () => {}),
      /has a version 5 already/,
    );
    assert.equal(puts.length, 5);
    await assert.rejects(register(contested([], ['1'], 403).workspace, undefined), /403/);
  });

  it('never touches a version that is there', async () => {
    const { workspace, puts } = contested(['7'], []);
    await assert.rejects(register(workspace, '7'), /has a version 7 already/);
    assert.deepEqual(puts, []);
    assert.equal((await register(workspace, '8')).name, '8');
  });

  for (const [what, failure] of [
    ['409', 409],
    ['400', 400],
    ['no answer', new Error('socket hang up')],
  ] as const) {
    it(`finds the version that was accepted before its answer got lost (${what})`, async () => {
      const made = new Map<string, unknown>();
      const { workspace, requests } = fakeWorkspace(({ method, below, body }) => {
        const version = /versions\/([^?]+)/.exec(below)?.[1];
        if (!version) return { properties: { nextVersion: String(made.size + 1) } };
        if (method === 'GET') return made.get(version) ?? 404;
        made.set(version, { ...(body as object), id: `/models/m/versions/${version}`, name: version });
        return failure;
      });
      for (const version of [undefined, '7']) {
        made.clear();
        const model = await registerVersion(workspace, {
          name: 'm',
          version,
          properties,
          isOwn: (one) => one.properties.modelUri === 'u',
          onTaken: assert.fail,
        });
        assert.equal(model.name, version ?? '1');
        assert.equal(made.size, 1);
      }
      assert.equal(requests.filter(({ method }) => method === 'PUT').length, 2);
    });
  }
});

describe('the version of a model', () => {
  it('is a whole number above 0', () => {
    for (const version of ['1', '7', '20261127']) assert.equal(parseModelVersion(version), version);
    for (const version of ['0', '01', '-1', '+1', '1.0', '1.2.0', '20261127.1', 'v1', 'latest', '1e3', ' ', '٣'])
      assert.throws(() => parseModelVersion(version), { code: 'ModelVersionInvalid' }, version);
  });
});
