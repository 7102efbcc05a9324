import type { JobEvent } from '../../../lib/follow/changes.ts';
import { type FollowPorts, followJob } from '../../../lib/follow/follow.ts';
import type { LogChoice } from '../../../lib/follow/open-log.ts';
import { fakeClock, type fakeJob } from './fake-job.ts';

interface Heard {
  statuses: string[];
  lines: string[];
  tables: string[];
  others: string[];
}

/** Follows a scripted job and keeps what was said. */
export async function follow(
  { workspace }: ReturnType<typeof fakeJob>,
  more: { signal?: AbortSignal; choice?: LogChoice; clock?: ReturnType<typeof fakeClock> } = {},
) {
  const heard: Heard = { statuses: [], lines: [], tables: [], others: [] };
  const tell = (event: JobEvent): void => {
    if (event.kind === 'status') heard.statuses.push(event.status);
    else if (event.kind === 'steps')
      heard.tables.push(event.all.map((step) => `${step.label}:${step.reused ? 'reused' : step.status}`).join(' '));
    else heard.others.push(event.kind === 'warning' ? `warning ${event.text}` : event.kind);
  };
  const ports: FollowPorts = {
    clock: more.clock ?? fakeClock(),
    signal: more.signal ?? new AbortController().signal,
    tell,
    logs: {
      choice: more.choice ?? 'all',
      onLine: (source, line) => heard.lines.push(`${source}>${line}`),
      onRestart: (source) => heard.lines.push(`${source} anew`),
      onCut: () => heard.lines.push('cut'),
    },
    random: () => 0,
  };
  return { end: await followJob(workspace, 'job', ports), heard };
}
