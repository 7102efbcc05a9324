import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../lib/core/clock.ts';

interface Sleeper {
  at: number;
  wake: () => void;
}

/** A clock of its own time: when nothing else is left to do, it goes on to the next one who sleeps. */
export function simulatedClock(): Clock {
  let now = 0;
  let isTicking = false;
  const sleepers = new Set<Sleeper>();
  const tick = async (): Promise<void> => {
    isTicking = true;
    while (sleepers.size > 0) {
      for (let i = 0; i < 5; i++) await setImmediate();
      const [next] = [...sleepers].toSorted((a, b) => a.at - b.at);
      if (!next) break;
      now = Math.max(now, next.at);
      next.wake();
    }
    isTicking = false;
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper: Sleeper = {
          at: now + milliseconds,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        if (signal?.aborted) return resolve();
        signal?.addEventListener('abort', sleeper.wake, { once: true });
        sleepers.add(sleeper);
        if (!isTicking) void tick();
      }),
  };
}
