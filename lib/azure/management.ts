import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import type { AzureClient } from './client.ts';
import { isTrusted } from './trusted-hosts.ts';

/**
 * Microsoft's management client for reads, deletes, keys, tokens and logs of endpoints. It sends through the one HTTP client,
 * whose retries, sign-in, masking and check of hosts replace its own. It speaks 2022-10-01 and drops members that it does not
 * know, so nothing that is written back is read with it.
 */
export function managementClient(client: AzureClient, subscriptionId: string): AzureMachineLearningWorkspaces {
  const management = new AzureMachineLearningWorkspaces(client.credential, subscriptionId, {
    endpoint: client.cloud.armUrl,
    httpClient: throughClient(client),
    retryOptions: { maxRetries: 0 },
  });
  for (const policy of ['bearerTokenAuthenticationPolicy', 'defaultRetryPolicy', 'throttlingRetryPolicy'])
    management.pipeline.removePolicy({ name: policy });
  return management;
}

/** Requests of another client, sent as our own. */
function throughClient(client: AzureClient): HttpClient {
  return {
    async sendRequest(request) {
      const { method, url, body, abortSignal } = request;
      const answer = await client.send<unknown>({
        method,
        url,
        audience: isTrusted(client.cloud, url) ? 'arm' : 'none',
        body: typeof body === 'string' && body !== '' ? JSON.parse(body) : undefined,
        signal: abortSignal as AbortSignal | undefined,
        // Keys, tokens and logs: actions that only read. The client makes no other POST here.
        repeatable: true,
        mayBeEmpty: true,
      });
      const names = ['azure-asyncoperation', 'location', 'content-type', 'retry-after', 'x-ms-request-id'];
      const headers = names.flatMap((name): [string, string][] => {
        const value = answer.header(name);
        return value === undefined ? [] : [[name, value]];
      });
      return {
        request,
        status: answer.status,
        headers: createHttpHeaders(Object.fromEntries(headers)),
        bodyAsText: answer.text,
      };
    },
  };
}
