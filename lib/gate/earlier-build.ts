import { findJob, type Job, listJobs, statusNow } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { listed } from '../core/words.ts';
import { seriesOf } from '../lineage/pipeline-run.ts';
import { messages } from './messages.ts';

/** Jobs that are searched, newest first. */
const MOST_JOBS = 2_000;

/** The job of an earlier build, or why there is none. */
interface EarlierJob {
  job?: Job;
  /** Id of the build that submitted it. */
  build?: string;
  why?: FilledMessage;
  /** Jobs that were passed over because they failed or were cancelled. */
  says: FilledMessage[];
  warnings: FilledMessage[];
}

/** A job of the same step of the same pipeline. */
interface Sibling {
  job: Job;
  build: string;
}

/**
 * The job that the same step of the same pipeline submitted in an earlier build, by the properties that AzureMLSubmitJob gives
 * its jobs; Azure DevOps is not asked. A build that is named has to have such a job, and a job has to have completed to count.
 * @param id of the build, or `previous` for the newest one before the candidate's
 * @param candidate its job
 * @throws UserError `BaselineInvalid` when the candidate's pipeline is unknown, `JobNotFound` when the build has no such job,
 * `JobNotCompleted` when the only one that counts has not
 */
export async function findEarlierJob(
  workspace: Workspace,
  id: string,
  candidate: Job | undefined,
): Promise<EarlierJob> {
  // Of a step it is the job above it that the pipeline submitted.
  const isStep = candidate?.rootRunId !== undefined && candidate.rootRunId !== candidate.name;
  const submitted = isStep ? await findJob(workspace, candidate.rootRunId!) : candidate;
  const own = seriesOf(submitted?.properties.properties);
  if (!candidate || !own) {
    throw new UserError({
      code: 'BaselineInvalid',
      message: candidate
        ? fill(messages.CandidateNotInBuild, { id, job: candidate.name })
        : fill(messages.BuildNeedsJob, { id }),
      fix: fill(messages.CandidateNotInBuildFix),
    });
  }
  const siblings = listSiblings(workspace, own.series, submitted!.name);
  return id === 'previous' ? ofPrevious(workspace, siblings, own.run) : ofBuild(workspace, siblings, id, own.run);
}

/** Jobs of a series, newest first, without the candidate's own. @returns whether there may be older ones that were not searched */
async function* listSiblings(
  workspace: Workspace,
  series: string,
  candidate: string,
): AsyncGenerator<Sibling, { isCut: boolean }> {
  let count = 0;
  for await (const job of listJobs(workspace, MOST_JOBS)) {
    count++;
    const found = seriesOf(job.properties?.properties);
    if (job.name !== candidate && found?.series === series) yield { job, build: found.run };
  }
  return { isCut: count === MOST_JOBS };
}

/** Ids of builds grow, so that a later build than the candidate's is never its predecessor. */
async function ofPrevious(
  workspace: Workspace,
  siblings: AsyncGenerator<Sibling, { isCut: boolean }>,
  own: string,
): Promise<EarlierJob> {
  const says: FilledMessage[] = [];
  const warnings: FilledMessage[] = [];
  let running: Sibling | undefined;
  for (;;) {
    const next = await siblings.next();
    if (next.done) {
      if (running) throw notCompleted(running, running.job.properties.status ?? '');
      const why = next.value.isCut
        ? fill(messages.NoEarlierBuildAmong, { most: MOST_JOBS })
        : fill(messages.NoEarlierBuild);
      return { why, says, warnings: next.value.isCut ? [why] : [] };
    }
    const { job, build } = next.value;
    if (Number(build) >= Number(own)) continue;
    const status = await statusNow(workspace, job);
    if (status === 'Completed') return { job, build, says, warnings };
    const isOver = status === 'Failed' || status === 'Canceled';
    (isOver ? says : warnings).push(fill(messages.PassedOver, { job: job.name, build, status }));
    if (!isOver) running ??= next.value;
  }
}

async function ofBuild(
  workspace: Workspace,
  siblings: AsyncGenerator<Sibling>,
  id: string,
  own: string,
): Promise<EarlierJob> {
  const others = new Set<string>();
  let open: { sibling: Sibling; status: string } | undefined;
  for await (const sibling of siblings) {
    if (sibling.build !== id) others.add(sibling.build);
    else {
      const status = await statusNow(workspace, sibling.job);
      if (status === 'Completed') return { job: sibling.job, build: id, says: [], warnings: [] };
      open ??= { sibling, status };
    }
  }
  if (open) throw notCompleted(open.sibling, open.status);
  throw new UserError({
    code: 'JobNotFound',
    message:
      id === own
        ? fill(messages.BuildIsOwn, { id })
        : fill(messages.BuildWithoutJob, { id, known: listed('There are jobs of the builds', others) }),
    fix: fill(messages.BuildWithoutJobFix),
  });
}

function notCompleted({ job, build }: Sibling, status: string): UserError {
  return baselineNotCompleted(fill(messages.BuildNotCompleted, { job: job.name, build, status }));
}

/** The error of a job that can't be the baseline because it has not completed. */
export function baselineNotCompleted(message: FilledMessage): UserError {
  return new UserError({ code: 'JobNotCompleted', message, fix: fill(messages.BaselineNotCompletedFix) });
}
