import { writeVersionOf } from './api-versions.ts';
import { type AssetRoot, find, path, put } from './resources.ts';

interface Tagged {
  properties: Record<string, unknown> & { tags?: Record<string, string> };
}

/**
 * Changes the tags of a model version or a job: reads it, and sends back all of it with other tags, as azure-ai-ml does
 * (recorded in 2026, for jobs that have ended as well). Nothing is sent when the tags stay as they are.
 * @param segments of its path: `['models', 'm', 'versions', '1']` or `['jobs', 'j']`
 * @param change gives the new tags
 * @returns false when there is no such resource, or it has no properties: steps of a pipeline have none
 */
export async function changeTags(
  root: AssetRoot,
  segments: readonly string[],
  change: (tags: Record<string, string>) => Record<string, string>,
): Promise<boolean> {
  const below = path(...segments);
  const found = await find<Tagged>(root, below, { needs: 'id' });
  if (!found?.properties) return false;
  // Read in the version of the write: others have other members.
  const { apiVersion } = writeVersionOf(below, found.properties);
  const read = (await find<Tagged>(root, below, { apiVersion })) ?? found;
  const before = read.properties.tags ?? {};
  const tags = change(before);
  if (JSON.stringify(tags) === JSON.stringify(before)) return true;
  await put(root, below, { properties: { ...read.properties, tags } }, { apiVersion });
  return true;
}
