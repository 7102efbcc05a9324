import type { LineageComparison } from '../../../lib/lineage/compare.ts';
import type { Lineage } from '../../../lib/lineage/lineage.ts';
import { type LineageSummary, summaryOf } from '../../../lib/lineage/summary.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';

/** Sets the outputs and writes the files that they name. */
export function setOutputs(
  pipeline: Pipeline,
  lineage: Lineage,
  comparison: LineageComparison | undefined,
  markdown: string,
): void {
  const { model, job, run, commit, pullRequest, workItems, environment, data } = summaryOf(lineage);
  pipeline.setOutput('modelName', model?.facts.model ?? '');
  pipeline.setOutput('modelVersion', model?.facts.version ?? '');
  pipeline.setOutput('jobName', job?.facts.job ?? '');
  pipeline.setOutput('pipelineRunUrl', run?.link ?? '');
  pipeline.setOutput('commit', commit?.facts.commit ?? '');
  pipeline.setOutput('pullRequest', pullRequest?.facts.pullRequest ?? '');
  pipeline.setOutput('workItems', workItems.map(({ facts }) => facts.workItem).join(','));
  pipeline.setOutput('requestedFor', run?.facts.requestedFor ?? '');
  pipeline.setOutput('dataVersions', [...data.values()].map(({ id }) => id.replace(/^data:/, '')).join(','));
  pipeline.setOutput('environment', environment?.title ?? '');
  pipeline.setOutput('missing', String(lineage.missing.length));
  if (comparison) {
    pipeline.setOutput('commitCount', String(comparison.between.commits.length));
    pipeline.setOutput('changedWorkItems', comparison.between.workItems.map(({ id }) => id).join(','));
  }
  const json = JSON.stringify({ ...lineage, ...(comparison ? { comparison: plain(comparison) } : {}) }, null, 2);
  pipeline.setOutput('lineageFile', pipeline.attach('model-lineage.json', json));
  pipeline.setOutput('reportFile', pipeline.attach('model-lineage-report.md', markdown));
}

/** The comparison for JSON, which has no maps. */
function plain({ before, after, ...comparison }: LineageComparison): object {
  const flat = ({ data, ...summary }: LineageSummary): object => ({ ...summary, data: Object.fromEntries(data) });
  return { ...comparison, before: flat(before), after: flat(after) };
}
