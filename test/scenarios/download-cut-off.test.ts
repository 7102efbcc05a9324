import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { LARGEST_RANGE } from '../../lib/azure/blob-files.ts';
import { putModelVersion } from '../../lib/azureml/models.ts';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import type { Inputs } from '../../tasks/download-model/v1/inputs.ts';
import { run } from '../../tasks/download-model/v1/run.ts';
import { connectionOf, portsOf, storeFiles } from './interrupted-run.ts';

const BIG = randomBytes(5 * LARGEST_RANGE + 4_321);
const FILES: Record<string, Buffer> = {
  MLmodel: Buffer.from('flavors: {}\n'),
  'data/net.bin': BIG,
  'data/no.txt': Buffer.alloc(0),
};

describe('a download that is cut off', function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  let folder: string;
  before(async () => {
    sandbox = await startSandbox();
    const { ports } = portsOf(sandbox);
    const workspace = await ports.connect(inputs().target);
    const modelUri = await storeFiles(workspace, 'net', FILES);
    await putModelVersion(workspace, 'net', '1', { modelUri, modelType: 'custom_model' });
  });
  after(() => sandbox.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'download-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function inputs(): Inputs {
    const { subscriptionId, resourceGroup, workspaceName } = sandbox.settings;
    const ids = { subscriptionId, resourceGroup, workspaceName };
    return {
      target: { connection: connectionOf(sandbox, 'sandbox'), systemAccessToken: '', ids },
      modelName: 'net',
      version: { kind: 'latest' },
      run: { id: '7' } as Inputs['run'],
      registryName: undefined,
      folder,
      cleanFolder: false,
    };
  }

  const there = (): Record<string, Buffer> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file.slice(folder.length + 1), readFileSync(file)]),
    );

  it('continues where it was cut off', async () => {
    const whole = portsOf(sandbox);
    await run(inputs(), whole.ports);
    const requests = whole.requests.count;
    for (let request = 0; request < requests; request++) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      await assert.rejects(run(inputs(), portsOf(sandbox, request).ports), `request ${request}`);
      // Whatever has a file's own name is the whole file.
      for (const [name, bytes] of Object.entries(there()))
        if (!name.endsWith('.part')) assert.ok(FILES[name]?.equals(bytes), `${name} after request ${request}`);
      const partial = Object.values(there()).reduce((sum, bytes) => sum + bytes.length, 0);
      const second = portsOf(sandbox);
      assert.equal((await run(inputs(), second.ports)).result, 'Succeeded');
      assert.deepEqual(Object.keys(there()).sort(), Object.keys(FILES).sort(), `after request ${request}`);
      for (const [name, bytes] of Object.entries(there())) assert.ok(FILES[name]!.equals(bytes), name);
      if (partial >= 4 * LARGEST_RANGE) assert.match(second.lines.join('\n'), /16\.8 MB came from an earlier download/);
    }
  });

  it('is never a success without files, and leaves none', async () => {
    const { ports } = portsOf(sandbox);
    const outside = ports.outside as unknown as { transport: HttpClient };
    const { transport } = outside;
    const empty = '<?xml version="1.0"?><EnumerationResults><Blobs/><NextMarker/></EnumerationResults>';
    outside.transport = {
      async sendRequest(request) {
        const response = await transport.sendRequest(request);
        return /comp=list/.test(request.url) ? { ...response, bodyAsText: empty } : response;
      },
    };
    await assert.rejects(run(inputs(), ports), { code: 'ModelEmpty', message: /net:1 has no files/ });
    assert.deepEqual(there(), {});
  });
});
