import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  type PipelinePolicy,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import { messageOf } from '../core/errors.ts';
import { type Cloud, type CloudMetadata, cloudOf } from './cloud.ts';
import { type AzureConnection, signInOf } from './connection.ts';
import { createCredential } from './credential.ts';
import { AzureError, LOST_CONNECTION, oddAnswer } from './failures.ts';
import { bearerPolicy, createTokenSource } from './tokens.ts';

/** Who a request is for, which decides its token: Azure Resource Manager, the Azure ML data plane, or nobody (a SAS URL). */
export type Audience = 'arm' | 'ml' | 'none';

export interface AzureRequest {
  method: HttpMethods;
  url: string;
  audience: Audience;
  /** Sent as JSON, byte for byte what `JSON.stringify` makes of it. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export interface AzureAnswer<T> {
  status: number;
  body: T;
  /** The body as it came. */
  text: string;
  header(name: string): string | undefined;
}

/** The one way to Azure. Retries (throttling, 5xx, lost connections) live here and nowhere else. */
export interface AzureClient {
  readonly cloud: Cloud;
  /** @throws AzureError when the answer's status is 400 or more */
  send<T>(request: AzureRequest): Promise<AzureAnswer<T>>;
  /**
   * Bytes of a blob from an offset on, at most `most`; nothing when there are none yet or the URL's signature has expired.
   * @throws AzureError when storage is failing or throttling
   */
  readBlob(url: string, offset: number, most: number): Promise<Buffer>;
  /** A token for the Azure ML data plane, for the header `x-azureml-token`. */
  mlToken(): Promise<string>;
  /** The same sign-in for Microsoft's other clients (storage). */
  readonly credential: TokenCredential;
}

export interface AzureClientOptions {
  connection: AzureConnection;
  /** Token of the job's own connection; needed for workload identity federation. */
  systemAccessToken: string;
  /** Hears every token that is used, so that it can be masked. */
  onSecret: (secret: string) => void;
  /** Appears in the user agent of every request: `model-bridge/0.1.0`. */
  product: string;
  /** Ends requests and the waiting between their retries; a request may bring a signal of its own instead. */
  signal: AbortSignal;
}

/** A request that is not answered by then is lost; the retry policy sends it again. */
const REQUEST_TIMEOUT_MS = 100_000;

/** Failures of the network that the library's retry policy does not know as such; PARSE_ERROR is an answer that was cut. */
const ALSO_LOST = new Set(['PARSE_ERROR', 'EPIPE', 'EAI_AGAIN']);

const lostAnswerPolicy: PipelinePolicy = {
  name: 'lostAnswer',
  async sendRequest(request, next) {
    try {
      return await next(request);
    } catch (error) {
      const { code = '', name } = error as { code?: string; name?: string };
      // The library tells a timeout as an abort.
      const isTimeout = name === 'AbortError' && !request.abortSignal?.aborted;
      // The retry policy looks at nothing but RestErrors.
      throw isTimeout || ALSO_LOST.has(code)
        ? new RestError(messageOf(error), { code: LOST_CONNECTION, request })
        : error;
    }
  },
};

