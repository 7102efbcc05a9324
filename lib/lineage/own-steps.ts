import { nameOf } from '../azureml/ids.ts';
import type { Job } from '../azureml/jobs.ts';
import { bestTrialOf, listChildren, type Run, runLabel, workerOf } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';

/** Keys of a pipeline's own steps by the ids of their runs: that of the step, and the one that did its work. */
export type OwnSteps = ReadonlyMap<string, string>;

/**
 * The own steps of a pipeline. Steps of pipelines inside it are not among them, whatever they are called: their runs have another
 * parent, and the job does not say what they read. Empty for other jobs, which have no steps.
 */
export async function listOwnSteps(workspace: Workspace, job: Pick<Job, 'name' | 'properties'>): Promise<OwnSteps> {
  const found = new Map<string, string>();
  if (Object.keys(job.properties.jobs ?? {}).length === 0) return found;
  for (const run of await listChildren(workspace, job.name)) {
    const key = keyOfRun(job, run);
    if (key === undefined) continue;
    for (const id of [run.runId, workerOf(run), bestTrialOf(run)]) if (id) found.set(id, key);
  }
  return found;
}

/**
 * The key that a child run of a pipeline has in its job. The run names the component that it is of (`azureml.moduleid`), and the job
 * that of each key (recorded 2023 to 2026). Steps of one component are told apart by their display names; undefined when
 * these are the same, too.
 */
export function keyOfRun({ properties: { jobs } }: Pick<Job, 'properties'>, run: Run): string | undefined {
  const steps = Object.entries(jobs ?? {});
  const component = run.properties?.['azureml.moduleid'];
  const ofComponent = steps.filter(([, { componentId }]) => component && nameOf(componentId ?? '') === component);
  if (ofComponent.length === 1) return ofComponent[0]![0];
  const label = runLabel(run).toLowerCase();
  const among = ofComponent.length > 0 ? ofComponent : steps;
  const named = among.filter(([key, step]) => (step.display_name || key).toLowerCase() === label);
  const found = named.length > 0 ? named : among.filter(([key]) => key.toLowerCase() === label);
  return found.length === 1 ? found[0]![0] : undefined;
}
