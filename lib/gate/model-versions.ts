import { findNewestVersionWith, stageOf } from '../azureml/model-choice.ts';
import { findNewestModelVersion, listModelNames, listModelVersions, type ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { listed, nearest } from '../core/words.ts';
import type { ModelChoice } from './baseline-choice.ts';
import { messages } from './messages.ts';

/** Versions whose tags a message names. */
const MOST_VERSIONS = 1_000;

interface ChosenVersion {
  model: ModelVersion | undefined;
  why?: FilledMessage;
  warnings?: FilledMessage[];
}

/** The newest version of a model that is not archived, or that of them which has a tag or a stage. */
export async function findChosenVersion(
  workspace: Workspace,
  name: string,
  choice: Exclude<ModelChoice, { kind: 'version' }>,
): Promise<ChosenVersion> {
  const newest = await findNewestModelVersion(workspace, name);
  if (!newest) return noModel(workspace, name);
  if (choice.kind === 'latest') {
    const active = isActive(newest) ? newest : await findNewestVersionWith(workspace, name, () => true);
    return active ? { model: active } : doubtful(fill(messages.NoActiveVersion, { model: name }));
  }
  const { tag, value } = choice;
  const model = await findNewestVersionWith(workspace, name, (version) => same(valueOfTag(version, tag), value));
  if (model) return { model };
  const active = (await listModelVersions(workspace, name, MOST_VERSIONS)).filter(isActive);
  const known = listed('There are', new Set(active.flatMap((version) => valueOfTag(version, tag) ?? [])));
  return doubtful(fill(messages.NoTaggedVersion, { model: name, tag, value, known }));
}

/** A name that was misspelt must not pass for a first model: what was perhaps meant is a warning. */
async function noModel(workspace: Workspace, name: string): Promise<ChosenVersion> {
  const similar = nearest(name, await listModelNames(workspace));
  if (similar === undefined) return { model: undefined, why: fill(messages.NoModel, { model: name }) };
  return doubtful(fill(messages.NoModelButLike, { model: name, similar }));
}

function doubtful(why: FilledMessage): ChosenVersion {
  return { model: undefined, why, warnings: [why] };
}

const isActive = ({ properties }: ModelVersion): boolean => properties.isArchived !== true;

/** Stages are a property of the service's; where nobody has set it, they may be a tag. */
function valueOfTag(model: ModelVersion, tag: string): string | undefined {
  return tag === 'stage' ? stageOf(model) || undefined : model.properties.tags?.[tag];
}

function same(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}
