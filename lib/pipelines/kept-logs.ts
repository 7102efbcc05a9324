import type { AzureClient } from '../azure/client.ts';
import { messageOf } from '../core/errors.ts';
import { createLogReader } from '../follow/log-reader.ts';
import type { LogOptions } from '../follow/open-log.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';

/** Prints the lines of a job's logs, each behind the step that it comes from. */
export function logPrinter(pipeline: Pipeline): Pick<LogOptions, 'onLine' | 'onRestart' | 'onCut'> {
  return {
    onLine: (source, line) => pipeline.info(`${source ? `${source} ` : ''}| ${line}`),
    onRestart: (source) => pipeline.say(messages.LogRestarted, { source }),
    onCut: (source) => pipeline.say(messages.LogCut, { source }),
  };
}

/** Logs that were too long to be shown whole become files of the run. That one can't be kept is a warning. */
export async function keepLogs(
  client: AzureClient,
  logs: readonly { source: string; url: string }[],
  pipeline: Pipeline,
): Promise<void> {
  for (const { source, url } of logs) {
    const name = source || pipeline.message(messages.MainLog);
    try {
      const file = pipeline.file(`${name.replace(/[^\w.-]+/g, '-')}.log`);
      const reader = createLogReader(
        (line) => file.write(line),
        () => {},
      );
      const result = await reader.read(client, url, true);
      const path = file.close();
      if (result === 'unreadable') throw new Error(pipeline.message(messages.LogGone));
      pipeline.say(messages.LogKept, { source: name, path });
    } catch (error) {
      pipeline.warn(pipeline.message(messages.LogNotKept, { source: name, reason: messageOf(error) }));
    }
  }
}
