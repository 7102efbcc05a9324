import { listHolders, listVersionsWith, versionOf } from '../../../lib/azureml/model-choice.ts';
import { findModelVersion, type ModelVersion } from '../../../lib/azureml/models.ts';
import type { AssetRoot } from '../../../lib/azureml/resources.ts';
import { getNamedVersion } from '../../../lib/lineage/named-version.ts';
import { stepId } from '../../../lib/lineage/pipeline-run.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { findCompanions } from './find-companions.ts';
import type { Inputs } from './inputs.ts';
import type { Places } from './places.ts';
import { type Found, type Hop, movesOn } from './plan.ts';
import { RUN_TAG } from './run-tag.ts';

/**
 * Reads the version to promote. One that leaves the stage by which it is chosen is found, when this step of the pipeline runs
 * again, by the tag that it got with its new stage.
 * @throws UserError `ModelNotFound`, `ModelVersionUnnamed`
 */
export async function findSource({ workspace, sourceRegistry }: Places, inputs: Inputs): Promise<ModelVersion> {
  const { modelName, version, stage } = inputs;
  if (movesOn(inputs) && version.kind === 'stage') {
    const chosen = (await listHolders(workspace, modelName, version.stage))[0];
    const own = stepId(inputs.run);
    const isOwn = ({ properties }: ModelVersion): boolean => properties.tags?.[RUN_TAG] === own;
    const found = chosen ?? (await listHolders(workspace, modelName, stage!)).find(isOwn);
    if (found) return found;
  }
  return getNamedVersion(sourceRegistry ?? workspace, inputs.modelName, inputs.version, inputs.run);
}

/** Finds out, with reads alone, what is there of what a promotion makes. @throws UserError `AssetMissing` */
export async function inspectPromotion(
  source: ModelVersion,
  places: Places,
  inputs: Inputs,
  pipeline: Pipeline,
): Promise<Found> {
  const { workspace, sourceRegistry, registry, second, last } = places;
  const from = sourceRegistry ?? workspace;
  const name = registry || second ? inputs.targetModelName : inputs.modelName;
  const version = (registry || second ? inputs.targetModelVersion : undefined) ?? versionOf(source);
  const hop = async (kind: Hop['kind'], root: AssetRoot): Promise<Hop> => {
    const present = await findModelVersion(root, name, version);
    return { kind, place: root.label, name, version, present };
  };
  const hops = [
    ...(registry ? [await hop('registry', registry)] : []),
    ...(second ? [await hop('workspace', second)] : []),
  ];
  const model = second ? hops.at(-1)!.present : source;
  return {
    source,
    sourcePlace: from.label,
    sourceGuid: sourceRegistry ? undefined : workspace.workspaceGuid,
    hops,
    companions: hops.length > 0 ? await findCompanions(source, places, inputs, pipeline) : [],
    holders: await findHolders(last, name, inputs),
    last: { version, model: registry && !second ? undefined : model },
  };
}

/** Versions that have to step down: those that have the stage or the tag in the last workspace. */
async function findHolders(
  last: AssetRoot,
  name: string,
  { stage, exclusiveTag }: Pick<Inputs, 'stage' | 'exclusiveTag'>,
): Promise<ModelVersion[]> {
  const holders = stage === undefined ? [] : await listHolders(last, name, stage);
  if (exclusiveTag === undefined) return holders;
  const hasTag = ({ properties }: ModelVersion): boolean => properties.tags?.[exclusiveTag.name] === exclusiveTag.value;
  const known = new Set(holders.map(versionOf));
  const tagged = await listVersionsWith(last, name, hasTag);
  return [...holders, ...tagged.filter((one) => !known.has(versionOf(one)))];
}
