import { type Workspace, withQuickRetries } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { changes, type JobEvent } from './changes.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import { createJobLogs, type JobLogs, loggedRuns } from './job-logs.ts';
import type { LogOptions } from './open-log.ts';
import { jittered, paceAfter } from './pace.ts';
import { patienceWith } from './patience.ts';
import { type EndStatus, hasEnded, mayHaveLogs } from './states.ts';
import { durationOf, type JobView, look } from './view.ts';

export interface FollowPorts {
  clock: Clock;
  /** Ends the following; the job goes on. */
  signal: AbortSignal;
  tell(event: JobEvent): void;
  logs: LogOptions;
  /** Milliseconds between two polls that the user asked for. */
  interval?: number | undefined;
  /** Hears where the logs stand, so that a task that is started anew goes on there. */
  onPositions?(positions: Record<string, number>): void;
  /**
   * False for a job that can't have steps. Runs below a command job are those that its code began (nested runs of MLflow):
   * they have no logs, and its own log is the one to show.
   */
  steps?: boolean;
  /** From 0 to 1. */
  random?(): number;
}

/** How a job ended. */
export interface JobEnd extends Diagnosis {
  status: EndStatus;
  view: JobView;
  /** Milliseconds from the job's start (or the first look) to its end. */
  duration: number;
  logs: JobLogs;
}

/** A sign of life after this long without a change: a silent log looks like a hanging one. */
const HEARTBEAT_MS = 3 * 60_000;

/** The pace grows from one turn to the next, so what was due at the last turn's pace counts as due. */
const NEARLY = 0.8;

/** Between two turns, however long the first one took. */
const LEAST_PAUSE_MS = 500;

/** What the loop remembers from one turn to the next. */
interface Turn {
  begin: number;
  before: JobView | undefined;
  /** When the job was last read, and when there was last something to say. */
  read: number;
  news: number;
  stepsRead: number;
  logsRead: number;
  /** Of the subscription's budget of reads. */
  readsLeft: number | undefined;
}

/**
 * Follows a job to its end: status, steps and logs. Only Completed, Failed and Canceled end it.
 * @throws the signal's reason when it aborts; UserError `JobNotFollowed` when the job can't be read any more: it may go on
 */
export async function followJob(patient: Workspace, job: string, ports: FollowPorts): Promise<JobEnd> {
  const { clock, signal } = ports;
  // A poll that fails is followed by the next one, which says so; long retries inside it would only hide the outage.
  const workspace = withQuickRetries(patient);
  const logs = createJobLogs(workspace, ports.logs, clock.now);
  const begin = clock.now();
  const turn: Turn = {
    begin,
    before: undefined,
    read: begin,
    news: begin,
    stepsRead: -Infinity,
    logsRead: -Infinity,
    readsLeft: undefined,
  };
  try {
    return await takeTurns(workspace, job, turn, logs, ports);
  } catch (error) {
    if (signal.aborted && turn.before) await readNewest(logs, turn.before, ports);
    throw error;
  }
}

/** Of what a time limit leaves unread; requests of a cancelled run fail without delay. */
const NEWEST_WITHIN_MS = 5_000;

/** Logs are read up to a minute apart: when the following ends before the job, its newest lines say where it was. */
async function readNewest(logs: JobLogs, view: JobView, { clock, onPositions }: FollowPorts): Promise<void> {
  const done = new AbortController();
  await Promise.race([logs.read(view), clock.sleep(NEWEST_WITHIN_MS, done.signal)]);
  done.abort();
  onPositions?.(logs.positions());
}

