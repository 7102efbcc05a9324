import { jobToFollow } from '../../../lib/follow/job-to-follow.ts';
import type { BegunJob } from '../../../lib/pipelines/cancel-with-run.ts';
import { followedWithRun, followToEnd } from '../../../lib/pipelines/follow-to-end.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Inputs } from './inputs.ts';

/** Follows the job to its end; its end is the task's end. */
export async function run({ target, jobName, following }: Inputs, ports: Ports): Promise<Outcome> {
  // The job runs already, so it ends with the run from the first moment on, also while the task signs in.
  const job: BegunJob = { name: jobName, workspace: undefined };
  return followedWithRun(job, target, following, ports, async () => {
    const workspace = await ports.connect(target);
    job.workspace = workspace;
    const found = await jobToFollow(workspace, jobName, ports.clock, ports.pipeline.signal);
    return followToEnd(workspace, found, following, ports);
  });
}
