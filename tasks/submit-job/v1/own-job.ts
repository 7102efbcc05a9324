import { AzureError, isPassing } from '../../../lib/azure/failures.ts';
import { findJob, type Job } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { isOfThisAttempt, isOthersJob, isOwnJob, successorName } from '../../../lib/lineage/pipeline-run.ts';
import { mainName, type Plan, withJobName } from '../../../lib/plan/plan.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** The plan under the name that is free, or the job that this step has submitted already. */
export interface OwnJob {
  plan: Plan;
  job?: Job;
}

/**
 * A job that this very step submitted before: the agent retried the task, or somebody runs the stage again. One that runs
 * or has completed is taken up, so that nobody pays twice; one that failed or was cancelled gets a successor under the next
 * name. For an earlier attempt of the stage the user may choose otherwise.
 * @throws UserError `JobNameTaken` when the name belongs to somebody else's job; `JobExists` when the user wants to know
 */
export async function findOwnJob(
  workspace: Workspace,
  { run, onExisting }: Pick<Inputs, 'run' | 'onExisting'>,
  planned: Plan,
): Promise<OwnJob> {
  const first = mainName(planned);
  for (let nth = 1; ; nth++) {
    const name = successorName(first, nth);
    const plan = nth === 1 ? planned : withJobName(planned, name);
    const job = await findJob(workspace, name);
    if (!job) return { plan };
    const { properties } = job.properties;
    const status = job.properties.status ?? 'Unknown';
    if (!isOwnJob(properties, run)) throw nameTaken(name, status);
    if (status === 'Failed' || status === 'Canceled') continue;
    if (onExisting === 'attach' || isOfThisAttempt(properties, run)) return { plan, job };
    if (onExisting === 'fail') {
      throw new UserError({
        code: 'JobExists',
        message: fill(messages.JobExists, { job: name, status }),
        fix: fill(messages.JobExistsFix),
      });
    }
  }
}

function nameTaken(job: string, status: string): UserError {
  return new UserError({
    code: 'JobNameTaken',
    message: fill(messages.JobNameTaken, { job, status }),
    fix: fill(messages.JobNameTakenFix),
  });
}

/**
 * The service takes the PUT of a name that exists for a change of that job: of two runs that submit one fixed name at the same
 * time the second gets the first one's job. New pipeline jobs are answered without properties (recorded), which says nothing.
 * @throws UserError `JobNameTaken` when the answer is another step's job
 */
export function requireOwnJob({ name, properties }: Job, { run }: Pick<Inputs, 'run'>): void {
  if (isOthersJob(properties.properties, run)) throw nameTaken(name, properties.status ?? 'Unknown');
}

/**
 * The job of a request that failed, if it was accepted all the same: the answer was lost, and the request that was sent
 * again met the job itself.
 * @throws the error when the job is not there; UserError `SubmissionUnclear` when that can't be found out
 */
export async function jobAfterAll(
  workspace: Workspace,
  job: string,
  { run }: Pick<Inputs, 'run'>,
  error: unknown,
): Promise<Job> {
  if (!(error instanceof AzureError) && !isPassing(error)) throw error;
  let found: Job | undefined;
  try {
    found = await findJob(workspace, job);
  } catch {
    throw new UserError(
      {
        code: 'SubmissionUnclear',
        message: fill(messages.SubmissionUnclear, { job, reason: messageOf(error) }),
        fix: fill(messages.SubmissionUnclearFix),
      },
      { cause: error },
    );
  }
  if (found && isOwnJob(found.properties.properties, run)) return found;
  throw error;
}
