/** An output that holds one metric. */
export interface MetricOutput {
  /** `metrics.val_loss` */
  output: string;
  value: string;
  /** The metric whose value it is: `val/loss`. */
  metric: string;
  /** Metrics that would have the same output, and have none. */
  others: string[];
}

/** Outputs become environment variables of every later step, so that very many would slow or stop them. */
const MOST_OUTPUTS = 1_000;
/** One variable above 128 KB keeps processes from starting on Linux; Windows refuses those beyond 32,767 characters. */
const LONGEST_JSON = 30_000;

/**
 * An output per metric. Letters, digits, `_` and `.` of a name stay, every other character becomes `_`. The names of
 * variables are the same in capital and small letters; of metrics with one output name the one that is spelled so has the
 * output, else the first.
 */
export function metricOutputs(values: Readonly<Record<string, number>>): MetricOutput[] {
  const found = new Map<string, MetricOutput>();
  for (const [metric, number] of Object.entries(values)) {
    const output = `metrics.${metric.replace(/[^\w.]/g, '_')}`;
    const value = String(number);
    const before = found.get(output.toLowerCase());
    if (!before) found.set(output.toLowerCase(), { output, value, metric, others: [] });
    else if (before.output !== `metrics.${before.metric}` && output === `metrics.${metric}`)
      found.set(output.toLowerCase(), { output, value, metric, others: [...before.others, before.metric] });
    else before.others.push(metric);
  }
  return [...found.values()].slice(0, MOST_OUTPUTS);
}

/** The metrics as JSON, as many as fit. NaN and the infinities are text. A name is never taken for the variable `$(name)`. */
export function metricsJson(values: Readonly<Record<string, number>>): {
  json: string;
  kept: number;
  total: number;
  characters: number;
} {
  const entries = Object.entries(values).map(
    ([name, value]) =>
      `${JSON.stringify(name).replaceAll('$', '\\u0024')}:${JSON.stringify(Number.isFinite(value) ? value : String(value))}`,
  );
  let length = 1;
  let kept = 0;
  for (; kept < entries.length; kept++) {
    length += entries[kept]!.length + 1;
    if (length > LONGEST_JSON) break;
  }
  return { json: `{${entries.slice(0, kept).join(',')}}`, kept, total: entries.length, characters: LONGEST_JSON };
}
