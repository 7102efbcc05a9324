import { type AssetKind, assetPath } from '../azureml/ids.ts';
import { oneOf } from '../core/words.ts';
import { LATEST } from '../plan/plan.ts';
import type { PlanBuilder } from './builder.ts';
import { textOf, type YamlNode } from './yaml/yaml.ts';

const KIND_WORDS: Record<AssetKind, string> = {
  codes: 'code',
  components: 'component',
  data: 'data asset',
  environments: 'environment',
  models: 'model',
};

/**
 * The id that a reference to a versioned asset means, in the forms that Azure ML takes (azure-ai-ml
 * `_schema/core/fields.py`): `azureml:name:version`, `azureml:name@latest`, full ARM ids, registry ids and asset ids.
 * A name without version is an error; curated environments (`azureml:AzureML-...`) stay for the service to expand.
 */
export function assetId(builder: PlanBuilder, kind: AssetKind, node: YamlNode, field: string): string {
  const written = textOf(node) ?? '';
  const value = written.replace(/^azureml:(?!\/\/)/, '');
  if (value.startsWith('azureml://') || /^\/subscriptions\//i.test(value)) {
    requireRemote(builder, node, field);
    return value;
  }
  if (kind === 'environments' && value.startsWith('AzureML-')) return curatedId(builder, value, node, field);
  const labelled = /^([^:@/\s]+)@([^:@/\s]+)$/.exec(value);
  if (labelled) {
    const [, name, label] = labelled as unknown as [string, string, string];
    if (label === 'latest') {
      builder.require({ kind, name, version: LATEST, field, place: node.place });
      return assetPath(builder.workspace, kind, name, LATEST);
    }
    if (kind === 'components' && label === 'default') {
      // Which version it is stays the service's business; that there is one is not.
      builder.require({ kind, name, version: LATEST, field, place: node.place });
      return `${builder.workspace}/components/${name}/labels/default`;
    }
    builder.problems.push({
      message: `'${field}' asks for the label '${label}' of the ${KIND_WORDS[kind]} '${name}', but only the label 'latest' is supported.`,
      place: node.place,
    });
    return written;
  }
  const versioned = /^([^:@/\s]+):([^@/\s]+)$/.exec(value);
  if (versioned) {
    const [, name, version] = versioned as unknown as [string, string, string];
    builder.require({ kind, name, version, field, place: node.place });
    return assetPath(builder.workspace, kind, name, version);
  }
  const isPath = /\.ya?ml$/i.test(value);
  const name = /^[\w.-]+$/.test(value) && !isPath ? value : 'name';
  const isImage = kind === 'environments' && /^[\w.-]+(?:\/[\w.-]+)+(?::[\w.-]+)?$/.test(value) && !isPath;
  const examples = [
    ...(isPath ? [`file:${value}`] : isImage ? [`{image: ${value}}`] : []),
    `azureml:${name}:1`,
    `azureml:${name}@latest`,
  ];
  builder.problems.push({
    message: /^[^:@/\s]+$/.test(value)
      ? `'${field}' names the ${KIND_WORDS[kind]} '${value}' without a version. Write ${oneOf(examples)}.`
      : `'${field}' must be a reference to ${KIND_WORDS[kind] === 'environment' ? 'an' : 'a'} ${KIND_WORDS[kind]}, but is '${written}'. Write for example ${oneOf(examples)}.`,
    place: node.place,
  });
  return written;
}

/** A curated environment stays as it is written, for the service to expand. */
function curatedId(builder: PlanBuilder, value: string, node: YamlNode, field: string): string {
  const [, name, version, label = 'latest'] = /^([^:@/\s]+)(?::([^@/\s]+)|@([^:@/\s]+))$/.exec(value) ?? [];
  // Curated environments have labels of their own, such as `prod`; which version those are is the service's business.
  if (name !== undefined && label === 'latest') {
    const found = { kind: 'environments', name, version: version ?? LATEST } as const;
    builder.require({ ...found, isCurated: true, field, place: node.place });
  }
  return `azureml:${value}`;
}

