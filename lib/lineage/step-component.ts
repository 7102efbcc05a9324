import { type ComponentSpec, getComponent, parseComponentReference } from '../azureml/components.ts';
import type { Job } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';

/**
 * What the step of a pipeline is made of: its component has the environment and the code, which neither ARM nor run history
 * say of a step. Undefined for a pipeline that has no step of this key.
 * @param job the pipeline @param key of the step in the job
 */
export async function stepComponent(ws: Workspace, job: Job, key: string): Promise<ComponentSpec | undefined> {
  const steps = job.properties.jobs ?? {};
  const componentId = Object.hasOwn(steps, key) ? steps[key]!.componentId : undefined;
  return componentId ? (await getComponent(ws, parseComponentReference(componentId))).spec : undefined;
}
