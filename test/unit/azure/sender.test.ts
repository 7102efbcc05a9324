import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSender } from '../../../lib/azure/sender.ts';
import { prepareTls } from '../../../sandbox/tls.ts';

describe('requests with an authorization of their own', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let caFile: string;
  /** Statuses of the next answers; 200 when there are none left. */
  let statuses: number[];
  let seen: { method: string; text: string; type: string | undefined }[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sender-'));
    const tls = await prepareTls(folder);
    caFile = tls.caFile;
    server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        seen.push({ method: request.method!, text, type: request.headers['content-type'] });
        const status = statuses.shift() ?? 200;
        const location = status === 302 ? { Location: 'https://elsewhere.example.com/' } : {};
        response.writeHead(status, { 'X-Own': 'yes', ...location }).end(JSON.stringify({ message: `is ${status}` }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    statuses = [];
    seen = [];
  });

  const pauses: number[] = [];
  const sender = () =>
    createSender({
      network: { caFile },
      product: 'test/1',
      signal: new AbortController().signal,
      clock: { now: () => 0, sleep: async (milliseconds) => void pauses.push(milliseconds) },
    });

  it('are sent byte for byte, and answered with their headers', async () => {
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json; charset=utf-8' };
    const answer = await sender()({ method: 'POST', url, text: '{ "a": 1 }', headers });
    assert.deepEqual(seen, [{ method: 'POST', text: '{ "a": 1 }', type: 'application/json; charset=utf-8' }]);
    assert.deepEqual([answer.status, answer.text, answer.headers['x-own']], [200, '{"message":"is 200"}', 'yes']);
  });

  it('are tried again after a passing failure, but not when they may start something twice', async () => {
    statuses = [503, 429, 200];
    assert.equal((await sender()({ method: 'GET', url })).status, 200);
    assert.equal(seen.length, 3);
    statuses = [503];
    await assert.rejects(sender()({ method: 'POST', url, text: '{}' }), { name: 'AzureError', status: 503 });
    assert.equal(seen.length, 4);
  });

  it('do not follow an answer elsewhere, and go over HTTPS alone', async () => {
    statuses = [302];
    await assert.rejects(sender()({ method: 'GET', url }), { code: 'RedirectNotFollowed' });
    await assert.rejects(sender()({ method: 'GET', url: url.replace('https', 'http') }), { code: 'HostNotTrusted' });
    assert.equal(seen.length, 1);
  });
});
