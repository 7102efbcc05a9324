import { AzureError } from '../../../lib/azure/failures.ts';
import { FIRST_STAGE, versionOf } from '../../../lib/azureml/model-choice.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import type { Registry } from '../../../lib/azureml/registries.ts';
import { putRegistryVersion } from '../../../lib/azureml/registry-writes.ts';
import { writable } from '../../../lib/azureml/stage.ts';
import { allOf } from '../../../lib/core/words.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { RUN_TAG } from './run-tag.ts';

/** Tags that say where a version is, not what it is: a copy begins without them. */
export function tagsOfPlace(exclusiveTag: Inputs['exclusiveTag']): string[] {
  return ['stage', RUN_TAG, ...(exclusiveTag ? [exclusiveTag.name] : [])];
}

/**
 * What a copy in a registry claims that is true of the original alone, since an import keeps tags as they are: names of tags that
 * have the original's value, and its stage. One that somebody has given the copy itself stays.
 */
export function claimsOf(copy: ModelVersion, original: ModelVersion, exclusiveTag: Inputs['exclusiveTag']): string[] {
  const [tags, others] = [copy.properties.tags ?? {}, original.properties.tags ?? {}];
  const claimed = tagsOfPlace(exclusiveTag).filter((name) => Object.hasOwn(tags, name) && tags[name] === others[name]);
  return claimed.length === 0 && claimsStage(copy, original) ? ['stage'] : claimed;
}

function claimsStage({ properties: { stage } }: ModelVersion, original: ModelVersion): boolean {
  return !!stage && stage !== FIRST_STAGE && stage === original.properties.stage;
}

/**
 * Takes from the copy in a registry what it claims: reads it and sends it back without, as azure-ai-ml archives one there. A refusal
 * is a warning, since the copy itself is complete.
 */
export async function dropClaims(
  registry: Registry,
  name: string,
  copy: ModelVersion,
  original: ModelVersion,
  exclusiveTag: Inputs['exclusiveTag'],
  { pipeline, clock }: Pick<Ports, 'pipeline' | 'clock'>,
): Promise<ModelVersion> {
  const claims = claimsOf(copy, original, exclusiveTag);
  if (claims.length === 0) return copy;
  const tags = Object.entries(copy.properties.tags ?? {}).filter(([tag]) => !claims.includes(tag));
  const { stage: _stage, ...kept } = writable(copy.properties);
  const stage = claimsStage(copy, original) ? { stage: FIRST_STAGE } : {};
  const values = { name, version: versionOf(copy), place: registry.label, tags: allOf(claims) };
  try {
    const asset = { kind: 'models', name, version: versionOf(copy) } as const;
    const body = { ...kept, ...stage, tags: Object.fromEntries(tags) };
    const changed = await putRegistryVersion<ModelVersion>(registry, asset, body, { clock, signal: pipeline.signal });
    pipeline.say(messages.ClaimsDropped, values);
    return changed;
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
    pipeline.warn(pipeline.message(messages.ClaimsKept, { ...values, reason: error.message }));
    return copy;
  }
}
