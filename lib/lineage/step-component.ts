import { type ComponentSpec, getComponent, parseComponentReference } from '../azureml/components.ts';
import type { Job } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';

/**
 * What the step of a pipeline is made of: its component has the environment and the code, which neither ARM nor run history
 * say of a step. Undefined for a pipeline that has no step of this name, such as one of another pipeline inside it.
 * @param job the pipeline @param step display name, which is the step's key unless it was given another one
 */
export async function stepComponent(ws: Workspace, job: Job, step: string): Promise<ComponentSpec | undefined> {
  const steps = Object.entries(job.properties.jobs ?? {});
  const componentId = steps.find(([name]) => name.toLowerCase() === step.toLowerCase())?.[1].componentId;
  return componentId ? (await getComponent(ws, parseComponentReference(componentId))).spec : undefined;
}
