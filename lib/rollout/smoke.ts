import { jsonpath } from 'json-p3';
import { inParallel } from '../core/parallel.ts';
import { answerDifferences, shownValue } from './answers.ts';
import type { Scored, Scorer } from './scoring.ts';
import type { SmokeTest } from './smoke-file.ts';

/** What came of one test. */
export interface SmokeResult {
  test: SmokeTest;
  scored: Scored;
  /** Empty when it passed. */
  problems: string[];
}

/** Sends every test's request to a deployment, one after the other, and judges the answers. */
export async function runSmokeTests(
  scorer: Scorer,
  deployment: string,
  tests: readonly SmokeTest[],
  { signal, tell }: { signal: AbortSignal; tell: (done: number) => void },
): Promise<SmokeResult[]> {
  const results: SmokeResult[] = [];
  for (const test of tests) {
    signal.throwIfAborted();
    const scored = await scorer.score(deployment, test.request);
    results.push({ test, scored, problems: judgeAnswer(test, scored) });
    tell(results.length);
  }
  return results;
}

/** What is wrong with an answer; nothing when it is as expected. */
export function judgeAnswer(test: SmokeTest, scored: Scored): string[] {
  const { status, answer, milliseconds, problem } = scored;
  if (!hasExpectedStatus(test, scored))
    return [
      `status ${status === 0 ? 'none' : status} instead of ${test.status ?? 'a success'}${problem ? `: ${problem}` : ''}`,
    ];
  const found: string[] = [];
  if (test.latency !== undefined && milliseconds > test.latency)
    found.push(`took ${Math.round(milliseconds)} ms, and may take ${test.latency} ms`);
  for (const [path, value] of test.equals) {
    const there = valueAt(answer, path);
    if (answerDifferences(value, there, 0).length > 0)
      found.push(`${path} is ${shownValue(there)} instead of ${shownValue(value)}`);
  }
  for (const [path, value, tolerance] of test.within) {
    const there = valueAt(answer, path);
    if (typeof there !== 'number' || Math.abs(there - value) > tolerance)
      found.push(`${path} is ${shownValue(there)} instead of ${value} ± ${tolerance}`);
  }
  return [...found, ...(test.schema?.(answer) ?? [])];
}

/** True for the status that the test expects: any success when it names none. */
export function hasExpectedStatus(test: Pick<SmokeTest, 'status'>, { status }: Pick<Scored, 'status'>): boolean {
  return test.status === undefined ? isSuccess(status) : status === test.status;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** The value under a JSON path, or all of them when there are several. */
function valueAt(answer: unknown, path: string): unknown {
  const values = jsonpath.query(path, answer as Parameters<typeof jsonpath.query>[1]).values();
  return values.length > 1 ? values : values[0];
}

/** How the answers of two deployments compare on the same requests. */
export interface GoldenResult {
  requests: number;
  /** Requests whose answers differ, or that either of them did not answer with a success. */
  differing: number;
  /** Requests that the live deployment did not answer with a success. */
  unanswered: number;
  /** Why it did not answer the last of them. */
  problem: string;
  /** Some of the differences, for the log. */
  examples: { request: number; path: string; live: string; candidate: string }[];
}

const PARALLEL = 4;
const MOST_EXAMPLES = 10;

/** Sends golden data to the live deployment and to the new one and counts the answers that differ. Failing alike is a difference. */
export async function replayGoldenData(
  scorer: Scorer,
  { live, candidate }: { live: string; candidate: string },
  requests: readonly unknown[],
  { tolerance, signal, tell }: { tolerance: number; signal: AbortSignal; tell: (done: number) => void },
): Promise<GoldenResult> {
  const examples: GoldenResult['examples'] = [];
  let [differing, unanswered, done, problem] = [0, 0, 0, ''];
  await inParallel(requests, PARALLEL, async (request, i) => {
    signal.throwIfAborted();
    const [expected, found] = await Promise.all([scorer.score(live, request), scorer.score(candidate, request)]);
    tell(++done);
    if (!isSuccess(expected.status)) {
      unanswered++;
      problem = expected.problem || `Its status is ${expected.status || 'none'}.`;
    }
    const differences =
      isSuccess(expected.status) && expected.status === found.status
        ? answerDifferences(expected.answer, found.answer, tolerance)
        : [{ path: 'status', expected: expected.status, found: found.status }];
    const [first] = differences;
    if (!first) return;
    differing++;
    if (examples.length < MOST_EXAMPLES)
      examples.push({
        request: i + 1,
        path: first.path,
        live: shownValue(first.expected),
        candidate: shownValue(first.found),
      });
  });
  return { requests: requests.length, differing, unanswered, problem, examples };
}
