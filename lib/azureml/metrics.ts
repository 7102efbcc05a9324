import { ifFound } from '../azure/failures.ts';
import type { Workspace } from './workspace.ts';

/** A metric's value. NaN and the infinities are numbers here. */
export type MetricValue = number | NotANumber;

/** What was found in place of a number. It must never count as one: `Number(null)` is 0. */
export interface NotANumber {
  /** As JSON: `null`, `""`, `[0.5]`. */
  found: string;
}

/** Last value of every metric of a run. */
export type Metrics = Record<string, MetricValue>;

interface MlflowRun {
  run: { data?: { metrics?: { key: string; value: unknown }[] } };
}

/**
 * Metrics that a run logged: `GET {mlflow}/runs/get?run_id=`, which holds the last value of each key. A run that
 * tracking doesn't know logged nothing.
 */
export async function getMetrics(workspace: Workspace, runId: string): Promise<Metrics> {
  const url = `${workspace.mlflowUrl}/runs/get?run_id=${encodeURIComponent(runId)}`;
  const answer = await ifFound(workspace.client.send<MlflowRun>({ method: 'GET', url, audience: 'ml' }));
  return Object.fromEntries((answer?.body.run.data?.metrics ?? []).map(({ key, value }) => [key, metricValue(value)]));
}

/** MLflow's REST writes what JSON numbers can't hold as text. */
const SPECIAL: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A value of MLflow's REST. */
export function metricValue(value: unknown): MetricValue {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && Object.hasOwn(SPECIAL, value)) return SPECIAL[value]!;
  return { found: JSON.stringify(value) ?? 'nothing' };
}

/** A value that was recorded as text, as `String(value)` writes it. */
export function recordedValue(text: unknown): MetricValue {
  const isDecimal = typeof text === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim());
  return isDecimal ? Number(text) : metricValue(text);
}

/** Only those metrics that are numbers. */
export function numbersOf(metrics: Metrics): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** A metric's value for people: six significant digits, or what was found in place of a number. */
export function formatMetric(value: MetricValue): string {
  if (typeof value !== 'number') return value.found;
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}
