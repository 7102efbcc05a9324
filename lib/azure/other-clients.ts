import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { StoragePipelineOptions } from '@azure/storage-blob';
import { compact } from '../core/json.ts';
import { readAnswer } from './answers.ts';
import { AzureError } from './failures.ts';
import { noAnswerOf } from './no-answer.ts';

/** Turns the errors of Microsoft's clients (storage) into `AzureError`, and `NoAnswerError`, so that callers know one kind. */
export async function viaClient<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const rest = error as {
      name?: string;
      statusCode?: number;
      code?: string;
      message?: string;
      request?: PipelineRequest;
      response?: PipelineResponse;
    };
    if (rest.name !== 'RestError' || !rest.request) throw error;
    if (rest.statusCode === undefined) throw noAnswerOf(error, rest.request);
    if (rest.response) readAnswer(rest.response);
    throw new AzureError({
      status: rest.statusCode,
      code: rest.code ?? `Http${rest.statusCode}`,
      message: rest.message ?? '',
      method: rest.request.method,
      url: rest.request.url,
    });
  }
}

/** The transport in the older form that the storage client asks for. */
export function viaTransport(transport: HttpClient): NonNullable<StoragePipelineOptions['httpClient']> {
  return {
    async sendRequest(resource) {
      const { url, method, headers, body, timeout, abortSignal, agent } = resource;
      const { onUploadProgress, onDownloadProgress, streamResponseStatusCodes } = resource;
      const request = createPipelineRequest({
        url,
        method,
        headers: createHttpHeaders(headers.toJson({ preserveCase: true })),
        body,
        timeout,
        // Storage addresses are checked when a container is opened.
        allowInsecureConnection: false,
        ...compact({ abortSignal, agent, onUploadProgress, onDownloadProgress, streamResponseStatusCodes }),
      } as Parameters<typeof createPipelineRequest>[0]);
      const response = await transport.sendRequest(request);
      const answered = { toJson: () => response.headers.toJSON({ preserveCase: true }) };
      return { ...response, request: resource, headers: answered as typeof headers };
    },
  };
}
