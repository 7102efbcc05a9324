import { ifFound } from '../azure/failures.ts';
import { type MetricValue, metricValue } from './metrics.ts';
import type { Workspace } from './workspace.ts';

/** A value that was logged at a time. */
export interface MetricPoint {
  step: number;
  value: MetricValue;
}

export interface MetricHistory {
  /** In the order the service lists them: oldest first. */
  points: MetricPoint[];
  /** The service did not give all of it. */
  isCut: boolean;
}

interface Page {
  metrics?: { value: unknown; step?: number | string }[];
  next_page_token?: string | null;
}

/** The service refuses more than this: "MaxResults must be less than 1000" (reported 2023, mlflow/mlflow#10694). */
const PAGE = 999;
const MOST_PAGES = 50;

/**
 * Every value of a metric: `GET {mlflow}/metrics/get-history?run_id=&metric_key=`. A run that tracking does not know logged
 * nothing. That the service gives tokens of further pages is an assumption, so a full page without one counts as cut.
 */
export async function getMetricHistory(workspace: Workspace, runId: string, name: string): Promise<MetricHistory> {
  const points: MetricPoint[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ run_id: runId, metric_key: name, max_results: String(PAGE) });
    if (token) query.set('page_token', token);
    const url = `${workspace.mlflowUrl}/metrics/get-history?${query}`;
    const answer = await ifFound(workspace.client.send<Page | undefined>({ method: 'GET', url, audience: 'ml' }));
    const found = answer?.body?.metrics ?? [];
    points.push(...found.map(({ value, step }) => ({ step: Number(step ?? 0), value: metricValue(value) })));
    token = answer?.body?.next_page_token || undefined;
    if (!token) return { points, isCut: found.length >= PAGE };
  }
  return { points, isCut: true };
}
