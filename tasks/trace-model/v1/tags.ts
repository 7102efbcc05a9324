import { addBuildTags } from '../../../lib/devops/builds.ts';
import { whyNot } from '../../../lib/devops/failures.ts';
import type { DevOps } from '../../../lib/devops/open.ts';
import type { Lineage } from '../../../lib/lineage/lineage.ts';
import { summaryOf } from '../../../lib/lineage/summary.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** Adds the tags to this run. A run that may not be tagged is a line of the log: the trace itself has succeeded. */
export async function tagRun(
  lineage: Lineage,
  { addBuildTags: isWanted, whatIf, run }: Inputs,
  devops: DevOps,
  pipeline: Pipeline,
): Promise<void> {
  const list = tagsOf(lineage);
  if (!isWanted || run.kind !== 'build' || list.length === 0) return;
  const tags = list.map((tag) => `'${tag}'`).join(', ');
  if (whatIf) return pipeline.say(messages.WhatIfTags, { tags });
  try {
    await addBuildTags(devops, run.project, run.id, list);
    pipeline.say(messages.Tagged, { tags });
  } catch (error) {
    pipeline.say(messages.NotTagged, { tags, why: whyNot(error) });
  }
}

/** Tags by which runs are found in the list of runs: which model, job and endpoint they are about. */
function tagsOf(lineage: Lineage): string[] {
  const { model, job } = summaryOf(lineage);
  const endpoint = lineage.nodes.find(({ kind }) => kind === 'endpoint');
  return [
    ...(endpoint ? [`endpoint ${endpoint.title}`] : []),
    ...(model ? [`model ${model.facts.model} ${model.facts.version}`] : []),
    ...(job ? [`job ${job.facts.job}`] : []),
  ];
}
