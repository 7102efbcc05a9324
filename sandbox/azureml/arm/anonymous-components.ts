/** Which version an anonymous component gets. */
import { randomUUID } from 'node:crypto';
import type { AssetContext } from './asset-context.ts';
import { withoutLabel } from './asset-rules.ts';
import type { Call } from './collection.ts';
import { contentKey, normalSpec } from './component-normal.ts';

/**
 * True: the service names anonymous components itself, and the version in the address of the PUT is never found. False: the
 * version of the address is kept.
 */
const namesThemItself = false;

const anonymousName = 'azureml_anonymous';

/**
 * The path under which a component is kept: that of the address, but of an anonymous one the one that the service knows its
 * content and name by, or a new one.
 */
export function componentPath(call: Call<AssetContext>, body: Record<string, any>): string {
  const { params, path, name: version, context } = call;
  if (!namesThemItself || params.asset !== anonymousName || context.isRegistry) return path;
  const spec = withoutLabel(body.properties.componentSpec, context);
  const key = `anonymousComponents/${contentKey(normalSpec(spec, anonymousName, version))}`;
  const known = context.store.get(key)?.properties.version ?? randomUUID();
  context.store.put(key, { properties: { version: known } });
  return `components/${anonymousName}/versions/${known}`;
}
