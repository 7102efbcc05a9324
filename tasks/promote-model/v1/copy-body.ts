import type { ModelProperties, ModelVersion } from '../../../lib/azureml/models.ts';
import { copiedProperties } from '../../../lib/lineage/copied-model.ts';
import { tagsOfPlace } from './claims.ts';
import type { Inputs } from './inputs.ts';

/**
 * What a copy says about itself, but for where its files are.
 * @param workspacePath see `copiedProperties`
 * @param exclusiveTag one version has it at a time: the copy gets it when the version before loses it
 */
export function copyBody(
  source: ModelVersion,
  workspacePath: string | undefined,
  exclusiveTag: Inputs['exclusiveTag'],
): Omit<ModelProperties, 'modelUri'> & { properties: Record<string, string> } {
  const { modelType, description, tags, flavors } = source.properties;
  const left = tagsOfPlace(exclusiveTag);
  const hasFlavors = flavors && Object.keys(flavors).length > 0;
  return {
    modelType,
    ...(description ? { description } : {}),
    ...(hasFlavors ? { flavors } : {}),
    tags: Object.fromEntries(Object.entries(tags ?? {}).filter(([name]) => !left.includes(name))),
    properties: copiedProperties(source, workspacePath),
    isAnonymous: false,
    isArchived: false,
  };
}
