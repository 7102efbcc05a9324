import { hasStatus } from '../azure/failures.ts';
import { STABLE } from '../azureml/api-versions.ts';
import { armRequest, type Workspace } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { isAnonymousComponent, type Plan, type PlanStep } from './plan.ts';
import { type Datastores, isUploaded } from './storage.ts';

/**
 * What has to be done for a step: nothing, because it is there already; create it; upload files and then create it; or ask
 * for it, since only the service knows whether it is there (an anonymous component).
 */
export type StepAction = 'reuse' | 'create' | 'upload' | 'create or reuse';

/** A plan, and what of it is to be done. */
export interface InspectedPlan extends Plan {
  /** By position in `steps`. */
  actions: StepAction[];
}

/** Requests at once: an agent is one client among others of the workspace. */
export const PARALLEL = 8;

/**
 * Looks up, with reads alone, what of the plan is there already. Assets are named after their content, so whatever has
 * the name is the same thing.
 */
export async function inspectPlan(plan: Plan, workspace: Workspace, datastores: Datastores): Promise<InspectedPlan> {
  const actions = await inParallel(plan.steps, PARALLEL, (step) => actionFor(step, workspace, datastores));
  return { ...plan, actions };
}

async function actionFor(step: PlanStep, workspace: Workspace, datastores: Datastores): Promise<StepAction> {
  if (step.kind === 'upload')
    return (await isUploaded(step, await datastores.container(step.datastore))) ? 'reuse' : 'upload';
  // The service keeps these under ids of its own, and the PUT gives the one that is there.
  if (isAnonymousComponent(step.request.path)) return 'create or reuse';
  if (await isThere(workspace, step.request.path)) return 'reuse';
  return step.kind === 'code' ? 'upload' : 'create';
}

async function isThere(workspace: Workspace, path: string): Promise<boolean> {
  try {
    await workspace.client.send(armRequest(workspace, 'GET', belowWorkspace(workspace, path), STABLE));
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

/** `jobs/x` of the full path of something in the workspace. */
export function belowWorkspace(workspace: Workspace, path: string): string {
  return path.slice(workspace.path.length + 1);
}

/**
 * The steps that have something to be done, in groups that can be done together: first what refers to nothing (uploads and
 * code), then environments, models and data, then components from the inside out.
 */
export function waves({ steps, actions }: Pick<InspectedPlan, 'steps' | 'actions'>): PlanStep[][] {
  const levels = new Map<string, number>();
  const found: PlanStep[][] = [];
  for (const [i, step] of steps.entries()) {
    const level = levelOf(step, levels);
    if (step.kind === 'component') levels.set(step.request.path, level);
    if (actions[i] === 'reuse') continue;
    found[level] ??= [];
    found[level].push(step);
  }
  return found.filter((wave) => wave !== undefined);
}

const LEVEL_OF_COMPONENTS = 2;

function levelOf(step: PlanStep, levels: ReadonlyMap<string, number>): number {
  if (step.kind === 'upload' || step.kind === 'code') return 0;
  if (step.kind !== 'component') return 1;
  const body = JSON.stringify(step.request.body);
  const inner = [...levels].filter(([path]) => body.includes(path)).map(([, level]) => level + 1);
  return Math.max(LEVEL_OF_COMPONENTS, ...inner);
}
