import assert from 'node:assert/strict';
import { managementClient } from '../../../lib/azure/management.ts';
import { viaClient } from '../../../lib/azure/other-clients.ts';
import { openedClient } from './opened-client.ts';

const ARM = 'https://management.azure.com';
const PLACE = ['rg', 'ws', 'churn'] as const;

describe('Microsoft’s management client', () => {
  it('sends through the one client: with its token, and without a second sign-in', async () => {
    const client = await openedClient([{ status: 200, body: { primaryKey: 'a', secondaryKey: 'b' } }]);
    const keys = await managementClient(client, 's').onlineEndpoints.listKeys(...PLACE);
    assert.equal(keys.primaryKey, 'a');
    const [sent, ...others] = client.asked();
    assert.equal(others.length, 0);
    assert.equal(sent?.method, 'POST');
    assert.match(sent!.url, /^https:\/\/management\.azure\.com\/subscriptions\/s\/.*\/churn\/listKeys\?api-version=/);
    assert.equal(sent?.authorization, 'Bearer tok.en.x');
  });

  it('tries again as often as the one client does, and no more', async () => {
    const client = await openedClient([{ status: 503 }, { status: 200, body: { content: 'log' } }]);
    const { content } = await managementClient(client, 's').onlineDeployments.getLogs(...PLACE, 'blue', { tail: 5 });
    assert.equal(content, 'log');
    assert.deepEqual(
      client.asked().map(({ body }) => body),
      ['{"tail":5}', '{"tail":5}'],
      'the body is what it was',
    );
    const down = await openedClient([{ status: 503 }]);
    await assert.rejects(viaClient(managementClient(down, 's').onlineEndpoints.listKeys(...PLACE)));
    const own = await openedClient([{ status: 503 }]);
    const url = `${ARM}/x?api-version=y`;
    await assert.rejects(own.send({ method: 'POST', url, audience: 'arm', repeatable: true, body: {} }));
    // Pauses are of random lengths.
    assert.ok(Math.abs(down.asked().length - own.asked().length) <= 3, `${down.asked().length} requests`);
  });

  it('follows the pages of a list on hosts of this cloud, with a token for those alone', async () => {
    const page = (name: string, nextLink?: string) => ({ status: 200, body: { value: [{ name }], nextLink } });
    const names = async (client: Awaited<ReturnType<typeof openedClient>>): Promise<string[]> => {
      const found: string[] = [];
      for await (const one of managementClient(client, 's').onlineDeployments.list(...PLACE))
        found.push(one.name ?? '');
      return found;
    };
    const own = await openedClient([page('blue', `${ARM}/next?$skip=1`), page('green')]);
    assert.deepEqual(await names(own), ['blue', 'green']);
    assert.ok(own.asked().every(({ authorization }) => authorization === 'Bearer tok.en.x'));
    const other = await openedClient([page('blue', 'https://evil.example/next'), page('green')]);
    await names(other).catch(() => undefined);
    const elsewhere = other.asked().filter(({ url }) => url.startsWith('https://evil.example'));
    assert.ok(elsewhere.every(({ authorization }) => authorization === undefined));
  });

  it('gives the errors of the one client, with the service’s own words', async () => {
    const error = { code: 'AuthorizationFailed', message: "The client 'x' may not do this" };
    const client = await openedClient([{ status: 403, body: { error } }]);
    await assert.rejects(viaClient(managementClient(client, 's').onlineEndpoints.listKeys(...PLACE)), {
      name: 'AzureError',
      status: 403,
      message: /AuthorizationFailed.*may not do this/,
    });
  });
});
