import { listAll } from '../azure/client.ts';
import { hasStatus } from '../azure/failures.ts';
import { STABLE } from '../azureml/api-versions.ts';
import { assetPath } from '../azureml/ids.ts';
import { armRequest, type Workspace } from '../azureml/workspace.ts';
import { type Problem, UserError } from '../core/errors.ts';
import { contentHash, guidOf } from '../core/json.ts';
import { didYouMean } from '../core/nearest.ts';
import { inParallel } from '../core/parallel.ts';
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
import { registryCheck, thereIs, WORDS } from './registry-references.ts';
import { type Replacement, replaceInBody, replaceInText } from './replace.ts';

/** Names among which the nearest to a wrong one is looked for. */
const MOST_NAMES = 1_000;

/**
 * Checks with reads alone that everything the plan refers to is in the workspace, and replaces `@latest` and `@next` by
 * versions. Nothing is created before this has succeeded.
 * @throws UserError `ReferenceNotFound` with everything that is missing, each with its place in the file
 */
export async function resolvePlan(plan: Plan, workspace: Workspace): Promise<Plan> {
  const what = isJob(plan.main.path) ? 'job' : 'file';
  const replacements = [
    ...(await resolveRequirements(plan.requirements, workspace, what)),
    ...(await ownVersions(plan, workspace, (kind, name) => latestVersion(workspace, kind, name))),
  ];
  return replacements.length === 0 ? plan : replaceAll(plan, replacements);
}

/**
 * The same for anything that refers to assets: what stands in its body for the newest versions, and their paths.
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
    if (requirement.registry !== undefined) {
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
          ? `The ${what} refers to something that is not there.`
          : `The ${what} refers to ${problems.length} things that are not there.`,
      fix: 'Create it first or change the reference; nothing was created in the workspace.',
      docs: 'tasks/submit-job',
      problems,
    });
  }
  return replacements;
}

function versionPath(workspace: string, { kind, name }: Requirement, version: string): string {
  return `${workspace}/${kind}/${name}/versions/${version}`;
}

async function exists(workspace: Workspace, { kind, name, version }: Requirement): Promise<boolean> {
  const below =
    kind === 'computes' || kind === 'datastores'
      ? `${kind}/${encodeURIComponent(name)}`
      : assetPath('', kind, encodeURIComponent(name), encodeURIComponent(version)).slice(1);
  try {
    await workspace.client.send(armRequest(workspace, 'GET', below, STABLE));
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

/**
 * Newest means created last, not highest number (azure-ai-ml `_get_latest`). Data is read from its container, as
 * azure-ai-ml does: lists lag behind, and a version that a step before this one registered would be missed.
 */
async function latestVersion(workspace: Workspace, kind: string, name: string): Promise<string | undefined> {
  if (kind === 'data') return latestOfContainer(workspace, kind, name);
  const [newest] = await list(
    workspace,
    `${kind}/${encodeURIComponent(name)}/versions`,
    { $orderBy: 'createdtime desc', $top: '1' },
    1,
  );
  return newest;
}

/** Names of at most `most` items of a collection. */
async function list(
  workspace: Workspace,
  below: string,
  query: Record<string, string> = {},
  most = MOST_NAMES,
): Promise<string[]> {
  const url = new URL(armRequest(workspace, 'GET', below, STABLE).url);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const names: string[] = [];
  try {
    for await (const { name } of listAll<{ name: string }>(workspace.client, url.href)) {
      names.push(name);
      if (names.length === most) break;
    }
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
  return names;
}

async function missing(workspace: Workspace, { kind, name, version, field }: Requirement): Promise<string> {
  const word = WORDS[kind];
  const start = `'${field}' refers to the ${word} '${name}'`;
  const names = await list(workspace, kind);
  const has = (what: string, all: string[]): string => (all.length > 0 ? ` ${thereIs(what, all)}` : '');
  if (version === '' || !names.includes(name))
    return `${start}, but the workspace has none of that name.${didYouMean(name, names) || has('', names)}`;
  const versions = await list(workspace, `${kind}/${name}/versions`);
  const shown = version === LATEST ? 'but it has no version' : `version ${version}, but there is no such version`;
  return `${start} ${shown}.${has(versions.length === 1 ? 'version ' : 'versions ', versions)}`;
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
    const path = anonymousPath(request);
    renames.push([step.request.path, path]);
    return { ...step, request: { ...request, path } };
  });
  return { ...plan, steps, main: change(plan.main) };
}

function anonymousPath(request: PlannedRequest): string {
  const { componentSpec } = (request.body as { properties: { componentSpec: Record<string, unknown> } }).properties;
  const { name: _name, version: _version, ...content } = componentSpec;
  return request.path.replace(/[^/]+$/, guidOf(contentHash(content)));
}
