import { formatDuration } from '../../../lib/core/duration.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { messages } from './messages.ts';

/** Says twice a minute that an operation is being waited for. @param what `endpoint`, or the name of a deployment */
export function sayWaiting(what: string, pipeline: Pipeline): (status: string, milliseconds: number) => void {
  let said = '';
  return (status, milliseconds) => {
    const halfMinute = Math.floor(milliseconds / 30_000);
    if (halfMinute === 0 || said === `${status} ${halfMinute}`) return;
    said = `${status} ${halfMinute}`;
    pipeline.say(messages.StillProvisioning, { what, status, duration: formatDuration(milliseconds) });
  };
}
