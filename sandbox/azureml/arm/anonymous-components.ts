/** Which version an anonymous component gets: one of the service's own. That of the address is never found. */
import { randomUUID } from 'node:crypto';
import { anonymousName } from './asset-answer.ts';
import type { AssetContext } from './asset-context.ts';
import { withoutLabel } from './asset-rules.ts';
import type { Call } from './collection.ts';
import { contentKey, normalSpec } from './component-normal.ts';

/**
 * The path under which a component is kept: that of the address, but of an anonymous one the one that the service knows its
 * content and name by, or a new one.
 */
export function componentPath(call: Call<AssetContext>, body: Record<string, any>): string {
  const { params, path, name: version, context } = call;
  if (params.asset !== anonymousName || context.isRegistry) return path;
  const spec = withoutLabel(body.properties.componentSpec, context);
  const key = `anonymousComponents/${contentKey(normalSpec(spec, anonymousName, version))}`;
  const known = context.store.get(key)?.properties.version ?? randomUUID();
  context.store.put(key, { properties: { version: known } });
  return `components/${anonymousName}/versions/${known}`;
}
