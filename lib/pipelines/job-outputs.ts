import { type Metrics, numbersOf } from '../azureml/metrics.ts';
import type { JobEnd } from '../follow/follow.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * Characters of all metrics together. Outputs become environment variables of every later step, and a process does not start
 * with more than 128 KB in one of them (Linux) or 32,766 characters in all (Windows).
 */
const MOST_CHARACTERS = 24_000;

/** Sets how the job ended, all metrics as JSON, and each metric as an output of its own. */
export function setJobOutputs({ status, duration }: JobEnd, metrics: Metrics, pipeline: Pipeline): void {
  pipeline.setOutput('status', status);
  pipeline.setOutput('duration', String(Math.round(duration / 1000)));
  const values = Object.entries(numbersOf(metrics)).map(
    ([name, value]) => [harmless(name), Number.isFinite(value) ? value : String(value)] as const,
  );
  const kept: (readonly [string, string | number])[] = [];
  let size = 0;
  for (const entry of values) {
    size += JSON.stringify(entry).length;
    if (size <= MOST_CHARACTERS) kept.push(entry);
  }
  if (kept.length < values.length)
    pipeline.warn(pipeline.message(messages.MetricsCut, { kept: kept.length, total: values.length }));
  pipeline.setOutput('metrics', JSON.stringify(Object.fromEntries(kept)));
  // Names of outputs have fewer characters than names of metrics; of two that become one the first is kept.
  const outputs = new Map<string, string>();
  for (const [name, value] of kept) {
    const output = `metrics.${name.replace(/[^\w.]/g, '_')}`;
    if (!outputs.has(output)) outputs.set(output, String(value));
  }
  for (const [name, value] of outputs) pipeline.setOutput(name, value);
}

/** A metric named `$(mysecret)` would be replaced by the secret wherever the output is used. */
function harmless(name: string): string {
  return name.replaceAll('$(', '$ (');
}
