/**
 * A job of twelve hours, followed in this process by a clock that jumps: what `followJob` meets in that time, with faults in
 * every twentieth request, in seconds.
 */
import { Readable } from 'node:stream';
import { AzureError } from '../../lib/azure/failures.ts';
import { NoAnswerError } from '../../lib/azure/no-answer.ts';
import { apiVersionOf } from '../../lib/azureml/api-versions.ts';
import type { Workspace } from '../../lib/azureml/workspace.ts';
import type { Clock } from '../../lib/core/clock.ts';
import { followJob } from '../../lib/follow/follow.ts';
import { random } from './random.ts';

const HOUR = 3_600_000;
/** Fewer lines than the most that are shown. */
const LINES_PER_SECOND = 2;
const LINE = 'epoch 000 step 0000000 loss 0.123456 accuracy 0.876543 throughput 1234.5 samples/s';

export interface LongJob {
  hours: number;
  status: string;
  /** Lines of the log that were shown, and that there were. */
  shown: number;
  written: number;
  inOrder: boolean;
  requests: number;
  requestsPerHour: number;
  faults: number;
  /** Milliseconds from the job's end to the moment at which it was noticed. */
  noticedAfter: number;
  /** Megabytes of heap, hour by hour, after garbage collection. */
  heap: number[];
}

/** @param pipelineSteps of a pipeline, each of which runs as long as the job does and has the log; 0 for a job with a log of its own */
export async function followLongJob({
  hours = 12,
  faultShare = 0.05,
  seed = 1,
  steps = true,
  pipelineSteps = 0,
} = {}): Promise<LongJob> {
  const chance = random(seed);
  const begin = Date.UTC(2026, 0, 1);
  const end = begin + hours * HOUR;
  let now = begin;
  let noticed = 0;
  const heap: number[] = [];
  const clock: Clock = {
    now: () => now,
    async sleep(milliseconds) {
      const hour = Math.floor((now - begin) / HOUR);
      now += milliseconds;
      if (Math.floor((now - begin) / HOUR) > hour) heap.push(heapNow());
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const count = { requests: 0, faults: 0 };
  const meetsFault = (url: string): void => {
    count.requests++;
    // A request takes its time.
    now += 150;
    if (chance() >= faultShare) return;
    count.faults++;
    now += chance() * 5_000;
    throw chance() < 0.5
      ? new AzureError({ status: 503, code: 'Busy', message: 'busy', method: 'GET', url })
      : new NoAnswerError('reset', { code: 'ECONNRESET', stage: 'answer', method: 'GET', url });
  };
  const lines = (): number => Math.floor(((Math.min(now, end) - begin) / 1000) * LINES_PER_SECOND);
  const workspace = {
    client: {
      readsLeft: () => undefined,
      async send({ url }: { url: string }) {
        meetsFault(url);
        const body = answerAt(url, pipelineSteps, jobAt(now, begin, end));
        return { status: 200, body, text: '', header: () => undefined };
      },
      async download(url: string, { first, last }: { first: number; last: number }) {
        meetsFault(url);
        return rangeOf(lines(), first, last);
      },
    },
    url: 'https://arm/ws',
    apiVersionOf,
    audience: 'arm',
    historyUrl: 'https://api/history',
  } as unknown as Workspace;
  let shown = 0;
  let inOrder = true;
  const job = await followJob(workspace, 'job', {
    clock,
    signal: new AbortController().signal,
    random: chance,
    steps,
    tell(event) {
      if (event.kind === 'status' && event.status === 'Completed') noticed = now;
    },
    logs: {
      choice: 'all',
      onLine(_source, line) {
        inOrder &&= line === textOf(shown);
        shown++;
      },
      onRestart: () => (inOrder = false),
      onCut: () => undefined,
    },
  });
  return {
    hours,
    status: job.status,
    shown,
    written: lines(),
    inOrder,
    ...count,
    requestsPerHour: count.requests / hours,
    noticedAfter: noticed - end,
    heap,
  };
}

/** What run history says of the job, or of a step of a pipeline. */
function answerAt(url: string, steps: number, job: ReturnType<typeof jobAt>) {
  const step = (nth: string | number) => ({ ...job, runId: `step-${nth}`, displayName: `step ${nth}` });
  if (url.includes('/children')) return { value: Array.from({ length: steps }, (_, nth) => step(nth)) };
  const nth = /\/runs\/step-(\d+)\//.exec(url)?.[1];
  if (nth !== undefined) return step(nth);
  return steps > 0 ? { ...job, logFiles: {} } : job;
}

const WIDTH = LINE.length + 1;

/** Every line is as long as every other and has its number in it. */
function textOf(nth: number): string {
  return LINE.replace('0000000', String(nth).padStart(7, '0'));
}

function jobAt(now: number, begin: number, end: number) {
  const isOver = now >= end;
  return {
    id: '/jobs/job',
    name: 'job',
    runId: 'job',
    status: isOver ? 'Completed' : 'Running',
    properties: { status: isOver ? 'Completed' : 'Running' },
    startTimeUtc: new Date(begin).toISOString(),
    endTimeUtc: isOver ? new Date(end).toISOString() : null,
    logFiles: { 'user_logs/std_log.txt': `https://blob/log?sig=${now}` },
  };
}

/** The bytes of a log that is nowhere as a whole. */
function rangeOf(lines: number, first: number, last: number) {
  const size = lines * WIDTH;
  const header = (name: string): string | undefined =>
    name === 'content-range' ? (first < size ? `bytes ${first}-${last}/${size}` : `bytes */${size}`) : undefined;
  if (first >= size) return { status: 416, header, stream: undefined };
  const end = Math.min(last + 1, size);
  const from = Math.floor(first / WIDTH);
  const text = Array.from({ length: Math.ceil(end / WIDTH) - from }, (_, nth) => `${textOf(from + nth)}\n`).join('');
  const bytes = Buffer.from(text).subarray(first - from * WIDTH, end - from * WIDTH);
  return { status: 206, header, stream: Readable.from([bytes]) };
}

function heapNow(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(process.memoryUsage().heapUsed / 100_000) / 10;
}
