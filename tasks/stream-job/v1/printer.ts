import { formatDuration } from '../../../lib/core/duration.ts';
import type { WatchListener } from '../../../lib/follow/watch.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { stepTable } from '../../../lib/report/job-report.ts';
import { messages } from './messages.ts';

/** Longer tables are not repeated whole at every change. */
const LONGEST_TABLE = 15;

/** Prints status, step table and logs as they change. */
export function printer(pipeline: Pipeline): WatchListener {
  let before = new Map<string, string>();
  return {
    status: (status) => pipeline.say(messages.Status, { status }),
    steps: (steps) => {
      const total = steps.length;
      const ended = steps.filter(({ status }) => status === 'Completed').length;
      const changed = steps.filter(({ runId, status }) => before.get(runId) !== status);
      before = new Map(steps.map(({ runId, status }) => [runId, status]));
      if (total > LONGEST_TABLE) pipeline.say(messages.StepsChanged, { ended, total });
      pipeline.table(stepTable(total > LONGEST_TABLE ? changed : steps));
      pipeline.progress((100 * ended) / Math.max(1, total), `${ended} of ${total} steps`);
    },
    log: (step, lines) => {
      for (const line of lines) pipeline.info(`${step ? `${step} | ` : '| '}${line}`);
    },
    stillThere: (status, elapsed) => pipeline.say(messages.StillThere, { status, duration: formatDuration(elapsed) }),
    unreachable: (reason) => pipeline.say(messages.Unreachable, { reason }),
  };
}
