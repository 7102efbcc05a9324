import { inParallel } from '../core/parallel.ts';
import { formatMetric, getMetrics, type MetricValue, recordedValue } from './metrics.ts';
import { bestTrialOf, listChildren, type Run } from './runs.ts';
import type { Workspace } from './workspace.ts';

/** A trial of a sweep or of an AutoML job. */
export interface Trial {
  runId: string;
  /** As run history spells it. */
  status: string;
  /** What was tried, as text: `lr` = `0.1`. */
  parameters: Record<string, string>;
  /** Last value of the primary metric; undefined when the trial did not log it. */
  value: MetricValue | undefined;
  isBest: boolean;
}

export interface Trials {
  /** What the trials are compared by. */
  metric: string;
  /** The best one first, the others in the order of the metric; those without a value come last. */
  trials: Trial[];
  /** How many there are besides. */
  left: number;
}

/** Trials whose metrics are read; more are not worth the requests. */
const MOST_READ = 100;
const PARALLEL = 8;

interface Objective {
  name?: string;
  goal?: string;
}

/** The trials of a run that has some, with what was tried and what came of it. @param sweep run of a sweep or an AutoML job */
export async function listTrials(workspace: Workspace, sweep: Run): Promise<Trials> {
  const best = bestTrialOf(sweep);
  const all = await listChildren(workspace, sweep.runId);
  const read = all.slice(0, MOST_READ);
  // The best one is what the others are compared with.
  const beyond = all.slice(MOST_READ).find(({ runId }) => runId === best);
  if (beyond) read.splice(-1, 1, beyond);
  const { name, goal = '' } = objectiveOf(sweep);
  const trials = await inParallel(read, PARALLEL, async (run) => ({
    runId: run.runId,
    status: run.status,
    parameters: parametersOf(run, sweep),
    value: await scoreOf(workspace, run, name),
    isBest: run.runId === best,
  }));
  const sign = /^min/i.test(goal) ? 1 : -1;
  const rank = ({ value }: Trial): number =>
    typeof value === 'number' && !Number.isNaN(value) ? sign * value : Number.POSITIVE_INFINITY;
  // A difference of infinities is not a number.
  const byRank = (one: Trial, other: Trial): number => (rank(one) < rank(other) ? -1 : rank(one) > rank(other) ? 1 : 0);
  const order = (one: Trial, other: Trial): number => Number(other.isBest) - Number(one.isBest) || byRank(one, other);
  return { metric: name ?? 'score', trials: trials.sort(order), left: all.length - read.length };
}

/** `{"name":"accuracy","goal":"maximize"}` in the property `primary_metric_config` of a sweep (recorded). */
function objectiveOf({ properties }: Run): Objective {
  const found = textsOf(properties?.primary_metric_config);
  return { ...(found.name ? { name: found.name } : {}), ...(found.goal ? { goal: found.goal } : {}) };
}

/** A trial of AutoML has its score among its properties (recorded). */
async function scoreOf(
  workspace: Workspace,
  { runId, properties }: Run,
  metric: string | undefined,
): Promise<MetricValue | undefined> {
  if (metric !== undefined) return (await getMetrics(workspace, runId))[metric];
  return properties?.score === undefined ? undefined : recordedValue(properties.score);
}

/**
 * What a trial tried. A sweep has it in a tag for each trial, whose name ends with the trial's run id (azureml-train
 * `HyperDriveRun.get_hyperparameters`), the trial in its tag `hyperparameters`; of AutoML it is the algorithm.
 */
function parametersOf({ runId, tags, properties }: Run, sweep: Run): Record<string, string> {
  const ofSweep = Object.entries(sweep.tags ?? {}).find(([name]) => name === runId || name.endsWith(`_${runId}`))?.[1];
  const found = textsOf(ofSweep ?? tags?.hyperparameters);
  if (Object.keys(found).length > 0) return found;
  const { run_algorithm: algorithm, run_preprocessor: preprocessor } = properties ?? {};
  return { ...(algorithm ? { algorithm } : {}), ...(preprocessor ? { preprocessor } : {}) };
}

/** The members of a JSON object as text; none for what is something else. */
function textsOf(json: string | undefined): Record<string, string> {
  try {
    const value: unknown = JSON.parse(json ?? '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, textOf(member)]));
  } catch {
    return {};
  }
}

function textOf(member: unknown): string {
  if (typeof member === 'number') return formatMetric(member);
  return typeof member === 'string' ? member : JSON.stringify(member);
}
