import type { TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  type PipelinePolicy,
  RestError,
} from '@azure/core-rest-pipeline';
import { messageOf } from '../core/errors.ts';
import { type AzureAnswer, readAnswer } from './answers.ts';
import { type Cloud, type CloudMetadata, cloudOf } from './cloud.ts';
import { type AzureConnection, signInOf } from './connection.ts';
import { createCredential } from './credential.ts';
import { LOST_CONNECTION } from './failures.ts';
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

export interface Download {
  status: number;
  header(name: string): string | undefined;
  stream: NodeJS.ReadableStream | undefined;
}

/** The one way to Azure. Retries (throttling, 5xx, lost connections) live here and nowhere else. */
export interface AzureClient {
  readonly cloud: Cloud;
  /** @throws AzureError when the answer's status is 400 or more */
  send<T>(request: AzureRequest): Promise<AzureAnswer<T>>;
  /**
   * Streams bytes from an address that carries its own signature. `stream` is undefined when the answer has none.
   * @throws AzureError when storage is failing or throttling
   */
  download(url: string, range: { first: number; last: number }): Promise<Download>;
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
      // The library reports a timeout as an abort.
      const isTimeout = name === 'AbortError' && !request.abortSignal?.aborted;
      // The retry policy retries RestErrors alone.
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
    return readAnswer<CloudMetadata | CloudMetadata[]>(response).body;
  });
  const tokens = createTokenSource(() => createCredential(signIn, cloud, systemAccessToken), onSecret, Date.now);

  const pipelines: Record<Audience, Pipeline> = {
    arm: createPipeline(bearerPolicy(tokens, cloud.armScope)),
    ml: createPipeline(bearerPolicy(tokens, cloud.mlScope)),
    none: open,
  };
  return {
    cloud,
    async download(url, range) {
      const { first, last } = range;
      const response = await open.sendRequest(
        httpClient,
        createPipelineRequest({
          url,
          headers: createHttpHeaders({ Range: `bytes=${first}-${last}` }),
          streamResponseStatusCodes: new Set([200, 206]),
          timeout: REQUEST_TIMEOUT_MS,
          abortSignal: cancelled,
        }),
      );
      const stream = response.readableStreamBody as NodeJS.ReadableStream | undefined;
      if (!stream && (response.status === 429 || response.status >= 500)) readAnswer(response); // throws
      return { status: response.status, stream, header: (name) => response.headers.get(name) };
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
      return readAnswer<T>(await pipelines[audience].sendRequest(httpClient, request));
    },
  };
}
