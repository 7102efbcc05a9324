import { find, names, path } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { type Problem, UserError } from '../core/errors.ts';
import { contentHash, guidOf } from '../core/json.ts';
import { inParallel } from '../core/parallel.ts';
import { didYouMean } from '../core/words.ts';
import { PARALLEL } from './inspect.ts';
import { latestOfContainer, ownVersions } from './own-versions.ts';
import {
  isAnonymousComponent,
  isJob,
  LATEST,
  type Plan,
  type PlannedRequest,
  type PlanStep,
  type Requirement,
} from './plan.ts';
import { registryCheck, thereAre, WORDS } from './registry-references.ts';
import { type Replacement, replaceInBody, replaceInText } from './replace.ts';

/**
 * Checks with reads alone that everything the plan refers to is in the workspace, and replaces `@latest` and `@next` by
 * versions. Nothing is created before this has succeeded.
 * @param known versions that are made before the plan is applied, in place of their `@latest`
 * @throws UserError `ReferenceNotFound` with everything that is missing, each with its place in the file
 */
export async function resolvePlan(plan: Plan, workspace: Workspace, known: readonly Replacement[] = []): Promise<Plan> {
  const what = isJob(plan.main.path) ? 'job' : 'file';
  const replacements = [
    ...known,
    ...(await resolveRequirements(plan.requirements, workspace, what)),
    ...(await ownVersions(plan, workspace, (kind, name) => latestVersion(workspace, kind, name))),
  ];
  return replacements.length === 0 ? plan : replaceAll(plan, replacements);
}

/**
 * The same for anything that refers to assets: what its body has in place of the newest versions, and their paths.
 * @throws UserError `ReferenceNotFound`
 */
export async function resolveRequirements(
  requirements: readonly Requirement[],
  workspace: Workspace,
  what: 'job' | 'file' = 'job',
): Promise<Replacement[]> {
  const found: (Problem | undefined)[] = [];
  const replacements: Replacement[] = [];
  const missingInRegistry = registryCheck(workspace);
  await inParallel(requirements, PARALLEL, async (requirement, i) => {
    const { kind, name, version, field, place } = requirement;
    if (requirement.registry !== undefined || requirement.isCurated) {
      if (requirement.isCurated && (await isInWorkspace(workspace, requirement))) return;
      const message = await missingInRegistry(requirement);
      if (message !== undefined) found[i] = { message, place };
    } else if (version === LATEST) {
      const latest = await latestVersion(workspace, kind, name);
      if (latest === undefined) found[i] = { message: await missing(workspace, requirement), place };
      else
        replacements.push([
          versionPath(workspace.path, requirement, LATEST),
          versionPath(workspace.path, requirement, latest),
        ]);
    } else if (!(await exists(workspace, requirement))) {
      found[i] = { message: await missing(workspace, { kind, name, version, field, place }), place };
    }
  });
  const problems = found.filter((problem) => problem !== undefined);
  if (problems.length > 0) {
    throw new UserError({
      code: 'ReferenceNotFound',
      message:
        problems.length === 1
          ? `The ${what} refers to something that does not exist.`
          : `The ${what} refers to ${problems.length} things that do not exist.`,
      fix: 'Create it first or change the reference; nothing was created in the workspace.',
      problems,
    });
  }
  return replacements;
}

function versionPath(workspace: string, { kind, name }: Requirement, version: string): string {
  return `${workspace}/${kind}/${name}/versions/${version}`;
}

async function isInWorkspace(workspace: Workspace, requirement: Requirement): Promise<boolean> {
  const { kind, name, version } = requirement;
  return version === LATEST
    ? (await latestVersion(workspace, kind, name)) !== undefined
    : await exists(workspace, requirement);
}

async function exists(workspace: Workspace, { kind, name, version }: Requirement): Promise<boolean> {
  const below = version === '' ? path(kind, name) : path(kind, name, 'versions', version);
  return (await find(workspace, below, { needs: 'nothing' })) !== undefined;
}

/**
 * Newest means created last, not highest number (azure-ai-ml `_get_latest`). Data is read from its container, as
 * azure-ai-ml does: lists lag behind, and a version that a step before this one registered would be missed.
 */
async function latestVersion(workspace: Workspace, kind: string, name: string): Promise<string | undefined> {
  if (kind === 'data') return latestOfContainer(workspace, kind, name);
  const query = { $orderBy: 'createdtime desc', $top: '1' };
  const [newest] = await names(workspace, path(kind, name, 'versions'), { query, most: 1 });
  return newest;
}

async function missing(workspace: Workspace, { kind, name, version, field }: Requirement): Promise<string> {
  const word = WORDS[kind];
  const start = `'${field}' refers to the ${word} '${name}'`;
  const all = await names(workspace, kind);
  if (version === '' || !all.includes(name))
    return `${start}, which is not in the workspace.${didYouMean(name, all)}${thereAre('', all)}`;
  const versions = await names(workspace, path(kind, name, 'versions'));
  const shown = version === LATEST ? ', which has no versions' : ` version ${version}, which does not exist`;
  return `${start}${shown}.${thereAre('version', versions)}`;
}

/**
 * Puts the found versions into all paths and bodies. Anonymous components are named after their content, so those that change are
 * renamed, and what refers to them with them; steps are in order of dependency.
 */
function replaceAll(plan: Plan, replacements: readonly Replacement[]): Plan {
  const renames = [...replacements];
  const change = (request: PlannedRequest): PlannedRequest => ({
    ...request,
    path: replaceInText(request.path, renames),
    body: replaceInBody(request.body, renames),
  });
  const steps = plan.steps.map((step): PlanStep => {
    if (step.kind === 'upload' || step.kind === 'code') return step;
    const request = change(step.request);
    if (!isAnonymousComponent(request.path)) return { ...step, request };
    if (JSON.stringify(request.body) === JSON.stringify(step.request.body)) return step;
    const renamed = anonymousPath(request);
    renames.push([step.request.path, renamed]);
    return { ...step, request: { ...request, path: renamed } };
  });
  return { ...plan, steps, main: change(plan.main) };
}

function anonymousPath(request: PlannedRequest): string {
  const { componentSpec } = (request.body as { properties: { componentSpec: Record<string, unknown> } }).properties;
  const { name: _name, version: _version, ...content } = componentSpec;
  return request.path.replace(/[^/]+$/, guidOf(contentHash(content)));
}
