import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { readAnswer } from './answers.ts';
import { AzureError } from './failures.ts';

/** Turns the errors of Microsoft's clients (storage) into `AzureError`, so that callers know one kind. */
export async function viaClient<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const rest = error as {
      name?: string;
      statusCode?: number;
      code?: string;
      message?: string;
      request?: { method: string; url: string };
      response?: PipelineResponse;
    };
    if (rest.name !== 'RestError' || rest.statusCode === undefined || !rest.request) throw error;
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
