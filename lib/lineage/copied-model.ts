import type { ModelVersion } from '../azureml/models.ts';
import { COPIED_FROM, PREFIX, PROPERTY_LIMITS } from './stamp.ts';

const WORKSPACE = `${PREFIX}workspace`;

/**
 * Properties of the copy of a version: those of the original, the id of the version that it was copied from, and where the
 * job of the original is. Where there is not room for all, metrics are left out from the end.
 * @param workspacePath ARM path of the workspace that the original is in; undefined for a registry, which has no jobs
 */
export function copiedProperties(original: ModelVersion, workspacePath: string | undefined): Record<string, string> {
  const recorded = original.properties.properties ?? {};
  const { [COPIED_FROM]: _older, [WORKSPACE]: workspace = workspacePath ?? '', ...others } = recorded;
  const own = { [COPIED_FROM]: original.id, ...(workspace === '' ? {} : { [WORKSPACE]: workspace }) };
  const entries = Object.entries(others);
  const metrics = entries.filter(([name]) => !name.startsWith(PREFIX)).reverse();
  const most = PROPERTY_LIMITS.most - Object.keys(own).length;
  const tooMany = new Set(metrics.slice(0, Math.max(0, entries.length - most)).map(([name]) => name));
  return { ...Object.fromEntries(entries.filter(([name]) => !tooMany.has(name))), ...own };
}

/**
 * Whether a version is a copy of another one: it says so itself, or the registry says what it was imported from, or it has
 * every fact that the other one has about its making. (A registry keeps what an import brings; it has no room for more.)
 */
export function isCopyOf(copy: ModelVersion, original: ModelVersion, workspaceGuid: string | undefined): boolean {
  const recorded = copy.properties.properties ?? {};
  const copiedFrom = recorded[COPIED_FROM];
  if (copiedFrom !== undefined && sameId(copiedFrom, original.id)) return true;
  const { originAssetId } = copy.properties;
  if (originAssetId && workspaceGuid) {
    const end = original.id.slice(original.id.lastIndexOf('/models/'));
    return sameId(originAssetId.replace(/^.*\/workspaces\//, ''), `${workspaceGuid}${end}`);
  }
  const facts = Object.entries(original.properties.properties ?? {}).filter(([name]) => name.startsWith(PREFIX));
  const isMade = facts.some(([name]) => name === `${PREFIX}job`);
  return copiedFrom === undefined && isMade && facts.every(([name, value]) => recorded[name] === value);
}

function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
