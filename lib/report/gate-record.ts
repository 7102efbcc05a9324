import type { MetricPoint } from '../azureml/metric-history.ts';
import type { MetricValue } from '../azureml/metrics.ts';
import type { Pictures } from '../gate/pictures.ts';
import type { GateReport, Verdict } from '../gate/verdict.ts';

/** The gate's part of a run's report: plain data, for what shows it later. */
export interface GateRecord {
  version: 1;
  gate: {
    verdict: Verdict;
    candidate: string;
    candidateUrl: string;
    baseline: string | null;
    rules: {
      rule: string;
      condition: string;
      result: 'pass' | 'fail' | 'notApplicable';
      values: string;
      reason?: string;
    }[];
    metrics: { name: string; candidate: number | string | null; baseline: number | string | null; judged: boolean }[];
    /** Values over time of the metrics that rules read: `[step, value]`. */
    histories: Record<string, [step: number, value: number | string][]>;
    /** Trials of sweeps and AutoML jobs that the candidate is from, the best one first. */
    sweeps: {
      sweep: string;
      metric: string;
      trials: {
        run: string;
        status: string;
        parameters: Record<string, string>;
        value: number | string | null;
        isBest: boolean;
      }[];
      /** Trials that are not listed. */
      left: number;
    }[];
    /** Pictures that the candidate logged, by the run that has them; those that are kept have a file beside this one. */
    images: { run: string; path: string; file?: string }[];
  };
}

/** Points of a history that are kept; a picture of it has not more of them. */
const MOST_POINTS = 500;

/** Paths of pictures that are kept. */
const MOST_IMAGES = 200;

/** The record of a verdict. NaN and the infinities are text, since JSON has no word for them. */
export function gateRecord(
  report: GateReport,
  subject: { candidate: string; candidateUrl: string; baseline: string | undefined },
  { measured: { histories }, sweeps, images }: Pictures,
): GateRecord {
  return {
    version: 1,
    gate: {
      verdict: report.verdict,
      ...subject,
      baseline: subject.baseline ?? null,
      rules: report.rules.flatMap(({ rule, conditions }) =>
        conditions.map(({ condition, result, values, reason }) => ({
          rule: rule.text,
          condition: condition.text,
          result,
          values,
          ...(reason ? { reason } : {}),
        })),
      ),
      metrics: report.metrics.map(({ name, candidate, baseline, judged }) => ({
        name,
        candidate: inJson(candidate),
        baseline: inJson(baseline),
        judged,
      })),
      histories: Object.fromEntries(
        Object.entries(histories).map(([name, { points }]) => [
          name,
          thinned(points).map(({ step, value }) => [step, inJson(value) ?? ''] as [number, number | string]),
        ]),
      ),
      sweeps: sweeps.map(({ sweep, metric, trials, left }) => ({
        sweep,
        metric,
        trials: trials.map(({ runId, value, ...trial }) => ({ run: runId, ...trial, value: inJson(value) })),
        left,
      })),
      images: images
        .slice(0, MOST_IMAGES)
        .map(({ run, path, kept }) => ({ run, path, ...(kept ? { file: kept.name } : {}) })),
    },
  };
}

function inJson(value: MetricValue | undefined): number | string | null {
  if (value === undefined) return null;
  if (typeof value !== 'number') return value.found;
  return Number.isFinite(value) ? value : String(value);
}

/** Every n-th point and the last one. */
function thinned(points: readonly MetricPoint[]): MetricPoint[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}
