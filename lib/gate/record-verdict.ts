import { AzureError } from '../azure/failures.ts';
import { changeTags } from '../azureml/tags.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { type VerdictRecord, withVerdictTags } from '../lineage/verdict-tags.ts';
import type { Candidate } from './candidate.ts';
import { messages } from './messages.ts';

/** A resource that has the tags of a verdict. */
export interface VerdictTarget {
  /** `model churn version 3` */
  label: string;
  /** Segments of its path. */
  path: string[];
}

/** What gets the tags of the candidate's verdict: the model version, and the job. A step has no tags, so its job has them. */
export function verdictTargets({ job, model }: Pick<Candidate, 'job' | 'model'>): VerdictTarget[] {
  const jobName = job && (job.rootRunId ?? job.name);
  return [
    ...(model
      ? [
          {
            label: `model ${model.name} version ${model.version.name}`,
            path: ['models', model.name, 'versions', model.version.name],
          },
        ]
      : []),
    ...(jobName ? [{ label: `job ${jobName}`, path: ['jobs', jobName] }] : []),
  ];
}

/**
 * Writes a verdict to what was judged, as tags that gates and later tasks read.
 * @returns labels of what has the tags now
 * @throws UserError `VerdictNotRecorded`, since what has an older verdict would keep it
 */
export async function recordVerdict(
  workspace: Workspace,
  targets: readonly VerdictTarget[],
  record: VerdictRecord,
): Promise<string[]> {
  const written: string[] = [];
  for (const { label, path } of targets) {
    try {
      if (await changeTags(workspace, path, (tags) => withVerdictTags(tags, record))) written.push(label);
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      throw new UserError(
        {
          code: 'VerdictNotRecorded',
          message: fill(messages.VerdictNotRecorded, { verdict: record.verdict, target: label, reason: error.message }),
          fix: fill(messages.VerdictNotRecordedFix),
        },
        { cause: error },
      );
    }
  }
  return written;
}
