import { whyNot } from '../../../lib/devops/failures.ts';
import { writeThread } from '../../../lib/devops/threads.ts';
import type { GateReport } from '../../../lib/gate/verdict.ts';
import { openOwnOrganization } from '../../../lib/pipelines/own-organization.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { gateComment } from '../../../lib/report/gate-comment.ts';
import type { GateSubject } from '../../../lib/report/gate-report.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/**
 * Shows the verdict in a thread of the pull request that the run validates. One that can't be written is a warning: the verdict
 * is the same without it.
 */
export async function comment(
  report: GateReport,
  subject: GateSubject,
  inputs: Inputs,
  { pipeline, outside }: Pick<Ports, 'pipeline' | 'outside'>,
): Promise<void> {
  const { pullRequest, run, whatIf } = inputs;
  if (pullRequest === 'none') return pipeline.say(messages.NoPullRequest);
  if (pullRequest === 'elsewhere') return pipeline.say(messages.PullRequestElsewhere);
  const { number, repository, key } = pullRequest;
  if (whatIf) return pipeline.say(messages.WouldComment, { number });
  try {
    const devops = openOwnOrganization(inputs, { outside }, 'quick');
    const content = gateComment(report, subject, run, pipeline.translate);
    const isOpen = report.verdict === 'fail';
    const made = await writeThread(devops, { project: run.project, id: repository }, number, key, { content, isOpen });
    pipeline.say(made === 'new' ? messages.Commented : messages.CommentUpdated, { number });
  } catch (error) {
    pipeline.warn(pipeline.message(messages.NotCommented, { number, reason: whyNot(error, 'write it') }));
  }
}
