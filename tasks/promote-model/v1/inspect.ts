import { getChosenModel, listHolders, listVersionsWith, versionOf } from '../../../lib/azureml/model-choice.ts';
import { findModelVersion, type ModelVersion } from '../../../lib/azureml/models.ts';
import { type AssetRoot, find, path } from '../../../lib/azureml/resources.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { PREFIX } from '../../../lib/lineage/stamp.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { Places } from './places.ts';
import type { Companion, Found, Hop } from './plan.ts';

/** Reads the version to promote. @throws UserError `ModelNotFound` */
export function findSource({ workspace, sourceRegistry }: Places, inputs: Inputs): Promise<ModelVersion> {
  return getChosenModel(sourceRegistry ?? workspace, inputs.modelName, inputs.version);
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
  const tagged = await listVersionsWith(last, name, hasTag, {});
  return [...holders, ...tagged.filter((one) => !known.has(versionOf(one)))];
}

/** The environments and components that go along, in every place that they go to. */
async function findCompanions(
  source: ModelVersion,
  { workspace, sourceRegistry, registry, second }: Places,
  { environments, components }: Inputs,
  pipeline: Pipeline,
): Promise<Companion[]> {
  if (sourceRegistry) return [];
  const isAuto = environments === 'auto';
  const named = isAuto ? environmentOf(source) : environments;
  const wanted = [
    ...named.map((one) => ({ kind: 'environments' as const, ...one })),
    ...(components === 'auto' ? [] : components).map((one) => ({ kind: 'components' as const, ...one })),
  ];
  const found: Companion[] = [];
  for (const { kind, name, version } of wanted) {
    const below = path(kind, name, 'versions', version);
    if (!(await find(workspace, below))) {
      if (isAuto && kind === 'environments') {
        pipeline.warn(pipeline.message(messages.AssetLeftOut, { name, version, place: workspace.label }));
        continue;
      }
      throw new UserError({
        code: 'AssetMissing',
        message: fill(messages.AssetMissing, { kind: kind.replace(/s$/, ''), name, version, place: workspace.label }),
        fix: fill(messages.AssetMissingFix),
      });
    }
    const roots: AssetRoot[] = [
      ...(registry ? [registry] : []),
      ...(second && kind === 'environments' ? [second] : []),
    ];
    for (const root of roots)
      found.push({ kind, place: root.label, name, version, isPresent: (await find(root, below)) !== undefined });
  }
  return found;
}

/** The environment in which the model was made, when it is one of the workspace's own that has a name. */
function environmentOf({ properties }: ModelVersion): { name: string; version: string }[] {
  const recorded = properties.properties?.[`${PREFIX}environment`] ?? '';
  const [, name, version] = /^azureml:([^:/@]+):([^:/@]+)$/.exec(recorded) ?? [];
  if (name === undefined || version === undefined || /^(?:CliV2AnonymousEnvironment|AzureML-)/.test(name)) return [];
  return [{ name, version }];
}
