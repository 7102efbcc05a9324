import { UserError } from '../core/errors.ts';
import { inParallel } from '../core/parallel.ts';
import { listed, notFound } from '../core/words.ts';
import { nameOf } from './ids.ts';
import { findLatestVersion, findModelVersion, findNewestModelVersion, type ModelVersion } from './models.ts';
import { type AssetRoot, list, names, path } from './resources.ts';

/** Which version of a model is meant. */
export type VersionChoice =
  | { kind: 'version'; version: string }
  | { kind: 'latest' }
  | { kind: 'stage'; stage: string };

/**
 * Reads `7`, `latest` (the version that was created last) or `stage:Production`.
 * @throws UserError `ModelVersionInvalid`
 */
export function parseVersionChoice(text: string): VersionChoice {
  if (/^[1-9]\d*$/.test(text)) return { kind: 'version', version: text };
  if (/^@?latest$/i.test(text)) return { kind: 'latest' };
  const stage = /^stage:\s*(\S.*)$/i.exec(text)?.[1];
  if (stage !== undefined) return { kind: 'stage', stage: stage.trim() };
  throw new UserError({
    code: 'ModelVersionInvalid',
    message: `'${text}' is neither a whole number above 0, as versions of models are, nor latest, nor stage: and the name of a stage.`,
    fix: 'Write for example 7, latest or stage:Production.',
  });
}

/** The version that a model's answer is of: a registry's answer has the model's name as its name, so the id says it. */
export function versionOf({ id }: Pick<ModelVersion, 'id'>): string {
  return nameOf(id);
}

/**
 * The version that is meant.
 * @throws UserError `ModelNotFound` with the versions or models that there are; `ModelVersionsUnclear`
 */
export async function getChosenModel(root: AssetRoot, name: string, choice: VersionChoice): Promise<ModelVersion> {
  const found = await findChosen(root, name, choice);
  if (found) return found;
  const versions = await names(root, path('models', name, 'versions'));
  const stages = choice.kind === 'stage' ? await stagesOf(root, name) : [];
  const message =
    versions.length === 0
      ? notFound('model', name, `in ${root.label}`, await names(root, 'models'))
      : choice.kind === 'stage'
        ? `No version of the model '${name}' in ${root.label} is in the stage '${choice.stage}'.${listed('There are versions in', stages)}`
        : notFound(
            'version',
            choice.kind === 'version' ? choice.version : 'latest',
            `of the model '${name}' in ${root.label}`,
            versions,
          );
  throw new UserError({ code: 'ModelNotFound', message, fix: 'Check the name and the version of the model.' });
}

/** Stages that versions of a model are in and that are not archived, as the list has them. */
async function stagesOf(root: AssetRoot, name: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const model of list<ModelVersion>(root, path('models', name, 'versions')))
    if (model.properties.isArchived !== true && stageOf(model) !== '') found.add(stageOf(model));
  return [...found];
}

async function findChosen(root: AssetRoot, name: string, choice: VersionChoice): Promise<ModelVersion | undefined> {
  switch (choice.kind) {
    case 'version':
      return findModelVersion(root, name, choice.version);
    case 'latest':
      return findNewestModelVersion(root, name);
    case 'stage':
      return (await listHolders(root, name, choice.stage))[0];
  }
}

/** The versions that are in a stage and not archived, the highest first. */
export function listHolders(root: AssetRoot, name: string, stage: string): Promise<ModelVersion[]> {
  return listVersionsWith(root, name, (model) => isIn(model, stage));
}

/**
 * The versions that have something and are not archived, as they are now, the highest first: lists are served by an index that
 * lags behind, so each version that has it by the list is read, and so are the newest ones in any case. The list's own filter by
 * stage knows the field alone, not the tag.
 */
export async function listVersionsWith(
  root: AssetRoot,
  name: string,
  has: (model: ModelVersion) => boolean,
): Promise<ModelVersion[]> {
  const versions = path('models', name, 'versions');
  const candidates = new Set<string>();
  for await (const model of list<ModelVersion>(root, versions)) if (has(model)) candidates.add(versionOf(model));
  const newest: ModelVersion[] = [];
  for await (const model of list<ModelVersion>(root, versions, NEWEST_FIRST)) {
    if (newest.push(model) === NEWEST_READ) break;
  }
  for (const version of [...newest.map(versionOf), ...(await unlisted(root, name, newest))]) candidates.add(version);
  const now = await readNow(root, name, [...candidates]);
  return now.filter((model) => isActiveWith(model, has)).sort((a, b) => Number(versionOf(b)) - Number(versionOf(a)));
}

/**
 * The newest version that has something and is not archived, as it is now. The list says in which order they were made; what
 * they have is read from each, newest first, as far as needed.
 */
export async function findNewestVersionWith(
  root: AssetRoot,
  name: string,
  has: (model: ModelVersion) => boolean,
): Promise<ModelVersion | undefined> {
  const listed: ModelVersion[] = [];
  for await (const model of list<ModelVersion>(root, path('models', name, 'versions'), NEWEST_FIRST))
    listed.push(model);
  // Of older ones what the list says is true: an index lags by seconds.
  const older = listed.slice(NEWEST_READ).filter((model) => isActiveWith(model, has));
  const candidates = [
    ...(await unlisted(root, name, listed)),
    ...[...listed.slice(0, NEWEST_READ), ...older].map(versionOf),
  ];
  for (let start = 0; start < candidates.length; start += PARALLEL) {
    const now = await readNow(root, name, candidates.slice(start, start + PARALLEL));
    const found = now.find((model) => isActiveWith(model, has));
    if (found) return found;
  }
  return undefined;
}

/** Versions above those of a list that there are by the model itself, the highest first: the list does not have them yet. */
async function unlisted(root: AssetRoot, name: string, listed: readonly ModelVersion[]): Promise<string[]> {
  const latest = Number((await findLatestVersion(root, name)) ?? 0);
  const highest = Math.max(0, ...listed.map((model) => Number(versionOf(model))));
  const count = Math.min(NEWEST_READ, Math.max(0, latest - highest)) || 0;
  return Array.from({ length: count }, (_, index) => String(latest - index));
}

async function readNow(root: AssetRoot, name: string, versions: readonly string[]): Promise<ModelVersion[]> {
  const now = await inParallel(versions, PARALLEL, (version) => findModelVersion(root, name, version));
  return now.filter((model) => model !== undefined);
}

function isActiveWith(model: ModelVersion, has: (model: ModelVersion) => boolean): boolean {
  return model.properties.isArchived !== true && has(model);
}

const NEWEST_FIRST = { $orderBy: 'createdtime desc' };

const PARALLEL = 8;

/** Versions that are read whatever the list says about them. */
const NEWEST_READ = 20;

/** The stage that every version has at first. */
export const FIRST_STAGE = 'Development';

/**
 * The stage of a version: the service's field where somebody has set it, else the tag `stage`, which MLflow's clients and people
 * write; empty when there is neither.
 */
export function stageOf({ properties }: Pick<ModelVersion, 'properties'>): string {
  const { stage, tags } = properties;
  const isSet = stage && stage.toLowerCase() !== FIRST_STAGE.toLowerCase();
  return isSet ? stage : tags?.stage || stage || '';
}

/** Stages are free words, compared without case. */
export function isIn(model: Pick<ModelVersion, 'properties'>, stage: string): boolean {
  return stageOf(model).toLowerCase() === stage.toLowerCase();
}
