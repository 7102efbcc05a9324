import type { EndpointCredential } from '../azureml/online-actions.ts';
import type { Clock } from '../core/clock.ts';

/** What signs requests to an endpoint, over the hours of a rollout: tokens expire, and keys are rotated. */
export interface RenewingSecret {
  current(): Promise<string | undefined>;
  /** Another one than the one that was refused; undefined when there is none. */
  instead(refused: string): Promise<string | undefined>;
}

/** Time between two attempts to get another one. */
const PAUSE_MS = 60_000;
/** Before the end of a token whose service does not say when to renew it. */
const BEFORE_EXPIRY_MS = 5 * 60_000;

/**
 * Fetches the key or token, and again when the service says so or has refused it. One that can't be renewed just now stays.
 * @param read undefined for an endpoint that takes Entra ID tokens
 * @param onSecret hears every key and token, so that it can be masked
 */
export async function renewingSecret(
  read: () => Promise<EndpointCredential | undefined>,
  { clock, onSecret }: { clock: Clock; onSecret: (secret: string) => void },
): Promise<RenewingSecret> {
  let current: EndpointCredential | undefined;
  let renewing: Promise<void> | undefined;
  let notBefore = 0;
  const get = async (): Promise<void> => {
    current = await read();
    if (current) onSecret(current.secret);
  };
  const renew = (): Promise<void> => {
    renewing ??= get()
      .catch(() => undefined)
      .finally(() => {
        notBefore = clock.now() + PAUSE_MS;
        renewing = undefined;
      });
    return renewing;
  };
  await get();
  return {
    async current() {
      if (current && clock.now() >= Math.max(renewAt(current), notBefore)) await renew();
      return current?.secret;
    },
    async instead(refused) {
      if (current?.secret === refused && (renewing || clock.now() >= notBefore)) await renew();
      return current?.secret === refused ? undefined : current?.secret;
    },
  };
}

function renewAt({ refreshAfterMs, expiryMs }: EndpointCredential): number {
  return refreshAfterMs ?? (expiryMs === undefined ? Number.POSITIVE_INFINITY : expiryMs - BEFORE_EXPIRY_MS);
}
