import { getChosenModel } from './model-choice.ts';
import { type ModelProperties, type ModelVersion, putModelVersion } from './models.ts';
import type { Workspace } from './workspace.ts';

/** What is to change about a version that stays what it is. */
export interface VersionChange {
  /** Undefined: stays as it is. */
  stage?: string | undefined;
  /** Added, or given another value. */
  tags: Readonly<Record<string, string>>;
  removedTags?: readonly string[];
}

/** True when nothing has to be sent. */
export function isChanged(model: ModelVersion, { stage, tags, removedTags = [] }: VersionChange): boolean {
  const present = model.properties.tags ?? {};
  return (
    // The field itself: one that is in the stage by its tag alone gets it.
    (stage === undefined || (model.properties.stage ?? '').toLowerCase() === stage.toLowerCase()) &&
    Object.entries(tags).every(([name, value]) => present[name] === value) &&
    removedTags.every((name) => !Object.hasOwn(present, name))
  );
}

/**
 * Changes the stage and the tags of a version: reads it as it is now, and sends it back with the change, as azure-ai-ml archives
 * one. Nothing is sent when it is so already.
 */
export async function changeVersion(
  workspace: Workspace,
  name: string,
  version: string,
  change: VersionChange,
): Promise<ModelVersion> {
  const now = await getChosenModel(workspace, name, { kind: 'version', version });
  if (isChanged(now, change)) return now;
  const { stage, tags, removedTags = [] } = change;
  const kept = Object.entries(now.properties.tags ?? {}).filter(([tag]) => !removedTags.includes(tag));
  return putModelVersion(workspace, name, version, {
    ...writable(now.properties),
    tags: { ...Object.fromEntries(kept), ...tags },
    ...(stage === undefined ? {} : { stage }),
  });
}

/** The members of a version that a client may send. */
export function writable(properties: ModelProperties): ModelProperties {
  const { modelUri, modelType, description, flavors, jobName, stage, isArchived, isAnonymous } = properties;
  const given = { description, flavors, jobName, stage, isArchived, isAnonymous };
  return {
    modelUri,
    modelType,
    properties: properties.properties ?? {},
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)),
  };
}
