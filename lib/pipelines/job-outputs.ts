import { type Metrics, numbersOf } from '../azureml/metrics.ts';
import { allOf } from '../core/words.ts';
import type { JobEnd } from '../follow/follow.ts';
import { messages } from './messages.ts';
import { metricOutputs, metricsJson } from './metric-outputs.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * Sets how the job ended, all metrics as JSON, and each metric as an output of its own.
 * @returns the outputs of the metrics, by the metric's name
 */
export function setJobOutputs({ status, duration }: JobEnd, metrics: Metrics, pipeline: Pipeline): Map<string, string> {
  pipeline.setOutput('status', status);
  pipeline.setOutput('duration', String(Math.round(duration / 1000)));
  const values = numbersOf(metrics);
  const { json, kept, total, characters } = metricsJson(values);
  pipeline.setOutput('metrics', json);
  if (kept < total) pipeline.warn(pipeline.message(messages.MetricsCut, { kept, total, characters }));
  const outputs = metricOutputs(values);
  for (const { output, value, metric, others } of outputs) {
    pipeline.setOutput(output, value);
    if (others.length > 0)
      pipeline.say(messages.OutputShared, { metrics: allOf([metric, ...others]), output, kept: metric });
  }
  const held = outputs.reduce((sum, { others }) => sum + 1 + others.length, 0);
  if (held < total) pipeline.warn(pipeline.message(messages.OutputsCut, { count: outputs.length, total }));
  return new Map(outputs.map(({ metric, output }) => [metric, output]));
}