async function takeTurns(
  workspace: Workspace,
  job: string,
  turn: Turn,
  logs: JobLogs,
  ports: FollowPorts,
): Promise<JobEnd> {
  const { clock, signal, tell } = ports;
  const { begin } = turn;
  for (;;) {
    signal.throwIfAborted();
    const asked = clock.now();
    try {
      const view = await takeTurn(workspace, job, turn, logs, ports);
      if (hasEnded(view.status)) return await endOf(workspace, view, view.status, logs, ports, begin);
    } catch (error) {
      signal.throwIfAborted();
      if (clock.now() - turn.read >= patienceWith(error)) throw notFollowed(job, turn.before, error);
      tell({ kind: 'unreachable', reason: messageOf(error) });
      turn.news = clock.now();
    }
    if (clock.now() - turn.news >= HEARTBEAT_MS) {
      turn.news = clock.now();
      tell({ kind: 'alive', status: turn.before?.status ?? 'Unknown', elapsed: clock.now() - begin });
    }
    // From one read to the next: the logs of many steps take their time, and the end is noticed no later for them.
    const wait = jittered(pace(turn, ports).status, ports.random?.() ?? Math.random());
    await clock.sleep(Math.max(LEAST_PAUSE_MS, wait - (clock.now() - asked)), signal);
  }
}

function pace({ begin, before, readsLeft }: Turn, { clock, interval }: FollowPorts): ReturnType<typeof paceAfter> {
  const running = before
    ? loggedRuns(before).filter(({ status }) => mayHaveLogs(status) && !hasEnded(status)).length
    : 1;
  return paceAfter(clock.now() - begin, { running, readsLeft, least: interval });
}

/** Reads what is due and says what is new: what a step printed before the news that it ended. */
async function takeTurn(
  workspace: Workspace,
  job: string,
  turn: Turn,
  logs: JobLogs,
  ports: FollowPorts,
): Promise<JobView> {
  const { clock, tell } = ports;
  const now = clock.now();
  const due = pace(turn, ports);
  const isDue = (since: number, interval: number): boolean => now - since >= interval * NEARLY;
  const hasSteps = ports.steps ?? true;
  const readSteps = hasSteps && isDue(turn.stepsRead, due.steps);
  let view = await look(workspace, job, { before: turn.before, steps: readSteps });
  // The end is shown with the last state of every step.
  if (hasEnded(view.status) && hasSteps && !readSteps) view = await look(workspace, job, { before: turn.before });
  turn.read = now;
  turn.readsLeft = workspace.client.readsLeft();
  if (readSteps) turn.stepsRead = now;
  const events = changes(turn.before, view);
  let news = events.length > 0;
  if (news || isDue(turn.logsRead, due.logs)) {
    turn.logsRead = now;
    news = (await logs.read(view)) || news;
    ports.onPositions?.(logs.positions());
  }
  for (const event of events) tell(event);
  turn.before = view;
  if (news) turn.news = clock.now();
  return view;
}

/** Last lines may arrive a moment after the end; each attempt has a new address. A log that is not listed is waited for. */
const LAST_READS = 3;
const LAST_READ_AFTER_MS = 1_000;

async function endOf(
  workspace: Workspace,
  view: JobView,
  status: EndStatus,
  logs: JobLogs,
  { clock, signal, onPositions }: FollowPorts,
  begin: number,
): Promise<JobEnd> {
  const hasMore = (): boolean => logs.isIncomplete(view) || logs.unread().length > 0;
  for (let n = 0, reads = 0; ; n++) {
    const isAwaited = logs.isAwaited();
    if (n > 0 && !isAwaited && (reads === LAST_READS || !hasMore())) break;
    await clock.sleep(isAwaited && n >= LAST_READS ? 2 * LAST_READ_AFTER_MS : LAST_READ_AFTER_MS, signal);
    // How the job ended is known: a time limit that is over by now changes nothing of it.
    if (signal.aborted) break;
    if (!isAwaited) reads++;
    await logs.finish({ ...view, details: undefined });
  }
  onPositions?.(logs.positions());
  const now = clock.now();
  const duration = durationOf(view, now) ?? now - begin;
  return { status, view, duration, logs, ...(await diagnose(workspace, view, logs, { clock, signal })) };
}

function notFollowed(job: string, last: JobView | undefined, error: unknown): UserError {
  const state = last ? `It was ${last.status} when it was last read and may still be running` : 'It may be running';
  return new UserError(
    {
      code: 'JobNotFollowed',
      message: `The job '${job}' can't be read any longer: ${messageOf(error).replace(/\.$/, '')}. ${state}; it was not cancelled.`,
      fix: 'Run this step again to keep following it. To stop the job, cancel it in Azure ML studio.',
    },
    { cause: error },
  );
}
