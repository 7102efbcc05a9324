/** Counts what was answered, for tests. */
import type { OnlineCount } from '../../online-contract.ts';

export function createCounts() {
  const counts = new Map<string, OnlineCount & { endpoint: string }>();
  return {
    add(endpoint: string, deployment: string, status: number, mirrored = false): void {
      const key = JSON.stringify([endpoint, deployment, status, mirrored]);
      const count = counts.get(key) ?? { endpoint, deployment, status, requests: 0, mirrored };
      counts.set(key, { ...count, requests: count.requests + 1 });
    },
    of: (wanted: string): OnlineCount[] =>
      [...counts.values()].filter(({ endpoint }) => endpoint === wanted).map(({ endpoint: _one, ...count }) => count),
    reset: (): void => counts.clear(),
  };
}

export type Counts = ReturnType<typeof createCounts>;
