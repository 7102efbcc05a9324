import type { Clock } from '../../../lib/core/clock.ts';
import { formatBytes } from '../../../lib/core/duration.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { TransferProgress } from '../../../lib/snapshot/transfer.ts';
import { messages } from './messages.ts';

/** A line of the log at most this often, and the step's percentage whenever it changes. */
const PAUSE_MS = 10_000;

/** Shows how far a download is. */
export function progressOf(pipeline: Pipeline, clock: Clock): (progress: TransferProgress) => void {
  let lastPercent = -1;
  let lastLine = clock.now();
  return ({ files, totalFiles, bytes, totalBytes }) => {
    const percent = Math.floor((100 * bytes) / Math.max(1, totalBytes));
    const values = { percent, done: formatBytes(bytes), size: formatBytes(totalBytes), files, totalFiles };
    if (percent !== lastPercent) pipeline.progress(percent, pipeline.message(messages.Downloading, values));
    lastPercent = percent;
    if (clock.now() - lastLine < PAUSE_MS) return;
    lastLine = clock.now();
    pipeline.say(messages.Downloading, values);
  };
}
