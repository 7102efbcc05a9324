import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { getRegistry } from './registries.ts';
import { type AssetRoot, find, names, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** An input or output as a component declares it; values of the file are kept as they were written. */
export interface DeclaredPort {
  type?: string | string[];
  optional?: unknown;
  default?: unknown;
  enum?: unknown[];
}

/** A component's definition, as far as it is read here: YAML's keys in JSON. */
export interface ComponentSpec {
  type?: string;
  inputs?: Record<string, DeclaredPort> | null;
  outputs?: Record<string, DeclaredPort> | null;
  /** Ids of what a command component runs in and of its code. */
  environment?: string | null;
  code?: string | null;
}

/** One version of a registered component. */
export interface ComponentVersion {
  /** ARM path, or `azureml://registries/...`: what a job's `componentId` takes. */
  id: string;
  name: string;
  version: string;
  spec: ComponentSpec;
}

/** What a reference to a component names. */
export interface ComponentReference {
  /** Absent: the workspace. */
  registry?: string;
  name: string;
  /** Undefined: the newest one. */
  version?: string;
}

/**
 * Reads `name:version`, `name@latest`, both also behind `azureml:`, ids of the workspace's components and
 * `azureml://registries/{registry}/components/{name}/versions/{version}` (or `/labels/latest`).
 * @throws UserError `InputInvalid`
 */
export function parseComponentReference(written: string): ComponentReference {
  const text = written.replace(/^azureml:(?!\/\/)/, '');
  const id = /(?:^|\/)components\/([^/]+)\/(versions|labels)\/([^/]+)\/?$/i.exec(text);
  const short = /^([^:@/\s]+)(?::([^:@/\s]+)|@(latest))$/.exec(text);
  const [name, version] = id
    ? [id[1]!, id[2]!.toLowerCase() === 'labels' ? undefined : id[3]!]
    : [short?.[1], short?.[2]];
  const isOther = id !== null && id[2]!.toLowerCase() === 'labels' && id[3] !== 'latest';
  if (name === undefined || isOther) {
    throw new UserError({
      code: 'InputInvalid',
      message: `it is '${written}', which is not a reference to a version of a component.`,
      fix: `Write name:version, name@latest or azureml://registries/<registry>/components/<name>/versions/<version>.`,
    });
  }
  const registry = /^azureml:\/\/registries\/([^/]+)\//i.exec(text)?.[1];
  return { name, ...(version === undefined ? {} : { version }), ...(registry === undefined ? {} : { registry }) };
}

/**
 * A version of a component of the workspace or of a registry: `GET components/{name}/versions/{version}`; the newest one is
 * the one created last.
 * @throws UserError `ComponentNotFound` with the names or versions that there are; `RegistryNotFound`
 */
export async function getComponent(workspace: Workspace, reference: ComponentReference): Promise<ComponentVersion> {
  const { registry, name } = reference;
  const root = registry ? await getRegistry(workspace, registry) : workspace;
  const versions = path('components', name, 'versions');
  const newest = { $orderBy: 'createdtime desc', $top: '1' };
  const version = reference.version ?? (await names(root, versions, { query: newest, most: 1 }))[0];
  const found =
    version === undefined
      ? undefined
      : await find<{ properties: { componentSpec: ComponentSpec } }>(
          root,
          `${versions}/${encodeURIComponent(version)}`,
        );
  if (version === undefined || !found) throw await componentNotFound(reference, root, versions);
  return { id: root.idOf('components', name, version), name, version, spec: found.properties.componentSpec };
}

async function componentNotFound(
  { name, version }: ComponentReference,
  root: AssetRoot,
  versions: string,
): Promise<UserError> {
  const numbers = await names(root, versions);
  return new UserError({
    code: 'ComponentNotFound',
    message:
      version !== undefined && numbers.length > 0
        ? notFound('version', version, `of the component '${name}' in ${root.label}`, numbers)
        : notFound('component', name, `in ${root.label}`, await names(root, 'components')),
    fix: 'Register it first, or change the reference.',
  });
}
