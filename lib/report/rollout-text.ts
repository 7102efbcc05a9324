import { oneLine } from '../core/table.ts';
import { allOf } from '../core/words.ts';
import type { RolloutSummary } from './rollout-report.ts';

/** What a rollout has found. */
export type Found = Pick<RolloutSummary, 'smoke' | 'golden' | 'baked'> & {
  /** The job that tried a batch deployment, once it had completed and written its outputs. */
  trial: string | undefined;
};

/** What a rollout has found, in sentences on one line: for the text in which a person is asked for an approval. */
export function rolloutText({ smoke, golden, baked, trial }: Found): string {
  const passed = smoke.filter(({ problems }) => problems.length === 0).length;
  const failed = smoke.filter(({ problems }) => problems.length > 0).map(({ test }) => test.name);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const sentences = [
    ...(smoke.length > 0 ? [`${passed} of ${smoke.length} smoke tests passed.`] : []),
    ...(failed.length > 0 ? [`Failed: ${allOf(failed, MOST_NAMES)}.`] : []),
    ...(golden ? [`${golden.differing} of ${golden.requests} golden requests are answered differently.`] : []),
    ...baked.map(({ percent: share, measured: { candidate, live } }) => {
      const before = live ? ` (before: ${percent(live.errorRate)}, ${Math.round(live.p95)} ms)` : '';
      return `At ${share} %: ${percent(candidate.errorRate)} errors, p95 ${Math.round(candidate.p95)} ms${before}.`;
    }),
    ...(trial === undefined ? [] : [`The trial job ${trial} completed and wrote its outputs.`]),
  ];
  return sentences.length === 0 ? 'Nothing was tested.' : oneLine(sentences.join(' '));
}

const MOST_NAMES = 5;