/** Opens the way to Azure for one connection. @throws UserError when the connection can't be used */
export async function createAzureClient(options: AzureClientOptions): Promise<AzureClient> {
  const { connection, systemAccessToken, onSecret, product, signal: cancelled } = options;
  const signIn = signInOf(connection);
  const userAgentOptions = { userAgentPrefix: product };
  const httpClient = createDefaultHttpClient();
  const createPipeline = (...policies: PipelinePolicy[]): Pipeline => {
    const pipeline = createPipelineFromOptions({ userAgentOptions });
    for (const policy of [lostAnswerPolicy, ...policies]) pipeline.addPolicy(policy, { afterPhase: 'Retry' });
    return pipeline;
  };
  const open = createPipeline();
  const cloud = await cloudOf(connection, async (url) => {
    const response = await open.sendRequest(
      httpClient,
      createPipelineRequest({ url, timeout: REQUEST_TIMEOUT_MS, abortSignal: cancelled }),
    );
    return read<CloudMetadata | CloudMetadata[]>(response).body;
  });
  const tokens = createTokenSource(() => createCredential(signIn, cloud, systemAccessToken), onSecret, Date.now);

  const pipelines: Record<Audience, Pipeline> = {
    arm: createPipeline(bearerPolicy(tokens, cloud.armScope)),
    ml: createPipeline(bearerPolicy(tokens, cloud.mlScope)),
    none: open,
  };
  return {
    cloud,
    async readBlob(url, offset, most) {
      const headers = createHttpHeaders({ Range: `bytes=${offset}-${offset + most - 1}` });
      const streamed = new Set([200, 206]);
      const response = await open.sendRequest(
        httpClient,
        createPipelineRequest({
          url,
          headers,
          streamResponseStatusCodes: streamed,
          timeout: REQUEST_TIMEOUT_MS,
          abortSignal: cancelled,
        }),
      );
      if (!response.readableStreamBody) {
        if (response.status === 429 || response.status >= 500) read(response); // throws
        return Buffer.alloc(0);
      }
      const chunks: Buffer[] = [];
      for await (const chunk of response.readableStreamBody) chunks.push(Buffer.from(chunk as Uint8Array));
      const bytes = Buffer.concat(chunks);
      return response.status === 200 ? bytes.subarray(offset, offset + most) : bytes; // 200: the range was ignored
    },
    mlToken: () => tokens.get(cloud.mlScope),
    credential: tokens.credential,
    async send<T>({ method, url, audience, body, headers = {}, signal }: AzureRequest) {
      const request = createPipelineRequest({
        method,
        url,
        headers: createHttpHeaders({ Accept: 'application/json', ...headers }),
        timeout: REQUEST_TIMEOUT_MS,
        abortSignal: signal ?? cancelled,
      });
      if (body !== undefined) {
        request.body = JSON.stringify(body);
        request.headers.set('Content-Type', 'application/json');
      }
      return read<T>(await pipelines[audience].sendRequest(httpClient, request));
    },
  };
}

/**
 * Items of an ARM list, page after page (`{value, nextLink}`; the link is followed as it is).
 * @throws UserError `AnswerNotUnderstood` for a page that is not a list
 */
export async function* listAll<T>(client: AzureClient, first: string): AsyncGenerator<T> {
  let url: string | null | undefined = first;
  while (url) {
    const { body, text }: AzureAnswer<{ value?: T[]; nextLink?: string | null } | undefined> = await client.send({
      method: 'GET',
      url,
      audience: 'arm',
    });
    // An answer that is not a list must never look like an empty one.
    if (!Array.isArray(body?.value)) throw oddAnswer(url, 'a list', text);
    yield* body.value;
    url = body.nextLink;
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; details?: { code?: string; message?: string }[] };
  error_code?: string;
  message?: string;
}

function read<T>(response: PipelineResponse): AzureAnswer<T> {
  const text = response.bodyAsText ?? '';
  const body = parse(text);
  if (response.status >= 400) {
    const { error, error_code, message } = (body ?? {}) as ErrorBody;
    const details = (error?.details ?? [])
      .map((detail) => detail.message)
      .filter((one) => one && one !== error?.message);
    throw new AzureError({
      status: response.status,
      code: error?.code ?? error_code ?? response.headers.get('x-ms-error-code') ?? `Http${response.status}`,
      message: [error?.message ?? message ?? (text.slice(0, 500) || 'no message'), ...details].join(' '),
      method: response.request.method,
      url: response.request.url,
      requestId: response.headers.get('x-ms-request-id') ?? response.headers.get('x-request-id'),
    });
  }
  return { status: response.status, body: body as T, text, header: (name) => response.headers.get(name) };
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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
    if (rest.response) read(rest.response);
    throw new AzureError({
      status: rest.statusCode,
      code: rest.code ?? `Http${rest.statusCode}`,
      message: rest.message ?? '',
      method: rest.request.method,
      url: rest.request.url,
    });
  }
}
