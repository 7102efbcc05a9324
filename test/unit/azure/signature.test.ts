import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { openContainer, type StorageSecret } from '../../../lib/azure/storage.ts';
import { fakeClock, fakeTransport, type Reply } from './fake-transport.ts';

const MINUTE = 60_000;
const MD5 = createHash('md5').update('x').digest();

/** A container whose signatures are numbered. */
async function openSigned(reply: () => Reply = () => ({ status: 201 }), fails = false) {
  const { clock, pass } = fakeClock();
  const { transport, sent } = fakeTransport(reply);
  const secrets: string[] = [];
  let given = 1;
  const secret: StorageSecret = {
    kind: 'sas',
    token: '?sv=2024&sig=number-1',
    async renew() {
      if (fails) throw new Error('not now');
      await new Promise((resolve) => setImmediate(resolve));
      return `sv=2024&sig=number-${++given}`;
    },
  };
  const container = await openContainer('https://acc.blob.core.windows.net/c', secret, {
    transport,
    clock,
    signal: new AbortController().signal,
    onSecret: (one) => secrets.push(one),
  });
  const upload = (name: string) => container.upload(name, Buffer.from('x'), MD5, () => undefined);
  const signatures = () => sent.map(({ url }) => new URL(url).searchParams.get('sig'));
  return { upload, pass, sent, secrets, signatures };
}

describe('the signature of a container', () => {
  it('is on every request, beside what the request asks', async () => {
    const { upload, sent } = await openSigned();
    await upload('a/b.txt');
    assert.deepEqual(
      sent.map(({ method, url }) => `${method} ${url}`),
      ['PUT https://acc.blob.core.windows.net/c/a/b.txt?sv=2024&sig=number-1'],
    );
  });

  it('is asked for anew before its hour is over, and the new one is masked', async () => {
    const { upload, pass, secrets, signatures } = await openSigned();
    for (let minutes = 0; minutes <= 120; minutes += 20) {
      await upload(`at-${minutes}`);
      pass(20 * MINUTE);
    }
    assert.deepEqual(
      signatures(),
      [1, 1, 1, 2, 2, 2, 3].map((n) => `number-${n}`),
    );
    assert.deepEqual([...new Set(secrets)], ['number-1', 'number-2', 'number-3']);
  });

  it('is asked for once by uploads that need it together', async () => {
    const { upload, pass, signatures } = await openSigned();
    pass(55 * MINUTE);
    await Promise.all([upload('a'), upload('b'), upload('c')]);
    assert.deepEqual(signatures(), ['number-2', 'number-2', 'number-2']);
  });

  it('that can’t be renewed yet is used to its end', async () => {
    const { upload, pass, signatures } = await openSigned(undefined, true);
    pass(55 * MINUTE);
    await upload('a');
    assert.deepEqual(signatures(), ['number-1']);
    pass(10 * MINUTE);
    await assert.rejects(upload('b'), /not now/);
  });
});
