import type { ClientApiBase } from 'azure-devops-node-api/ClientApiBases.js';
import type { Sender } from '../azure/sender.ts';
import { requireOwnHost } from './own-hosts.ts';

/** The library's own client, of typed-rest-client. */
type HttpClient = ClientApiBase['http'];

interface Authority {
  collectionUrl: string;
  token: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD';

/**
 * What azure-devops-node-api sends its requests with, in the form of its own HTTP client. The library's own ignores
 * `NO_PROXY` in capitals, can't be cancelled, and sends the token after every redirect; ours is that of all other requests.
 */
export function restOver(send: Sender, { collectionUrl, token }: Authority): HttpClient {
  const exchange = async (method: Method, url: string, text?: string, headers: object = {}) => {
    requireOwnHost(collectionUrl, url);
    const answer = await send({
      method,
      url,
      text,
      // Without the second header Azure DevOps answers a token that it does not accept with a page for people to sign in.
      headers: { ...headers, Authorization: `Bearer ${token}`, 'X-TFS-FedAuthRedirect': 'Suppress' },
    });
    return { message: { statusCode: answer.status, headers: answer.headers }, readBody: async () => answer.text };
  };
  const withBody = (method: Method) => (url: string, text: string, headers?: object) =>
    exchange(method, url, text, headers);
  const withoutBody = (method: Method) => (url: string, headers?: object) => exchange(method, url, undefined, headers);
  const client = {
    get: withoutBody('GET'),
    head: withoutBody('HEAD'),
    options: withoutBody('OPTIONS'),
    del: withoutBody('DELETE'),
    post: withBody('POST'),
    patch: withBody('PATCH'),
    put: withBody('PUT'),
  };
  // The library's type is a class; its methods here are those that its REST client calls.
  return client as unknown as HttpClient;
}
