/** Where the files of a model version are, from what a client names as its source. */
import type { AzureMlContext } from '../../contracts.ts';
import { datastoreUri } from '../execution/references.ts';
import { artifactFolder } from '../history/run.ts';
import { parseProxyPath } from './artifact-proxy.ts';
import * as errors from './errors.ts';
import * as wire from './registry-wire.ts';

/** Storage behind a source: `mlflow-artifacts:/...`, `runs:/...` or a URI of the workspace's own. */
export function modelUri(context: AzureMlContext, source: string): string {
  const path = /^mlflow-artifacts:\/*(?:[^/]*:\d+\/)?(.*)$/.exec(source)?.[1];
  const logged = /^models:\/(m-\w+)$/.exec(source)?.[1];
  if (logged) return datastoreUri(context, 'workspaceartifactstore', artifactFolder(`model-${logged}`));
  const registered = /^models:\/([^/]+)\/([^/]+)$/.exec(source);
  if (registered) return String(wire.findVersion(context, registered[1], registered[2]).properties.modelUri);
  const run = /^runs:\/([^/]+)\/(.*)$/.exec(source);
  if (path !== undefined) {
    const named = parseProxyPath(path);
    if (named.kind === 'run')
      return datastoreUri(context, 'workspaceartifactstore', `${artifactFolder(named.owner)}/${named.path}`);
    const [name, version] = named.owner.split('/');
    return String(wire.findVersion(context, name, version).properties.modelUri);
  }
  if (run) return datastoreUri(context, 'workspaceartifactstore', `${artifactFolder(run[1]!)}/${run[2]}`);
  if (!context.blobs.locate(source)) throw errors.sourceInvalid(source);
  return source;
}
