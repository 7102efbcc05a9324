import { compareLineage } from '../../../lib/lineage/compare.ts';
import { findBetween } from '../../../lib/lineage/find-between.ts';
import type { Lineage } from '../../../lib/lineage/lineage.ts';
import { trace, traceCompared } from '../../../lib/lineage/trace.ts';
import { openOwnOrganization } from '../../../lib/pipelines/own-organization.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { comparisonLines, comparisonMarkdown } from '../../../lib/report/lineage-comparison.ts';
import { lineageMarkdown } from '../../../lib/report/lineage-markdown.ts';
import { treeLines } from '../../../lib/report/lineage-tree.ts';
import { nodeText } from '../../../lib/report/lineage-words.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { setOutputs } from './outputs.ts';
import { tagRun } from './tags.ts';

/** Walks from an endpoint, a model or a job to everything that made it, shows it, and compares it with another one. */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const devops = openOwnOrganization(inputs, ports);
  const ws = await connect(inputs.target);
  pipeline.say(messages.Tracing, { from: inputs.written });
  const lineage = await trace(inputs.from, { ws, devops });
  const before = inputs.compareTo && (await traceCompared(inputs.compareTo, lineage, { ws, devops }));
  for (const line of treeLines(lineage, pipeline.translate)) pipeline.info(line);
  const comparison = before && compareLineage(before, lineage, await findBetween(before, lineage, { ws, devops }));
  if (comparison) for (const line of comparisonLines(comparison, pipeline.translate)) pipeline.info(line);

  const markdown = [
    lineageMarkdown(lineage, pipeline.translate),
    ...(comparison ? [comparisonMarkdown(comparison, pipeline.translate)] : []),
  ].join('\n');
  pipeline.summary('model-lineage.md', markdown);
  setOutputs(pipeline, lineage, comparison, markdown);
  await tagRun(lineage, inputs, devops, pipeline);
  return outcomeOf(lineage, pipeline);
}

function outcomeOf({ nodes, missing }: Lineage, pipeline: Pipeline): Outcome {
  const what = nodeText(nodes[0]!, pipeline.translate);
  const message =
    missing.length === 0
      ? pipeline.message(messages.Traced, { what, count: nodes.length })
      : pipeline.message(messages.TracedInPart, { what, count: nodes.length, missing: missing.length });
  return { result: 'Succeeded', message };
}
