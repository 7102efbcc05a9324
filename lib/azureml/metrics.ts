import { hasStatus } from '../azure/failures.ts';
import type { Workspace } from './workspace.ts';

/** Last value of every metric of a run. NaN and the infinities are real values here. */
export type Metrics = Record<string, number>;

interface MlflowRun {
  run: { data?: { metrics?: { key: string; value: number | string }[] } };
}

/**
 * Metrics that a run logged: `GET {mlflow}/runs/get?run_id=`, which holds the last value of each key. A run that
 * tracking doesn't know logged nothing.
 */
export async function getMetrics(workspace: Workspace, runId: string): Promise<Metrics> {
  const url = `${workspace.mlflowUrl}/runs/get?run_id=${encodeURIComponent(runId)}`;
  try {
    const { body } = await workspace.client.send<MlflowRun>({ method: 'GET', url, audience: 'ml' });
    return Object.fromEntries((body.run.data?.metrics ?? []).map(({ key, value }) => [key, metricValue(value)]));
  } catch (error) {
    if (hasStatus(error, 404)) return {};
    throw error;
  }
}

/** MLflow's REST spells what JSON numbers can't hold as strings: `NaN`, `Infinity`, `-Infinity`. */
export function metricValue(value: number | string): number {
  return typeof value === 'number' ? value : Number(value);
}

/** A metric's value for people: six significant digits. */
export function formatMetric(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}
