import { counts, nameMetrics, plainName, type RunMetrics } from '../azureml/job-metrics.ts';
import type { MetricHistory } from '../azureml/metric-history.ts';
import type { Metrics, MetricValue } from '../azureml/metrics.ts';
import { isOverNames, type OverNames, type OverTime, type ValueUse } from '../rules/uses.ts';

/** What was measured of a candidate or a baseline. */
export interface Measured {
  /** By the names that tables show. */
  metrics: Metrics;
  /** Other names of the same metrics, `.` for every `/`: `Train.loss` for `loss`. */
  aliases: Readonly<Record<string, string>>;
  /** What was logged over time, of those metrics that rules ask it of. */
  histories: Readonly<Record<string, MetricHistory>>;
  /** Runs that logged a metric, and what they call it. */
  origins: Readonly<Record<string, { runs: readonly string[]; logged: string }>>;
  /** Every run that counts, those that logged no metric too: they may have logged pictures. */
  runs: readonly string[];
  /** Steps whose metrics don't count, because they failed or were cancelled. */
  notCounted: { step: string; status: string; names: string[] }[];
  /** Everything that was logged, whether it counts and has a name of its own or not: patterns must not pass over any of it. */
  logged: Logged[];
}

/** A metric as a run logged it. */
interface Logged {
  /** `Train/slices.old.recall` */
  label: string;
  /** What a pattern may call it, in the form of `plainName`: with its step in front, and without. */
  readAs: string[];
}

/** Metrics without further names, as those of a file. */
export function measured(metrics: Metrics): Measured {
  return { metrics, aliases: {}, histories: {}, origins: {}, runs: [], notCounted: [], logged: [] };
}

/** What the runs of a job logged. */
export function measuredByRuns(runs: readonly RunMetrics[]): Measured {
  const named = nameMetrics(runs);
  return {
    metrics: Object.fromEntries(named.map(({ name, logged, run }) => [name, run.metrics[logged]!])),
    aliases: Object.fromEntries(named.flatMap(({ name, inStep }) => (inStep ? [[inStep, name]] : []))),
    histories: {},
    origins: Object.fromEntries(named.map(({ name, logged, run }) => [name, { runs: run.runs ?? [], logged }])),
    runs: runs.filter(counts).flatMap((run) => run.runs?.[0] ?? []),
    notCounted: runs
      .filter((run) => !counts(run) && Object.keys(run.metrics).length > 0)
      .map(({ step, status = '', metrics }) => ({ step, status, names: Object.keys(metrics) })),
    logged: runs.flatMap(({ step, metrics }) =>
      Object.keys(metrics).map((name) => {
        const label = step === '' ? name : `${step}/${name}`;
        return { label, readAs: [plainName(name), plainName(label)] };
      }),
    ),
  };
}

/** What a model's record has: of `Train/loss` it is not known whether `Train` is a step. */
export function measuredByRecord(metrics: Metrics): Measured {
  const logged = Object.keys(metrics).map((label) => ({
    label,
    readAs: [plainName(label), plainName(label.slice(label.indexOf('/') + 1))],
  }));
  return { ...measured(metrics), logged };
}

/** Metrics of two sources together. Of a name that both have, the first one's counts. */
export function together(first: Measured, second: Measured): Measured {
  return {
    metrics: { ...second.metrics, ...first.metrics },
    aliases: { ...second.aliases, ...first.aliases },
    histories: { ...second.histories, ...first.histories },
    origins: { ...second.origins, ...first.origins },
    runs: [...new Set([...first.runs, ...second.runs])],
    notCounted: [...first.notCounted, ...second.notCounted],
    logged: [...first.logged, ...second.logged],
  };
}

/**
 * The name of the metric that a path of a rule means: a name in full, `step.metric`, or the parts of a name with `/` or `.`
 * between them. A metric of a step is never taken for one whose own name reads the same.
 * @returns undefined when there is none, or when more than one may be meant
 */
export function nameOfPath(path: readonly string[], { metrics, aliases }: Measured): string | undefined {
  const [only] = path;
  if (path.length === 1 && Object.hasOwn(metrics, only!)) return only;
  const wanted = plainName(path.join('.'));
  if (Object.hasOwn(aliases, wanted)) return aliases[wanted];
  if (path.length === 1) return undefined;
  const alike = Object.keys(metrics).filter((name) => plainName(name) === wanted);
  return alike.length === 1 ? alike[0] : undefined;
}

/** Values of the metrics that a path with `*` in it matches, and what it may mean besides: what has no name of its own, or does not count. */
function matches(
  path: readonly string[],
  { metrics, aliases, logged }: Measured,
): { values: MetricValue[]; passedOver: string | undefined } {
  const parts = path.map((part) => (part === '*' ? '.+' : plainName(part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  const pattern = new RegExp(`^${parts.join('\\.')}$`);
  const names = Object.keys(metrics).filter((name) => pattern.test(plainName(name)));
  const others = Object.entries(aliases).filter(([alias]) => pattern.test(alias));
  const found = [...new Set([...names, ...others.map(([, name]) => name)])];
  const covered = new Set([...names.map(plainName), ...others.map(([alias]) => alias)]);
  const passedOver = logged.find(({ readAs }) => {
    const meant = readAs.filter((one) => pattern.test(one));
    return meant.length > 0 && !meant.some((one) => covered.has(one));
  });
  return { values: found.map((name) => metrics[name]!), passedOver: passedOver?.label };
}

/** The value that a rule reads; undefined when there is none. */
export function valueOfUse({ path, pick }: ValueUse, from: Measured): MetricValue | undefined {
  if (pick && isOverNames(pick)) return overNames(pick.kind, path, from);
  const name = nameOfPath(path, from);
  if (name === undefined) return undefined;
  if (!pick) return from.metrics[name];
  const history = from.histories[name];
  if (!history) return { found: 'without a history' };
  if (history.isCut) return { found: 'a metric whose history is too long to be read' };
  if (pick.kind === 'at') {
    const point = history.points.findLast(({ step }) => step === pick.step);
    return point?.value ?? { found: `not logged at step ${pick.step}` };
  }
  // What is not a number or infinite is neither the lowest nor the highest value.
  const numbers = history.points.flatMap(({ value }) => (Number.isFinite(value) ? [value as number] : []));
  if (numbers.length === 0) return Number.NaN;
  const chosen: Record<OverTime, (a: number, b: number) => number> = { lowest: Math.min, highest: Math.max };
  return numbers.reduce((a, b) => chosen[pick.kind](a, b));
}

function overNames(kind: OverNames, path: readonly string[], from: Measured): MetricValue | undefined {
  const { values, passedOver } = matches(path, from);
  // Without it the worst slice might be left out.
  if (passedOver !== undefined)
    return { found: `not known in full, because '${passedOver}' does not count or was logged by several steps` };
  if (values.length === 0) return undefined;
  const odd = values.find((value) => typeof value !== 'number');
  if (odd !== undefined) return odd;
  const numbers = values as number[];
  // One slice has a spread of 0, which would pass every limit.
  if (numbers.length < 2 && (kind === 'spread' || kind === 'ratio')) return { found: 'one metric alone' };
  if (numbers.some(Number.isNaN)) return Number.NaN;
  const infinite = numbers.find((value) => !Number.isFinite(value));
  if (infinite !== undefined) return infinite;
  if (kind === 'ratio' && numbers.some((value) => value < 0)) return { found: 'the ratio of a value below 0' };
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const results: Record<OverNames, number> = { min: least, max: most, spread: most - least, ratio: least / most };
  return results[kind];
}
