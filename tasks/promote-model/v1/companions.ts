import type { ModelVersion } from '../../../lib/azureml/models.ts';
import type { AssetName } from '../../../lib/azureml/registry-writes.ts';
import { type AssetRoot, find, path } from '../../../lib/azureml/resources.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { PREFIX } from '../../../lib/lineage/stamp.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { differencesOf } from '../../../lib/plan/differences.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { Places } from './places.ts';
import type { Companion } from './plan.ts';

/** A version of an environment or a component, as far as it is compared. */
export interface AssetVersion {
  properties: Record<string, unknown> & { build?: unknown; componentSpec?: Record<string, unknown> };
}

/** What an asset is, without what differs from place to place: ids of code, of environments and of build contexts. */
function contentOf(kind: string, { properties }: AssetVersion): object {
  if (kind === 'environments')
    return { image: properties.build ? '' : properties.image, condaFile: properties.condaFile };
  const { type, command } = properties.componentSpec ?? {};
  return { type, command };
}

/** @throws UserError `VersionTaken` when something else has the name and the version there */
export function requireSame(
  { kind, name, version }: AssetName,
  source: AssetVersion,
  present: AssetVersion,
  place: string,
): void {
  const fields = differencesOf(contentOf(kind, source), contentOf(kind, present)).map(({ field }) => field);
  if (fields.length === 0) return;
  throw new UserError({
    code: 'VersionTaken',
    message: fill(messages.AssetTaken, {
      kind: kind.replace(/s$/, ''),
      name,
      version,
      place,
      fields: fields.join(', '),
    }),
    fix: fill(messages.AssetTakenFix),
  });
}

/** A version that is known to exist. */
export async function getVersion(workspace: Workspace, { kind, name, version }: AssetName): Promise<AssetVersion> {
  return (await find<AssetVersion>(workspace, path(kind, name, 'versions', version)))!;
}

/** A workspace takes an environment that is an image and a conda file. @throws UserError `EnvironmentWithBuild` */
function requireCopyable({ name, version }: { name: string; version: string }, { properties }: AssetVersion): void {
  if (!properties.build) return;
  throw new UserError({
    code: 'EnvironmentWithBuild',
    message: fill(messages.EnvironmentWithBuild, { name, version }),
    fix: fill(messages.EnvironmentWithBuildFix),
  });
}

/**
 * The environments and components that go along, in every place that they go to.
 * @throws UserError `AssetMissing`, `EnvironmentWithBuild`, `VersionTaken`
 */
export async function findCompanions(
  model: ModelVersion,
  { workspace, sourceRegistry, registry, second }: Places,
  { environments, components }: Inputs,
  pipeline: Pipeline,
): Promise<Companion[]> {
  if (sourceRegistry) {
    for (const one of environments === 'auto' ? environmentOf(model) : [])
      pipeline.say(messages.EnvironmentStays, { ...one, place: sourceRegistry.label });
    return [];
  }
  const isAuto = environments === 'auto';
  const named = isAuto ? environmentOf(model) : environments;
  const wanted = [
    ...named.map((one) => ({ kind: 'environments' as const, ...one })),
    ...(components === 'auto' ? [] : components).map((one) => ({ kind: 'components' as const, ...one })),
  ];
  const found: Companion[] = [];
  for (const { kind, name, version } of wanted) {
    const below = path(kind, name, 'versions', version);
    const source = await find<AssetVersion>(workspace, below);
    if (!source) {
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
    if (second && kind === 'environments') requireCopyable({ name, version }, source);
    for (const root of roots) {
      const present = await find<AssetVersion>(root, below);
      if (present) requireSame({ kind, name, version }, source, present, root.label);
      found.push({ kind, place: root.label, name, version, isPresent: present !== undefined });
    }
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
