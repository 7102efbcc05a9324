/** Tags of registered models and versions. */
import { checkTag } from './validation.ts';

/** A record of the tags in a request; throws INVALID_PARAMETER_VALUE. */
export const tagRecord = (tags: any[] | undefined) =>
  Object.fromEntries((tags ?? []).map(checkTag).map((tag) => [tag.key, tag.value]));

/** Clients leave out prompts by "`mlflow.prompt.is_prompt` != 'true'"; what does not have the tag is a model. */
export function tagOf(tags: { key: string; value: string }[], key: string): string | undefined {
  const value = tags.find((tag) => tag.key === key)?.value;
  return key === 'mlflow.prompt.is_prompt' ? (value ?? 'false') : value;
}
