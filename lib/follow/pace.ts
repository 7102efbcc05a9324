/** How often what is read, in milliseconds from one time to the next. */
export interface Pace {
  status: number;
  /** The list of steps; with the status while the job is young. */
  steps: number;
  logs: number;
}

const QUICKEST_MS = 3_000;
/** Short jobs are noticed within 5 s, so polls are never further apart than this until a fraction of the time is more. */
const SHORT_JOB_MS = 4_800;
/** Of the elapsed time: the end of a long job is noticed within 2 % of it, and within 20 s. */
const SHARE = 0.0198;
const SLOWEST_STATUS_MS = 19_850;
/**
 * What the status leaves of the requests that azure-ai-ml `jobs.stream` makes: after its first two minutes it reads, once a
 * minute, the status, two lists of log files and each log. Logs are therefore read more rarely than the status.
 */
const LOG_SHARE = 0.35;
/** Nothing that ends the following depends on the list of steps. */
const STEPS_SHARE = 0.08;
const SLOWEST_READ_MS = 84_000;
/** Each look at a log is one request per running step. */
const PER_STEP_MS = 250;
/** Below this rest of the subscription's budget of reads (250 and refilled steadily, recorded 2026) polls are rarer. */
const FEW_READS = 60;

/**
 * The pace after some time: quick at the beginning, then a fixed share of the elapsed time.
 * @param elapsed milliseconds since following began
 * @param running steps whose logs are read
 * @param readsLeft of the subscription's budget, as the service's headers say; undefined when they say nothing
 * @param least milliseconds between two polls that the user asked for
 */
export function paceAfter(
  elapsed: number,
  {
    running = 1,
    readsLeft,
    least,
  }: { running?: number; readsLeft?: number | undefined; least?: number | undefined } = {},
): Pace {
  const young = Math.min(SHORT_JOB_MS, QUICKEST_MS + elapsed / 20);
  const wanted = Math.min(SLOWEST_STATUS_MS, Math.max(young, elapsed * SHARE));
  // What the user asks for is taken as it is, also when it is quicker, while there are reads left.
  const braked = readsLeft !== undefined && readsLeft < FEW_READS ? SLOWEST_READ_MS : 0;
  const status = Math.max(least ?? wanted, braked);
  const atMost = (share: number): number =>
    least === undefined ? Math.min(SLOWEST_READ_MS, Math.max(status, elapsed * share)) : status;
  return { status, steps: atMost(STEPS_SHARE), logs: Math.max(atMost(LOG_SHARE), running * PER_STEP_MS) };
}

/** Up to 3 % sooner, so that many followers that began together don't ask together for long. @param random from 0 to 1 */
export function jittered(milliseconds: number, random: number): number {
  return milliseconds * (1 - random * 0.03);
}
