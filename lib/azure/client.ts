import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient, Pipeline, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { type Clock, systemClock } from '../core/clock.ts';
import { type AzureAnswer, readAnswer } from './answers.ts';
import { type Cloud, type CloudMetadata, cloudOf } from './cloud.ts';
import { type AzureConnection, signInOf } from './connection.ts';
import { createCredential } from './credential.ts';
import { createPipeline, downloadOf, pipelineRequestOf, withinTime, withPolicy } from './exchange.ts';
import { oddAnswer } from './failures.ts';
import { createTransport, type NetworkSettings } from './network.ts';
import { noAnswerOf, withoutQuery } from './no-answer.ts';
import type { Audience, AzureRequest } from './request.ts';
import { type Pause, withRetries } from './retries.ts';
import { bearerPolicy, createTokenSource } from './tokens.ts';
import { requireHttps, requireTrusted } from './trusted-hosts.ts';

export type { Audience, AzureRequest } from './request.ts';

export interface Download {
  status: number;
  header(name: string): string | undefined;
  stream: NodeJS.ReadableStream | undefined;
}

/** The one way to Azure. Retries (throttling, 5xx, lost connections) live here and nowhere else. */
export interface AzureClient {
  readonly cloud: Cloud;
  /**
   * @throws AzureError when the answer's status is 400 or more
   * @throws NoAnswerError when there is no answer
   * @throws UserError `HostNotTrusted` when the address may not see a token of this cloud; `AnswerNotUnderstood`, `SignInFailed`
   */
  send<T>(request: AzureRequest): Promise<AzureAnswer<T>>;
  /**
   * Streams bytes from an address that carries its own signature. `stream` is undefined when the answer has none.
   * @throws AzureError when storage is failing or throttling
   */
  download(
    url: string,
    range: { first: number; last: number },
    options?: Pick<AzureRequest, 'retry' | 'signal'>,
  ): Promise<Download>;
  /** What was left of the subscription's reads at the last answer that said so: `x-ms-ratelimit-remaining-subscription-reads`. */
  readsLeft(): number | undefined;
  /** A token for the Azure ML data plane, for the header `x-azureml-token`. */
  mlToken(): Promise<string>;
  /** The same sign-in and the same transport for Microsoft's other clients (storage). */
  readonly credential: TokenCredential;
  readonly transport: HttpClient;
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
  /** The agent's proxy and certificate authorities. */
  network?: NetworkSettings;
  /** Hears of every pause before a request is tried again. */
  onPause?: (pause: Pause) => void;
  clock?: Clock;
  transport?: HttpClient;
}

/** Opens the way to Azure for one connection. @throws UserError when the connection can't be used */
export async function createAzureClient(options: AzureClientOptions): Promise<AzureClient> {
  const { connection, systemAccessToken, onSecret, product, signal: cancelled, clock = systemClock } = options;
  const { network = {}, transport = createTransport(network), onPause = () => undefined } = options;
  const signIn = signInOf(connection);
  if (signIn.kind === 'secret') onSecret(signIn.secret);
  const retrying = <T>(
    { retry = 'patient', repeatable = true, signal = cancelled, lastTry }: Retrying,
    attempt: () => Promise<T>,
  ) => withRetries(retry, repeatable, { clock, signal, lastTry, random: Math.random, onPause }, attempt);
  const exchange = (pipeline: Pipeline, request: PipelineRequest): Promise<PipelineResponse> =>
    withinTime(request, () => pipeline.sendRequest(transport, request));
  const open = createPipeline(product);
  const cloud = await cloudOf(connection, (url) =>
    retrying({}, async () => {
      const request = pipelineRequestOf({ method: 'GET', url, audience: 'none', signal: cancelled });
      const { body, text } = readAnswer<CloudMetadata | CloudMetadata[] | undefined>(await exchange(open, request));
      return body ?? Promise.reject(oddAnswer(url, 'the addresses of the cloud', text));
    }),
  );
  const tokens = createTokenSource({
    create: (relay) => createCredential(signIn, cloud, systemAccessToken, relay),
    transport,
    onToken: onSecret,
    clock,
    retryRefusal: signIn.kind === 'federation',
  });
  const pipelines: Record<Audience, Pipeline> = {
    arm: withPolicy(createPipeline(product), bearerPolicy(tokens, cloud.armScope)),
    ml: withPolicy(createPipeline(product), bearerPolicy(tokens, cloud.mlScope)),
    none: open,
  };
  let readsLeft: number | undefined;
  return {
    cloud,
    transport,
    readsLeft: () => readsLeft,
    async download(url, range, { retry, signal = cancelled } = {}) {
      requireHttps(url, 'an answer of Azure');
      maskSignature(url, onSecret);
      return retrying({ retry, signal }, async () => {
        const request = downloadOf(url, range, retry, signal);
        const response = await open.sendRequest(transport, request).catch((error: unknown) => {
          throw noAnswerOf(error, request);
        });
        const stream = response.readableStreamBody as NodeJS.ReadableStream | undefined;
        if (!stream && (response.status === 429 || response.status >= 500)) readAnswer(response); // throws
        return { status: response.status, stream, header: (name) => response.headers.get(name) };
      });
    },
    mlToken: async () => (await retrying({}, () => tokens.get(cloud.mlScope, cancelled))).token,
    credential: {
      getToken: (scopes) => retrying({}, () => tokens.get([scopes].flat().join(' '), cancelled)),
    },
    async send<T>(request: AzureRequest) {
      const { url, audience, method, from = 'an answer of Azure', signal = cancelled, lastTry, retry } = request;
      if (audience !== 'none') requireTrusted(cloud, url, from);
      else if (!request.plainHttp) requireHttps(url, from);
      maskSignature(url, onSecret);
      const { repeatable = method !== 'POST' && method !== 'PATCH' } = request;
      return retrying({ retry, repeatable, signal, lastTry }, async () => {
        const response = await exchange(pipelines[audience], pipelineRequestOf({ ...request, repeatable, signal }));
        readsLeft = Number(
          response.headers.get('x-ms-ratelimit-remaining-subscription-reads') ?? readsLeft ?? Number.NaN,
        );
        if (Number.isNaN(readsLeft)) readsLeft = undefined;
        const answer = readAnswer<T>(response, request.asText);
        const isEmpty = answer.body === undefined || answer.body === null;
        if (method === 'GET' && answer.status === 200 && isEmpty && !request.mayBeEmpty)
          throw oddAnswer(url, 'a body', answer.text);
        return answer;
      });
    },
  };
}

type Retrying = Pick<AzureRequest, 'retry' | 'repeatable' | 'signal' | 'lastTry'>;

/** Signatures of storage (`sig`) and of operations (`s`, `h`): who has one needs no token. */
function maskSignature(url: string, onSecret: (secret: string) => void): void {
  const query = url.slice(withoutQuery(url).length + 1);
  for (const [, raw = ''] of query.matchAll(/(?:^|&)(?:sig|s|h)=([^&#]{16,})/g)) {
    onSecret(raw);
    onSecret(new URLSearchParams(`raw=${raw.replaceAll('+', '%2B')}`).get('raw')!);
  }
}
