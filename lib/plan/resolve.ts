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
import { LATEST, type Plan, type PlannedRequest, type PlanStep, type Requirement } from './plan.ts';
import { registryCheck, thereIs, WORDS } from './registry-references.ts';

/** Names among which the nearest to a wrong one is looked for. */
const MOST_NAMES = 1_000;

/**
 * Checks with reads alone that everything the job refers to is in the workspace, and replaces `@latest` by the newest
 * version's number. Nothing is created before this has succeeded.
 * @throws UserError `ReferenceNotFound` with everything that is missing, each with its place in the job file
 */
export async function resolvePlan(plan: Plan, workspace: Workspace): Promise<Plan> {
  const replacements = await resolveRequirements(plan.requirements, workspace);
  return replacements.length === 0 ? plan : replaceAll(plan, replacements);
}

/**
 * The same for anything that refers to assets: what stands in its body for the newest versions, and their paths.
 * @throws UserError `ReferenceNotFound`
 */
export async function resolveRequirements(
  requirements: readonly Requirement[],
  workspace: Workspace,
): Promise<[from: string, to: string][]> {
  const found: (Problem | undefined)[] = [];
  const replacements: [from: string, to: string][] = [];
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
          ? 'The job refers to something that is not there.'
          : `The job refers to ${problems.length} things that are not there.`,
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

/** Newest means created last, not highest number (azure-ai-ml `_get_latest_version_from_container`). */
async function latestVersion(
  workspace: Workspace,
  kind: Requirement['kind'],
  name: string,
): Promise<string | undefined> {
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
 * Puts the found versions into all bodies. Anonymous components are named after their content, so those that change are
 * renamed, and what refers to them with them; steps are in order of dependency.
 */
function replaceAll(plan: Plan, replacements: [from: string, to: string][]): Plan {
  const renames = [...replacements];
  const change = (request: PlannedRequest): PlannedRequest => ({
    ...request,
    body: replaceInBody(request.body, renames),
  });
  const steps = plan.steps.map((step): PlanStep => {
    if (step.kind !== 'component') return step;
    const request = change(step.request);
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

/** The body with every path replaced. */
export function replaceInBody(body: unknown, replacements: readonly [from: string, to: string][]): unknown {
  let text = JSON.stringify(body);
  for (const [from, to] of replacements) text = text.split(from).join(to);
  return JSON.parse(text) as unknown;
}
