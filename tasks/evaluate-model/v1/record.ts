import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import { allOf } from '../../../lib/core/words.ts';
import type { Candidate } from '../../../lib/gate/candidate.ts';
import { forgetVerdict, recordVerdict, verdictTargets } from '../../../lib/gate/record-verdict.ts';
import type { GateReport } from '../../../lib/gate/verdict.ts';
import { verdictTags, WHOLE } from '../../../lib/lineage/verdict-tags.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { failedRules, type GateSubject } from '../../../lib/report/gate-report.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** Writes the verdict to what was judged; with `whatIf` it shows what it would write. */
export async function record(
  workspace: Workspace,
  candidate: Candidate,
  report: GateReport,
  subject: GateSubject,
  { recordVerdict: isWanted, whatIf, run }: Inputs,
  { pipeline, clock }: Pick<Ports, 'pipeline' | 'clock'>,
): Promise<void> {
  const targets = verdictTargets(candidate);
  if (!isWanted || targets.length === 0) return;
  const verdict = {
    verdict: report.verdict,
    failedRules: failedRules(report),
    step: candidate.step,
    baseline: subject.baseline ?? 'none',
    judgedBy: run.url,
    judgedStep: run.step,
    judgedAt: new Date(clock.now()).toISOString(),
  };
  if (whatIf) {
    const lines = Object.entries(verdictTags(verdict, candidate.model ? WHOLE : candidate.part)).map(
      ([tag, value]) => `${tag}: ${value}`,
    );
    const labels = allOf(targets.map(({ label }) => label));
    return pipeline.group(pipeline.message(messages.WouldRecord, { targets: labels }), lines);
  }
  const { written, notWritten, kept } = await recordVerdict(workspace, targets, verdict);
  if (written.length > 0) pipeline.say(messages.Recorded, { targets: allOf(written) });
  for (const { label, verdict: earlier, step } of kept)
    pipeline.warn(
      pipeline.message(messages.VerdictKept, { target: label, verdict: earlier, step: step.split('/').at(-1)! }),
    );
  for (const { label, reason } of notWritten)
    pipeline.warn(pipeline.message(messages.NotRecorded, { target: label, reason }));
}

/**
 * Judges. When that ends in an error, an earlier verdict is taken away from the candidate.
 * @throws what judging throws
 */
export async function judgedAnew<T>(
  workspace: Workspace,
  candidate: Candidate,
  { recordVerdict: isWanted, whatIf, run }: Inputs,
  pipeline: Ports['pipeline'],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const targets = verdictTargets(candidate);
    if (isWanted && !whatIf)
      await forgetVerdict(workspace, targets, { judgedBy: run.url, judgedStep: run.step }).catch((failure: unknown) => {
        const label = allOf(targets.map((target) => target.label));
        pipeline.warn(pipeline.message(messages.NotRecorded, { target: label, reason: messageOf(failure) }));
      });
    throw error;
  }
}
