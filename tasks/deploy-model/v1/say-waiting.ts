import { formatDuration } from '../../../lib/core/duration.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { messages } from './messages.ts';

const HALF_MINUTE_MS = 30_000;

/** Says twice a minute that an operation is being waited for. @param what `endpoint`, or the name of a deployment */
export function sayWaiting(what: string, pipeline: Pipeline): (status: string, milliseconds: number) => void {
  let said = '';
  return (status, milliseconds) => {
    const halfMinute = Math.floor(milliseconds / HALF_MINUTE_MS);
    // Another operation begins.
    if (halfMinute === 0) said = '';
    if (halfMinute === 0 || said === `${status} ${halfMinute}`) return;
    said = `${status} ${halfMinute}`;
    pipeline.say(messages.StillProvisioning, { what, status, duration: formatDuration(milliseconds) });
  };
}

/** Says twice a minute how many of many requests were sent; the step's progress says it each time. */
export function sayDone(
  total: number,
  { pipeline, clock }: Ports,
): (done: number, what: 'smoke test' | 'golden request') => void {
  let said = clock.now();
  return (done, what) => {
    pipeline.progress((100 * done) / total, `${what} ${done} of ${total}`);
    if (done === total || clock.now() - said < HALF_MINUTE_MS) return;
    said = clock.now();
    pipeline.say(what === 'smoke test' ? messages.SmokeTestsDone : messages.GoldenDone, { done, total });
  };
}
