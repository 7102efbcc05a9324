import { findJob, type Job, listJobs } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { seriesOf } from '../lineage/pipeline-run.ts';
import { messages } from './messages.ts';

/** Jobs that are searched, newest first. */
const MOST_JOBS = 2_000;

/**
 * The job that the same step of the same pipeline submitted in an earlier build, by the properties that AzureMLSubmitJob gives
 * its jobs; Azure DevOps is not asked. Only completed jobs count.
 * @param id of the build, or `previous` for the newest one before the candidate's
 * @param candidate its job
 * @throws UserError `BaselineInvalid` when the candidate's pipeline is unknown
 */
export async function findEarlierJob(
  workspace: Workspace,
  id: string,
  candidate: Job | undefined,
): Promise<{ job: string; build: string } | undefined> {
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
  for await (const { name, properties } of listJobs(workspace, MOST_JOBS)) {
    const found = seriesOf(properties?.properties);
    if (name === submitted!.name || properties?.status !== 'Completed' || found?.series !== own.series) continue;
    // Ids of builds grow, so that a later build than the candidate's is never its predecessor.
    const isWanted = id === 'previous' ? Number(found.run) < Number(own.run) : found.run === id;
    if (isWanted) return { job: name, build: found.run };
  }
  return undefined;
}
