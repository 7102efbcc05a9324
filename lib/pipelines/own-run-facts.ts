import { whyNot } from '../devops/failures.ts';
import type { PipelineRun } from '../lineage/pipeline-run.ts';
import { findRunFacts } from '../lineage/run-facts.ts';
import type { Facts } from '../lineage/stamp.ts';
import type { AzureTarget } from './azure-target.ts';
import { messages } from './messages.ts';
import { openOwnOrganization } from './own-organization.ts';
import type { Ports } from './run-task.ts';

/**
 * Pull request and work items of this run, read with the job's token, for what a task stamps. What can't be read is a line of
 * the log: nothing that a task does depends on it.
 */
export async function ownRunFacts(
  inputs: { run: PipelineRun; target: AzureTarget },
  { pipeline, outside }: Pick<Ports, 'pipeline' | 'outside'>,
): Promise<Pick<Facts, 'pullRequest' | 'workItems'>> {
  const { run, target } = inputs;
  if (!run.collectionUrl || !run.id || !target.systemAccessToken) return {};
  const said = new Set<string>();
  const onUnknown = (error: unknown): void => {
    const reason = whyNot(error);
    if (!said.has(reason)) pipeline.say(messages.RunFactsUnknown, { reason });
    said.add(reason);
  };
  try {
    return await findRunFacts(openOwnOrganization(inputs, { outside }, 'quick'), run, onUnknown);
  } catch (error) {
    onUnknown(error);
    return {};
  }
}
