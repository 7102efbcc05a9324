import type { ModelProperties, ModelVersion } from '../../../lib/azureml/models.ts';
import { copiedProperties } from '../../../lib/lineage/copied-model.ts';
import { RUN_TAG } from './plan.ts';

/** Tags that say where a version is, not what it is: a copy begins without them. */
const OF_ITS_PLACE = ['stage', RUN_TAG];

/**
 * What a copy says about itself, but for where its files are.
 * @param workspacePath see `copiedProperties`
 * @param leftTag a tag that one version has at a time: the copy gets it when the version before loses it
 */
export function copyBody(
  source: ModelVersion,
  workspacePath: string | undefined,
  leftTag: string | undefined,
): Omit<ModelProperties, 'modelUri'> & { properties: Record<string, string> } {
  const { modelType, description, tags, flavors } = source.properties;
  const hasFlavors = flavors && Object.keys(flavors).length > 0;
  return {
    modelType,
    ...(description ? { description } : {}),
    ...(hasFlavors ? { flavors } : {}),
    tags: Object.fromEntries(
      Object.entries(tags ?? {}).filter(([name]) => name !== leftTag && !OF_ITS_PLACE.includes(name)),
    ),
    properties: copiedProperties(source, workspacePath),
    isAnonymous: false,
    isArchived: false,
  };
}
