import { hasStatus } from '../azure/failures.ts';
import { UserError } from '../core/errors.ts';
import { whyNot } from './failures.ts';
import type { DevOps } from './open.ts';

/** A run that was queued. */
export interface QueuedRun {
  id: string;
  name: string;
  url: string;
}

export interface RunRequest {
  /** Values of the pipeline's `parameters:`. */
  parameters?: Record<string, string>;
  /** `refs/heads/main`; default: the pipeline's default branch. */
  branch?: string | undefined;
}

/**
 * Queues a run of a YAML pipeline (`POST pipelines/{id}/runs`). It is sent once: each request that arrives starts a run.
 * @throws UserError `RunNotQueued`
 */
export async function queueRun(
  devops: DevOps,
  project: string,
  pipelineId: number,
  { parameters = {}, branch }: RunRequest = {},
): Promise<QueuedRun> {
  const pipelines = await devops.pipelines();
  const self = branch ? { resources: { repositories: { self: { refName: branch } } } } : {};
  const run = await pipelines
    .runPipeline({ templateParameters: parameters, ...self }, project, pipelineId)
    .catch((error: unknown) => {
      // What is not an answer of Azure DevOps about this run has a better explanation elsewhere.
      if (!hasStatus(error, 400, 401, 403, 404)) throw error;
      throw notQueued(project, pipelineId, whyNot(error), error);
    });
  if (!run) throw notQueued(project, pipelineId, 'there is no such pipeline, or the token of the job may not see it');
  const links = run._links as { web?: { href?: string } } | undefined;
  return { id: String(run.id ?? ''), name: run.name ?? '', url: links?.web?.href ?? run.url ?? '' };
}

function notQueued(project: string, pipelineId: number, why: string, cause?: unknown): UserError {
  return new UserError(
    {
      code: 'RunNotQueued',
      message: `No run of the pipeline ${pipelineId} in the project '${project}' was queued: ${why}.`,
      fix: 'Check the pipeline’s id and its parameters, and give the project’s Build Service the permission Queue builds on it.',
    },
    { cause },
  );
}

/** Runs of a pipeline that have all of these tags, newest first (`GET build/builds`). */
export async function listRunsTagged(
  devops: DevOps,
  project: string,
  pipelineId: number,
  tags: readonly string[],
): Promise<QueuedRun[]> {
  const builds = await devops.builds();
  const none = undefined;
  const list = await builds.getBuilds(
    project,
    [pipelineId],
    none,
    none,
    none,
    none,
    none,
    none,
    none,
    none,
    [...tags],
    none,
    20,
  );
  return (list ?? []).map(({ id, buildNumber, _links }) => ({
    id: String(id ?? ''),
    name: buildNumber ?? '',
    url: (_links as { web?: { href?: string } } | undefined)?.web?.href ?? '',
  }));
}
