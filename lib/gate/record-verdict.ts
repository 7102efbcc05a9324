import { AzureError } from '../azure/failures.ts';
import { changeTags } from '../azureml/tags.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import {
  outweighs,
  type Part,
  pickVerdictTags,
  VERDICT_TAGS,
  type VerdictRecord,
  verdictOf,
  verdictTags,
  WHOLE,
  withoutVerdictTags,
  withVerdictTags,
} from '../lineage/verdict-tags.ts';
import type { Candidate } from './candidate.ts';
import { messages } from './messages.ts';

/** A resource that has the tags of a verdict. */
export interface VerdictTarget {
  /** `model churn version 3` */
  label: string;
  /** Segments of its path. */
  path: string[];
  /** What of it was judged. */
  part: Part;
}

/** What gets the tags of the candidate's verdict: the model version, and the job. A step has no tags, so its job has them. */
export function verdictTargets({ job, model, part }: Pick<Candidate, 'job' | 'model' | 'part'>): VerdictTarget[] {
  const jobName = job && (job.rootRunId ?? job.name);
  return [
    ...(model
      ? [
          {
            label: `model ${model.name} version ${model.version.name}`,
            path: ['models', model.name, 'versions', model.version.name],
            part: WHOLE,
          },
        ]
      : []),
    ...(jobName ? [{ label: `job ${jobName}`, path: ['jobs', jobName], part }] : []),
  ];
}

/** What became of the tags. */
export interface Recorded {
  /** Labels of what has the verdict now. */
  written: string[];
  /** What could not be written, and has no verdict that it contradicts: gates see none there. */
  notWritten: { label: string; reason: string }[];
  /** What keeps the verdict that another step of the same pipeline run gave it, since that is the worse one. */
  kept: { label: string; verdict: VerdictRecord['verdict']; step: string }[];
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
  const recorded: Recorded = { written: [], notWritten: [], kept: [] };
  for (const { label, path, part } of targets) {
    // Set once the tags were read.
    let before: Record<string, string> | undefined;
    try {
      const isWritten = await changeTags(workspace, path, (tags) => {
        before = pickVerdictTags(tags, part);
        return outweighs(before, verdictTags(record)) ? tags : withVerdictTags(tags, record, part);
      });
      const kept = before && outweighs(before, verdictTags(record)) ? before : undefined;
      if (kept) recorded.kept.push({ label, verdict: verdictOf(kept)!, step: kept[VERDICT_TAGS.judgedStep] ?? '' });
      else if (isWritten) recorded.written.push(label);
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      const earlier = before && verdictOf(before);
      const isHarmless = before !== undefined && (earlier === undefined || earlier === record.verdict);
      if (isHarmless) recorded.notWritten.push({ label, reason: error.message });
      else throw notRecorded(label, record, error);
    }
  }
  return recorded;
}

/**
 * Takes an earlier verdict away from what could not be judged now: a gate must not pass by it. A `fail` that another step of the
 * same pipeline run found stays, so that a later step does not hide it.
 */
export async function forgetVerdict(
  workspace: Workspace,
  targets: readonly VerdictTarget[],
  by: Pick<VerdictRecord, 'judgedBy' | 'judgedStep'>,
): Promise<void> {
  const nothing = verdictTags({ verdict: 'pass', failedRules: [], step: '', baseline: '', judgedAt: '', ...by });
  for (const { path, part } of targets)
    await changeTags(workspace, path, (tags) => {
      const before = pickVerdictTags(tags, part);
      const stays = verdictOf(before) === 'fail' && outweighs(before, nothing);
      return stays ? tags : withoutVerdictTags(tags, part);
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
