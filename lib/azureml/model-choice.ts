import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { nameOf } from './ids.ts';
import { findModelVersion, findNewestModelVersion, type ModelVersion } from './models.ts';
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
  const message =
    versions.length === 0
      ? notFound('model', name, `in ${root.label}`, await names(root, 'models'))
      : choice.kind === 'stage'
        ? `No version of the model '${name}' in ${root.label} is in the stage '${choice.stage}'.`
        : notFound(
            'version',
            choice.kind === 'version' ? choice.version : 'latest',
            `of the model '${name}' in ${root.label}`,
            versions,
          );
  throw new UserError({ code: 'ModelNotFound', message, fix: 'Check the name and the version of the model.' });
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

/**
 * The versions that are in a stage, newest first, as they are now: lists are served by an index that lags behind, so each
 * version that the list names is read.
 */
export async function listHolders(root: AssetRoot, name: string, stage: string): Promise<ModelVersion[]> {
  const candidates = new Map<string, ModelVersion>();
  const versions = path('models', name, 'versions');
  for await (const model of list<ModelVersion>(root, versions, { stage })) candidates.set(versionOf(model), model);
  // The index of stages may be behind that of versions: the newest ones are read in any case.
  let newest = 0;
  for await (const model of list<ModelVersion>(root, versions, { $orderBy: 'createdtime desc' })) {
    candidates.set(versionOf(model), model);
    if (++newest === NEWEST_READ) break;
  }
  const holders: ModelVersion[] = [];
  for (const version of candidates.keys()) {
    const now = await findModelVersion(root, name, version);
    if (now && isIn(now, stage) && now.properties.isArchived !== true) holders.push(now);
  }
  return holders.sort((one, other) => Number(versionOf(other)) - Number(versionOf(one)));
}

/** Versions that are read although the list does not say that they are in the stage. */
const NEWEST_READ = 20;

/** Stages are free words, compared without case. */
export function isIn({ properties }: ModelVersion, stage: string): boolean {
  return (properties.stage ?? '').toLowerCase() === stage.toLowerCase();
}
