import { type Clock, systemClock } from '../core/clock.ts';
import { readAnswer } from './answers.ts';
import { createPipeline, pipelineRequestOf, withinTime } from './exchange.ts';
import { createTransport, type NetworkSettings } from './network.ts';
import type { AzureRequest } from './request.ts';
import { type Pause, type Retry, withRetries } from './retries.ts';
import { requireHttps } from './trusted-hosts.ts';

/** A request that carries its own authorization. Its body is sent byte for byte. */
export interface OwnRequest extends Pick<AzureRequest, 'method' | 'url' | 'headers' | 'repeatable'> {
  text?: string | undefined;
}

export interface OwnAnswer {
  status: number;
  text: string;
  headers: Readonly<Record<string, string>>;
}

export interface SenderOptions {
  /** The agent's proxy and certificate authorities. */
  network: NetworkSettings;
  product: string;
  signal: AbortSignal;
  onPause?: (pause: Pause) => void;
  clock?: Clock;
  /** How much patience passing failures meet; `patient` when it is not said. */
  retry?: Retry;
}

/**
 * Sends requests of Microsoft's other clients (Azure DevOps) the way all others go: through the agent's proxy, with its
 * certificate authorities, within a time limit, and tried again after passing failures. The caller decides who may see which
 * token. The function throws AzureError from 400 on, NoAnswerError, and UserError `HostNotTrusted` for what is not HTTPS.
 */
export function createSender({
  network,
  product,
  signal,
  onPause = () => undefined,
  clock = systemClock,
  retry = 'patient',
}: SenderOptions) {
  const transport = createTransport(network);
  const pipeline = createPipeline(product);
  return async ({ text, method, ...request }: OwnRequest): Promise<OwnAnswer> => {
    requireHttps(request.url, 'a request');
    const { repeatable = method !== 'POST' && method !== 'PATCH' } = request;
    const ports = { clock, signal, random: Math.random, onPause };
    return withRetries(retry, repeatable, ports, async () => {
      const sent = pipelineRequestOf({ method, audience: 'none', ...request, retry, repeatable, signal });
      if (text !== undefined) sent.body = text;
      const response = await withinTime(sent, () => pipeline.sendRequest(transport, sent));
      const answer = readAnswer(response);
      return { status: answer.status, text: answer.text, headers: response.headers.toJSON() };
    });
  };
}

export type Sender = ReturnType<typeof createSender>;
