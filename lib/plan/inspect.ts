import { find } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { type Difference, differencesOf } from './differences.ts';
import { isAnonymousComponent, isJob, type Plan, type PlannedRequest, type PlanStep } from './plan.ts';
import { type Datastores, isUploaded } from './storage.ts';

/**
 * What has to be done: nothing, because it is there already and is the same; create it; upload files and then create it;
 * send it although it is there, since it differs; ask for it, since only the service knows whether it is there; or submit
 * a job.
 */
export type Action = 'reuse' | 'create' | 'upload' | 'update' | 'create or reuse' | 'submit';

/** Something that is there already with another content than the plan's. Whether that may be is the caller's decision. */
export interface Differing {
  /** ARM path. */
  path: string;
  /** The service may refuse a change of one: `properties.modelUri` of a model's version. */
  differences: Difference[];
}

/** A plan, and what of it is to be done. */
export interface InspectedPlan extends Plan {
  /** By position in `steps`. */
  actions: Action[];
  mainAction: Action;
  /** Steps and main request, in the plan's order, that exist and differ. */
  differing: Differing[];
}

/** Requests at once: an agent is one client among others of the workspace. */
export const PARALLEL = 8;

interface Finding {
  action: Action;
  differing?: Differing | undefined;
}

/**
 * Looks up, with reads alone, what of the plan is there already. What a file describes in place is named after its content,
 * so whatever has the name is the same thing; what has a name of its own is compared.
 */
export async function inspectPlan(plan: Plan, workspace: Workspace, datastores: Datastores): Promise<InspectedPlan> {
  const { steps, main } = plan;
  const findings = await inParallel([...steps, undefined], PARALLEL, (step) =>
    step ? findingFor(step, workspace, datastores) : mainFinding(main, workspace),
  );
  const actions = findings.map(({ action }) => action);
  return {
    ...plan,
    actions: actions.slice(0, -1),
    mainAction: actions.at(-1)!,
    differing: findings.flatMap(({ differing }) => differing ?? []),
  };
}

async function findingFor(step: PlanStep, workspace: Workspace, datastores: Datastores): Promise<Finding> {
  if (step.kind === 'upload')
    return { action: (await isUploaded(step, await datastores.container(step.datastore))) ? 'reuse' : 'upload' };
  // The service keeps these under ids of its own, and the PUT gives the one that is there.
  if (isAnonymousComponent(step.request.path)) return { action: 'create or reuse' };
  const { isAnonymous } = (step.request.body as { properties: { isAnonymous?: boolean } }).properties;
  const present = await read(workspace, step.request, isAnonymous ? 'nothing' : 'properties');
  if (!present) return { action: step.kind === 'code' ? 'upload' : 'create' };
  return isAnonymous ? { action: 'reuse' } : compared(step.request, present);
}

/** Jobs are new under their names; what is no version (an endpoint, a schedule) is sent again even when nothing differs. */
async function mainFinding(main: PlannedRequest, workspace: Workspace): Promise<Finding> {
  if (isJob(main.path)) return { action: 'submit' };
  const present = await read(workspace, main);
  if (!present) return { action: 'create' };
  const found = compared(main, present);
  return main.path.includes('/versions/') ? found : { ...found, action: 'update' };
}

function compared({ path, body }: PlannedRequest, present: unknown): Finding {
  const differences = differencesOf(body, present);
  if (differences.length > 0) return { action: 'update', differing: { path, differences } };
  // Steps of a pipeline component don't come back, so only the service can tell whether they are the same.
  return { action: /"jobs":\{"/.test(JSON.stringify(body)) ? 'create or reuse' : 'reuse' };
}

/** What is there under a planned request's path, or undefined. @param needs as `find` has it */
export function read<T extends object>(
  workspace: Workspace,
  { path, apiVersion }: PlannedRequest,
  needs: 'properties' | 'nothing' = 'properties',
): Promise<T | undefined> {
  return find<T>(workspace, belowWorkspace(workspace, path), { apiVersion, needs });
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
