import { AzureError } from '../azure/failures.ts';
import { changeTags } from '../azureml/tags.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { pickVerdictTags, type VerdictRecord, verdictOf, withVerdictTags } from '../lineage/verdict-tags.ts';
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

/** What became of the tags. */
export interface Recorded {
  /** Labels of what has the verdict now. */
  written: string[];
  /** What could not be written, and has no verdict that it contradicts: gates see none there. */
  notWritten: { label: string; reason: string }[];
}

/**
 * Writes a verdict to what was judged, as tags that gates and later tasks read.
 * @throws UserError `VerdictNotRecorded` when the tags keep another verdict, which gates would take for this one
 */
export async function recordVerdict(
  workspace: Workspace,
  targets: readonly VerdictTarget[],
  record: VerdictRecord,
): Promise<Recorded> {
  const recorded: Recorded = { written: [], notWritten: [] };
  for (const { label, path } of targets) {
    // Set once the tags were read.
    let kept: string | undefined = 'unknown';
    try {
      const isWritten = await changeTags(workspace, path, (tags) => {
        kept = verdictOf(tags);
        return withVerdictTags(tags, record);
      });
      if (isWritten) recorded.written.push(label);
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      if (kept === undefined || kept === record.verdict) recorded.notWritten.push({ label, reason: error.message });
      else throw notRecorded(label, record, error);
    }
  }
  return recorded;
}

/** Takes an earlier verdict away from what could not be judged now: a gate must not pass by it. */
export async function forgetVerdict(workspace: Workspace, targets: readonly VerdictTarget[]): Promise<void> {
  for (const { path } of targets)
    await changeTags(workspace, path, (tags) => {
      const old = new Set(Object.keys(pickVerdictTags(tags)));
      return Object.fromEntries(Object.entries(tags).filter(([name]) => !old.has(name)));
    });
}

function notRecorded(target: string, { verdict }: VerdictRecord, error: AzureError): UserError {
  return new UserError(
    {
      code: 'VerdictNotRecorded',
      message: fill(messages.VerdictNotRecorded, { verdict, target, reason: error.message }),
      fix: fill(messages.VerdictNotRecordedFix),
    },
    { cause: error },
  );
}