const REGISTRY_ASSET =
  /^azureml:\/\/registries\/([^/]+)\/(codes|components|data|environments|models)\/([^/]+)\/(?:versions\/([^/]+)|labels\/([^/]+))$/i;
const DATASTORE_PATH = /^azureml:\/\/datastores\/([^/$]+)\/paths\//i;

const ASSET_BELOW = /^(codes|components|data|environments|models)\/([^/]+)\/versions\/([^/]+)$/i;

/** What is behind the path of the workspace in an ARM id, which is the same in any case of letters; undefined for others. */
function belowOwn({ workspace }: PlanBuilder, id: string): string | undefined {
  const isOwn = id.toLowerCase().startsWith(`${workspace.toLowerCase()}/`);
  return isOwn ? id.slice(workspace.length + 1) : undefined;
}

/** Notes what a URI or ARM id needs to be there: an asset of a registry or of the workspace, or a datastore of it. */
export function requireRemote(builder: PlanBuilder, node: YamlNode, field: string): void {
  const uri = (textOf(node) ?? '').replace(/^azureml:(?=azureml:\/\/|\/subscriptions\/)/i, '');
  const own = ASSET_BELOW.exec(belowOwn(builder, uri) ?? '') as unknown as [string, AssetKind, string, string] | null;
  if (own)
    builder.require({
      kind: own[1].toLowerCase() as AssetKind,
      name: own[2],
      version: own[3],
      field,
      place: node.place,
    });
  const asset = REGISTRY_ASSET.exec(uri);
  if (asset) {
    const [, registry, written, name, version = LATEST, label = 'latest'] = asset as unknown as string[];
    const kind = written!.toLowerCase() as AssetKind;
    // Other labels are looked up by the service.
    if (label === 'latest' || (kind === 'components' && label === 'default'))
      builder.require({ kind, name: name!, version, registry: registry!, field, place: node.place });
  }
  const datastore = DATASTORE_PATH.exec(uri)?.[1];
  if (datastore) builder.require({ kind: 'datastores', name: datastore, version: '', field, place: node.place });
}

/**
 * The id of a compute: `azureml:name`, a plain name, an ARM id, `serverless`, or a binding. Even `serverless` is sent as an
 * id, though there is no such compute (recorded from azure-ai-ml 1.35.2).
 */
export function computeId(builder: PlanBuilder, node: YamlNode, field: string): string {
  const value = (textOf(node) ?? '').replace(/^azureml:(?!\/\/)/, '');
  const own = /^computes\/([^/]+)$/i.exec(belowOwn(builder, value) ?? '')?.[1];
  if (own !== undefined && own.toLowerCase() !== 'serverless')
    builder.require({ kind: 'computes', name: own, version: '', field, place: node.place });
  if (value.includes('${{') || value.startsWith('/') || value.startsWith('azureml://')) return value;
  if (/^virtualclusters\/[^/]+$/i.test(value))
    return builder.workspace.replace(/workspaces\/[^/]+$/, `virtualclusters/${value.slice(value.indexOf('/') + 1)}`);
  if (value === 'local')
    builder.problems.push({
      message: `'${field}' is 'local', which runs a job in Docker on your own machine. Name a compute of the workspace, or serverless.`,
      place: node.place,
    });
  if (value.toLowerCase() === 'serverless') return `${builder.workspace}/computes/serverless`;
  builder.require({ kind: 'computes', name: value, version: '', field, place: node.place });
  return `${builder.workspace}/computes/${value}`;
}

/** The id of a datastore given as `azureml:name` or a plain name. */
export function datastoreId(builder: PlanBuilder, node: YamlNode, field: string): string {
  const value = (textOf(node) ?? '').replace(/^azureml:/, '');
  if (value.includes('${{') || value.startsWith('/')) return value;
  builder.require({ kind: 'datastores', name: value, version: '', field, place: node.place });
  return `${builder.workspace}/datastores/${value}`;
}
