import { find, names, path } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { contentHash } from '../core/json.ts';
import { type Difference, removalsOf } from './differences.ts';
import { type InspectedPlan, inspectPlan, read } from './inspect.ts';
import { latestOfContainer } from './own-versions.ts';
import { NEXT, type Plan, type PlannedRequest } from './plan.ts';
import type { Replacement } from './replace.ts';
import { resolvePlan } from './resolve.ts';
import type { Datastores } from './storage.ts';

/** What applying the file of an asset, a compute or a schedule comes to. */
export type AssetAction = 'create' | 'update' | 'unchanged' | 'conflict';

export interface AssetChange {
  action: AssetAction;
  plan: InspectedPlan;
  /** What is there and differs: of the newest version when the file gives none. */
  differences: Difference[];
  /** The version that the file's content was compared with; undefined when there is none, and for what has no versions. */
  compared: string | undefined;
}

/** Property of a pipeline component or a schedule: the hash of its definition. Its steps don't come back, so nothing else tells two apart. */
const DEFINITION_HASH = 'definition.sha256';

/**
 * Finds out, with reads alone, what applying a plan comes to: nothing, when what it makes exists and is equal; a new version,
 * when it differs and its file does not fix the version; `conflict`, when it differs from the version that the file fixes.
 * Computes and schedules have no versions and are updated.
 * @param known see `resolvePlan`
 * @throws UserError `ReferenceNotFound`
 */
export async function inspectAsset(
  plan: Plan,
  workspace: Workspace,
  datastores: Datastores,
  known: readonly Replacement[] = [],
): Promise<AssetChange> {
  const main = withDefinitionHash(plan.main);
  const isOpen = /\/versions\/@\w+$/.test(main.path);
  const newest = isOpen ? await newestVersion(workspace, main.path) : undefined;
  const inspect = async (version?: string): Promise<{ plan: InspectedPlan; differences: Difference[] }> => {
    const path = version === undefined ? main.path : main.path.replace(/@\w+$/, () => version);
    const resolved = await resolvePlan({ ...plan, main: { ...main, path } }, workspace, known);
    const inspected = await inspectPlan(resolved, workspace, datastores);
    return { plan: inspected, differences: await differencesIn(inspected, workspace) };
  };
  if (isOpen && newest === undefined) return { ...(await inspect(NEXT)), action: 'create', compared: undefined };
  const found = await inspect(newest);
  const { mainAction } = found.plan;
  const version = isVersion(main.path) ? found.plan.main.path.replace(/^.*\//, '') : undefined;
  if (mainAction === 'create') return { ...found, action: 'create', compared: undefined };
  const isSame = found.differences.length === 0;
  if (!isVersion(main.path)) return { ...found, action: isSame ? 'unchanged' : 'update', compared: undefined };
  if (isSame) return { ...found, action: 'unchanged', compared: version };
  // Made by others, so nothing says whether its steps are the same: the service compares them.
  if (!isOpen && found.differences.every(({ field, present }) => field.endsWith(DEFINITION_HASH) && !present))
    return { ...found, action: 'update', compared: version };
  if (!isOpen) return { ...found, action: 'conflict', compared: version };
  const { plan: next } = await inspect(NEXT);
  return { plan: next, differences: found.differences, action: 'create', compared: version };
}

function isVersion(path: string): boolean {
  return path.includes('/versions/');
}

/** True for a body that has the steps of a pipeline, which don't come back. */
function hasSteps({ body }: PlannedRequest): boolean {
  return /"jobs":\{"/.test(JSON.stringify(body));
}

function withDefinitionHash(main: PlannedRequest): PlannedRequest {
  if (!hasSteps(main)) return main;
  const body = main.body as { properties: Record<string, unknown> & { properties?: Record<string, string> } };
  const { componentSpec, action, properties } = body.properties;
  const own = { ...properties, [DEFINITION_HASH]: contentHash(componentSpec ?? action) };
  return { ...main, body: { ...body, properties: { ...body.properties, properties: own } } };
}

/** What differs in the main request; the steps are named after their content, or belong to others. */
async function differencesIn({ main, mainAction, differing }: InspectedPlan, workspace: Workspace) {
  if (mainAction === 'create') return [];
  const present = await read<object>(workspace, main);
  const own = differing.find(({ path }) => path === main.path)?.differences ?? [];
  return [...own, ...removalsOf(main.body, present)];
}

/** The newest version of an asset: by its container, which does not lag behind, else by the list. */
async function newestVersion(workspace: Workspace, planned: string): Promise<string | undefined> {
  const [kind, name] = planned.slice(workspace.path.length + 1).split('/') as [string, string];
  const latest = await latestOfContainer(workspace, kind, name);
  if (latest !== undefined && (await find(workspace, path(kind, name, 'versions', latest)))) return latest;
  const query = { $orderBy: 'createdtime desc', $top: '1' };
  return (await names(workspace, path(kind, name, 'versions'), { query, most: 1 }))[0];
}
