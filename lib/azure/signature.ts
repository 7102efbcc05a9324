import type { HttpClient } from '@azure/core-rest-pipeline';
import type { Clock } from '../core/clock.ts';

/** A signature that opens a container (SAS), and how to get the next one when it ends. */
export interface Signature {
  token: string;
  renew?: () => Promise<string>;
}

/** Signatures are asked for an hour (`expireAfterHours: 1`); counted from when they came, whatever the agent's clock says. */
const LIFETIME_MS = 60 * 60_000;
const RENEW_AFTER_MS = 50 * 60_000;

/**
 * A transport that puts the signature on every request. An upload may take longer than an hour, one file of it too, so the
 * signature belongs to the requests and not to the container's address; it is renewed between two of them.
 * @param onSecret hears every signature before it is used
 */
export function signing(
  transport: HttpClient,
  { token, renew }: Signature,
  { clock, onSecret }: { clock: Clock; onSecret: (secret: string) => void },
): HttpClient {
  let query = announced(token, onSecret);
  let since = clock.now();
  let underWay: Promise<void> | undefined;
  const renewed = async (again: () => Promise<string>): Promise<void> => {
    try {
      query = announced(await again(), onSecret);
      since = clock.now();
    } catch (error) {
      if (clock.now() - since >= LIFETIME_MS) throw error;
    }
  };
  return {
    async sendRequest(request) {
      if (renew && clock.now() - since >= RENEW_AFTER_MS) {
        underWay ??= renewed(renew).finally(() => {
          underWay = undefined;
        });
        await underWay;
      }
      request.url += `${request.url.includes('?') ? '&' : '?'}${query}`;
      return transport.sendRequest(request);
    },
  };
}

function announced(token: string, onSecret: (secret: string) => void): string {
  const query = token.replace(/^\?/, '');
  const [, signature = query] = /(?:^|&)sig=([^&]+)/.exec(query) ?? [];
  onSecret(signature);
  onSecret(new URLSearchParams(query).get('sig') ?? query);
  return query;
}
