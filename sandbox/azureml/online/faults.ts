/** Misbehaviour of online endpoints on request. */
import type { OnlineFault } from '../../online-contract.ts';

export interface OnlineFaults {
  /** The first fault of these kinds that applies; counts as one of its times. */
  take<K extends OnlineFault['kind']>(
    at: { endpoint: string; deployment?: string },
    ...kinds: K[]
  ): Extract<OnlineFault, { kind: K }> | undefined;
  /** All faults of these kinds that apply, with what each of them remembers; counts as one of their times. */
  each<K extends OnlineFault['kind']>(
    at: { endpoint: string; deployment?: string },
    ...kinds: K[]
  ): { fault: Extract<OnlineFault, { kind: K }>; hits: number }[];
  add(fault: OnlineFault): () => void;
  clear(): void;
}

export function createOnlineFaults(): OnlineFaults {
  const entries: { fault: OnlineFault; hits: number }[] = [];
  const applies = ({ fault, hits }: (typeof entries)[number], at: { endpoint: string; deployment?: string }) =>
    hits < (fault.times ?? Number.POSITIVE_INFINITY) &&
    (fault.endpoint ?? at.endpoint) === at.endpoint &&
    (fault.deployment ?? at.deployment) === at.deployment;
  const hit = (entry: (typeof entries)[number]) => {
    const { hits } = entry;
    entry.hits += 1;
    return { fault: entry.fault as never, hits };
  };
  return {
    take(at, ...kinds) {
      const found = entries.find((entry) => (kinds as string[]).includes(entry.fault.kind) && applies(entry, at));
      return found && hit(found).fault;
    },
    each: (at, ...kinds) =>
      entries.filter((entry) => (kinds as string[]).includes(entry.fault.kind) && applies(entry, at)).map(hit),
    add(fault) {
      const entry = { fault, hits: 0 };
      entries.push(entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
      };
    },
    clear() {
      entries.length = 0;
    },
  };
}
