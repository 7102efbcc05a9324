import { type AzureClientOptions, createAzureClient } from '../../../lib/azure/client.ts';
import { fakeClock, fakeTransport, type Reply } from './fake-transport.ts';

const ARM = 'https://management.azure.com';

/** A client whose sign-in works, and whose other requests get these replies; the last one again and again. */
export async function openedClient(replies: Reply[], more: Partial<AzureClientOptions> = {}) {
  const time = fakeClock();
  const said: string[] = [];
  let answered = 0;
  const { transport, sent } = fakeTransport(({ url }) => {
    if (url.includes('openid-configuration') || url.includes('discovery/instance'))
      return {
        status: 200,
        body: {
          token_endpoint: 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
          authorization_endpoint: 'https://login.microsoftonline.com/t/authorize',
          issuer: 'https://login.microsoftonline.com/t/v2.0',
          jwks_uri: 'https://login.microsoftonline.com/t/keys',
          metadata: [],
        },
      };
    if (url.startsWith('https://login.'))
      return { status: 200, body: { access_token: 'tok.en.x', token_type: 'Bearer', expires_in: 3600 } };
    return replies[Math.min(answered++, replies.length - 1)]!;
  });
  const opened = await createAzureClient({
    connection: {
      id: 'c',
      url: `${ARM}/`,
      scheme: 'ServicePrincipal',
      parameters: { tenantid: 't', serviceprincipalid: 'c', serviceprincipalkey: 'k' },
      data: {},
    },
    systemAccessToken: '',
    onSecret: (secret) => said.push(secret),
    product: 'test/1',
    signal: new AbortController().signal,
    transport,
    clock: time.clock,
    ...more,
  });
  return {
    ...opened,
    ...time,
    secrets: said,
    asked: () => sent.filter(({ url }) => !url.startsWith('https://login.')),
  };
}
