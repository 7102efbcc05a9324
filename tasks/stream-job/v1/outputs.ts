import { type Metrics, numbersOf } from '../../../lib/azureml/metrics.ts';
import type { WatchResult } from '../../../lib/follow/watch.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';

/** Sets how the job ended, all metrics as JSON, and each metric as an output of its own. */
export function setOutputs({ status, duration }: WatchResult, metrics: Metrics, pipeline: Pipeline): void {
  pipeline.setOutput('status', status);
  pipeline.setOutput('duration', String(Math.round(duration / 1000)));
  const values = Object.entries(numbersOf(metrics)).map(([name, value]) => [
    name,
    Number.isFinite(value) ? value : String(value),
  ]);
  pipeline.setOutput('metrics', JSON.stringify(Object.fromEntries(values)));
  // Names of outputs have fewer characters than names of metrics; of two that become one the first is kept.
  const outputs = new Map<string, string>();
  for (const [name, value] of values) {
    const output = `metrics.${String(name).replace(/[^\w.]/g, '_')}`;
    if (!outputs.has(output)) outputs.set(output, String(value));
  }
  for (const [name, value] of outputs) pipeline.setOutput(name, value);
}
