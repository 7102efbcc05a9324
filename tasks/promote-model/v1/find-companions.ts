import type { ModelVersion } from '../../../lib/azureml/models.ts';
import type { AssetName } from '../../../lib/azureml/registry-writes.ts';
import { type AssetRoot, find, path } from '../../../lib/azureml/resources.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { recordedComponent, recordedEnvironment } from './auto-companions.ts';
import { type AssetVersion, requireSame } from './companions.ts';
import { componentParts } from './component-parts.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { Places } from './places.ts';
import type { Companion } from './plan.ts';

/**
 * What goes along: the environments and components, and what a component needs in a workspace, in every place that they go to, each
 * behind what it refers to.
 * @throws UserError `AssetMissing`, `EnvironmentWithBuild`, `ComponentNotCopyable`, `VersionTaken`
 */
export async function findCompanions(
  model: ModelVersion,
  places: Places,
  inputs: Inputs,
  pipeline: Pipeline,
): Promise<Companion[]> {
  const origin = places.sourceRegistry ?? places.workspace;
  const found: Companion[] = [];
  for (const { asset, isAuto } of await wantedAssets(model, places, inputs, pipeline)) {
    const source = await find<AssetVersion>(origin, below(asset));
    if (!source && isAuto) {
      const { kind, name, version } = asset;
      pipeline.warn(pipeline.message(messages.AssetLeftOut, { kind: one(kind), name, version, place: origin.label }));
    } else if (source && isAuto && places.sourceRegistry && source.properties.build)
      // Nothing is lost: the target finds it in the registry.
      pipeline.say(messages.EnvironmentShared, { name: `${asset.name}:${asset.version}` });
    else if (source) found.push(...(await everywhere(asset, source, origin, places)));
    else throw missing(asset, origin);
  }
  const keyOf = ({ place, kind, name, version }: Companion): string => [place, kind, name, version].join('\n');
  return [...new Map(found.map((companion) => [keyOf(companion), companion])).values()];
}

interface Wanted {
  asset: AssetName;
  /** True for what the model's record names: it may be gone. */
  isAuto: boolean;
}

async function wantedAssets(
  model: ModelVersion,
  { workspace, sourceRegistry }: Places,
  { environments, components }: Inputs,
  pipeline: Pipeline,
): Promise<Wanted[]> {
  const auto = (asset: AssetName | undefined): Wanted[] => (asset ? [{ asset, isAuto: true }] : []);
  const named = (kind: AssetName['kind'], list: readonly Omit<AssetName, 'kind'>[]): Wanted[] =>
    list.map((given) => ({ asset: { kind, ...given }, isAuto: false }));
  return [
    ...(environments === 'auto' ? auto(recordedEnvironment(model, pipeline)) : named('environments', environments)),
    ...(components === 'auto'
      ? auto(await recordedComponent(model, sourceRegistry ? undefined : workspace, pipeline))
      : named('components', components)),
  ];
}

/** An asset in the places that it goes to. */
async function everywhere(
  asset: AssetName,
  source: AssetVersion,
  origin: AssetRoot,
  { registry, second }: Places,
): Promise<Companion[]> {
  const inRegistry = registry ? [await companion(asset, source, registry)] : [];
  if (!second) return inRegistry;
  const { kind, name, version } = asset;
  if (kind === 'environments') requireCopyable(asset, source);
  const { code, environment } =
    kind === 'components'
      ? componentParts(asset, source.properties.componentSpec ?? {})
      : { code: undefined, environment: undefined };
  const parts: Companion[] = [];
  for (const part of [code, environment]) {
    if (!part) continue;
    const partSource = await find<AssetVersion>(origin, below(part));
    if (!partSource) throw missing(part, origin);
    if (part.kind === 'environments') requireCopyable(part, partSource);
    parts.push(await companion(part, partSource, second));
  }
  return [...inRegistry, ...parts, await companion({ kind, name, version }, source, second)];
}

/** @throws UserError `VersionTaken` */
async function companion(asset: AssetName, source: AssetVersion, root: AssetRoot): Promise<Companion> {
  const present = await find<AssetVersion>(root, below(asset));
  if (present) requireSame(asset, source, present, root.label);
  return { ...asset, place: root.label, isPresent: present !== undefined };
}

/** A workspace takes an environment that is an image and a conda file. @throws UserError `EnvironmentWithBuild` */
function requireCopyable({ name, version }: AssetName, { properties }: AssetVersion): void {
  if (!properties.build) return;
  throw new UserError({
    code: 'EnvironmentWithBuild',
    message: fill(messages.EnvironmentWithBuild, { name, version }),
    fix: fill(messages.EnvironmentWithBuildFix),
  });
}

function missing({ kind, name, version }: AssetName, { label }: AssetRoot): UserError {
  return new UserError({
    code: 'AssetMissing',
    message: fill(messages.AssetMissing, { kind: one(kind), name, version, place: label }),
    fix: fill(messages.AssetMissingFix),
  });
}

function below({ kind, name, version }: AssetName): string {
  return path(kind, name, 'versions', version);
}

function one(kind: AssetName['kind']): string {
  return kind.replace(/s$/, '');
}
