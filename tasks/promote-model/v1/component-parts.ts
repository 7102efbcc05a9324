import { type AssetId, parseAssetId } from '../../../lib/azureml/asset-ids.ts';
import type { AssetName } from '../../../lib/azureml/registry-writes.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { namedAsset } from '../../../lib/lineage/named-asset.ts';
import { messages } from './messages.ts';

/** A component's definition as the service has it. */
export type ComponentSpec = Readonly<Record<string, unknown>>;

/** What a command component is made of, that has to be where the component is. */
export interface ComponentParts {
  code: AssetName | undefined;
  environment: AssetName | undefined;
}

/**
 * The code and the environment of a component, as far as they are the own ones of the place that it is in: what is in a registry,
 * and what Azure ML has for everybody, is found from every workspace. Code is copied from a registry too, since no job takes it there.
 * @throws UserError `ComponentNotCopyable` for another type than a command, whose parts its definition does not say
 */
export function componentParts(component: AssetName, spec: ComponentSpec): ComponentParts {
  if (String(spec.type).toLowerCase() !== 'command') throw notCopyable(component, String(spec.type));
  const code = parseAssetId(textOf(spec.code));
  const environment = textOf(spec.environment);
  const named = parseAssetId(environment) ?? namedAsset(environment);
  const isShared = !named || named.registry !== undefined || named.name.startsWith('AzureML-');
  return {
    code: code ? assetOf('codes', code) : undefined,
    environment: isShared ? undefined : assetOf('environments', named),
  };
}

/** The definition with the ids of its parts in another workspace. */
export function movedSpec(
  spec: ComponentSpec,
  parts: ComponentParts,
  idOf: (asset: AssetName) => string,
): ComponentSpec {
  const id = (asset: AssetName | undefined) => (asset ? `azureml:${idOf(asset)}` : undefined);
  const moved = { code: id(parts.code), environment: id(parts.environment) };
  return { ...spec, ...Object.fromEntries(Object.entries(moved).filter(([, value]) => value !== undefined)) };
}

function assetOf(kind: AssetName['kind'], { name, version }: Pick<AssetId, 'name' | 'version'>): AssetName {
  return { kind, name, version };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function notCopyable({ name, version }: AssetName, type: string): UserError {
  return new UserError({
    code: 'ComponentNotCopyable',
    message: fill(messages.ComponentNotCopyable, { name, version, type }),
    fix: fill(messages.ComponentNotCopyableFix),
  });
}
