import type { LogChoice } from '../follow/open-log.ts';
import { choice, flag, minutes, seconds } from './inputs.ts';
import type { TaskInputs } from './pipeline.ts';

/** How a job is followed; what every task that waits for a job lets people choose. */
export type Following = ReturnType<typeof readFollowing>;

const LOGS: readonly LogChoice[] = ['all', 'failed', 'none'];

export function readFollowing(inputs: TaskInputs) {
  return {
    logs: choice(inputs, 'logs', LOGS, 'all'),
    cancelJob: flag(inputs, 'cancelJob', true),
    /** Milliseconds; undefined for no limit. */
    timeout: minutes(inputs, 'timeoutInMinutes'),
    cancelOnTimeout: flag(inputs, 'cancelOnTimeout', true),
    pollInterval: seconds(inputs, 'pollInterval', { least: 0.5, most: 60 }),
    /** Folder that outlives this process, in which a step that is tried again finds how far it came. */
    memory: inputs.variable('Agent.TempDirectory'),
    /** Sets this step apart from the others of the job. */
    stepId: inputs.variable('System.TaskInstanceId') ?? '',
  };
}
