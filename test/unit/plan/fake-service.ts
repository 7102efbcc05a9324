import { randomUUID } from 'node:crypto';
import type { AzureRequest } from '../../../lib/azure/client.ts';
import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { WS } from '../compiler/compile-folder.ts';

const ARM = 'https://management.azure.com';

/** An answer to one request; undefined leaves it to the fake's own rules. */
export type Answer = { status: number; headers?: Record<string, string>; body?: unknown };

export interface FakeService {
  workspace: Workspace;
  /** What was sent, in order; paths are below the workspace. */
  sent: { method: string; path: string; query: URLSearchParams; body: any }[];
  /** Resources by their path below the workspace, as GET answers them. */
  there: Map<string, unknown>;
  /** Answers in place of the rules. */
  answer: (method: string, path: string, nth: number) => Answer | undefined;
  /** Most requests that were under way together. */
  together(): number;
  bodyOf(method: string, path: string | RegExp): any;
}

/**
 * Azure Resource Manager as recordings show it, as far as plans need it: versions answer 201 with themselves; anonymous
 * components are kept under an id of the service's own, found again by content and name, and not under the id that was sent.
 */
export function fakeService(there: Record<string, unknown> = {}): FakeService {
  const anonymous = new Map<string, string>();
  let active = 0;
  let most = 0;
  const fake: FakeService = {
    workspace: undefined as unknown as Workspace,
    sent: [],
    there: new Map(Object.entries(there)),
    answer: () => undefined,
    together: () => most,
    bodyOf: (wanted, path) =>
      fake.sent.find(
        (one) => one.method === wanted && (typeof path === 'string' ? one.path === path : path.test(one.path)),
      )?.body,
  };
  const rules = (method: string, path: string, body: any): Answer => {
    if (method === 'POST')
      return {
        status: 200,
        body: {
          blobReferenceForConsumption: {
            blobUri: 'https://a.blob.x:443/c',
            credential: { sasUri: 'https://a.blob.x/c?sig=s' },
          },
        },
      };
    if (method === 'GET') {
      const list = [...fake.there].filter(
        ([name]) => name.startsWith(`${path}/`) && !name.slice(path.length + 1).includes('/'),
      );
      if (path.endsWith('/versions') && list.length > 0)
        return { status: 200, body: { value: list.map(([, value]) => value).reverse(), nextLink: null } };
      return fake.there.has(path)
        ? { status: 200, body: { properties: {}, ...(fake.there.get(path) as object) } }
        : { status: 404, body: {} };
    }
    if (path.startsWith('components/azureml_anonymous/')) {
      const content = JSON.stringify(body.properties.componentSpec);
      if (!anonymous.has(content)) anonymous.set(content, randomUUID());
      const name = anonymous.get(content)!;
      const id = `${WS}/components/azureml_anonymous/versions/${name}`;
      return { status: 201, headers: { Location: `${ARM}${WS}/${path}` }, body: { id, name, properties: {} } };
    }
    const resource = { id: `${WS}/${path}`, name: path.slice(path.lastIndexOf('/') + 1), ...body };
    fake.there.set(path, resource);
    return { status: 201, headers: { Location: `${ARM}${WS}/${path}` }, body: resource };
  };
  const send = async ({ method, url, body }: AzureRequest) => {
    const { pathname, searchParams } = new URL(url);
    const path = decodeURIComponent(pathname).replace(`${WS}/`, '');
    fake.sent.push({ method, path, query: searchParams, body: structuredClone(body) });
    active++;
    most = Math.max(most, active);
    await new Promise((done) => setImmediate(done));
    active--;
    const nth = fake.sent.filter((one) => one.method === method && one.path === path).length;
    const answer = fake.answer(method, path, nth) ?? rules(method, path, body);
    if (answer.status >= 400) throw new AzureError({ status: answer.status, code: 'X', message: 'x', method, url });
    const headers = new Map(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
    return {
      status: answer.status,
      body: answer.body,
      text: '',
      header: (name: string) => headers.get(name.toLowerCase()),
    };
  };
  const client = { cloud: { armUrl: ARM }, send, mlToken: async () => 'token' };
  fake.workspace = {
    client,
    path: WS,
    url: `${ARM}${WS}`,
    label: "the workspace 'ws'",
    audience: 'arm',
    apiVersionOf,
    apiUrl: 'https://eastus.api.azureml.ms',
    ids: { workspaceName: 'ws' },
  } as unknown as Workspace;
  return fake;
}
