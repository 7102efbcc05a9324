import { studioUrl } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Baseline } from '../../../lib/gate/baseline.ts';
import type { Candidate } from '../../../lib/gate/candidate.ts';
import type { GateSubject } from '../../../lib/report/gate-report.ts';

/** What the report is about. */
export function subjectOf(
  workspace: Workspace,
  { label, job }: Candidate,
  baseline: Baseline | undefined,
): GateSubject {
  return { candidate: label, candidateUrl: job ? studioUrl(workspace, job) : '', baseline: baseline?.label };
}
