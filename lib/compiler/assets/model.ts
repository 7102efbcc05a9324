import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assetPath, isRemote, nameOf } from '../../azureml/ids.ts';
import { compact, contentHash, guidOf } from '../../core/json.ts';
import { NEXT, type PlannedRequest, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { planUpload } from '../local-files.ts';
import { checkModelVersion } from '../ports/outputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { assetId, datastoreId } from '../references.ts';
import { deployedModel } from '../schema/asset.ts';
import { checkThen } from '../schema/check.ts';
import { wordOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';

/** A model's file: `PUT models/{name}/versions/{version}`; a local folder or file is uploaded first. */
export function compileModel(context: CompileContext, root: YamlNode): PlannedRequest {
  const name = textOf(get(root, 'name')) ?? '';
  checkModelVersion(get(root, 'version'), 'version', context.builder.warnings);
  return modelRequest(context, root, '', { name, version: textOf(get(root, 'version')) || NEXT, isAnonymous: false });
}

/**
 * The id of a deployment's model: a reference, or a description in place, which is registered first: under its name when
 * it has one, else as an anonymous model that is named after its content.
 */
export function compileDeployedModel(
  context: CompileContext,
  node: YamlNode | undefined,
  field: string,
): string | undefined {
  if (!node || isNull(node)) return undefined;
  if (node.kind === 'scalar') return assetId(context.builder, 'models', node, field);
  const name = textOf(get(node, 'name'));
  checkModelVersion(get(node, 'version'), `${field}.version`, context.builder.warnings);
  const named = { name: name ?? '', version: textOf(get(node, 'version')) || NEXT, isAnonymous: false };
  const described = checkThen(
    node,
    deployedModel,
    field,
    context.builder.problems,
    () => modelRequest(context, node, `${field}.`, named),
    undefined,
  );
  if (!described) return undefined;
  const request = name === undefined ? anonymous(context, described) : described;
  context.builder.addStep(request.path, {
    kind: 'model',
    label: name ?? textOf(get(node, 'path')) ?? field,
    request,
  });
  return request.path;
}

function anonymous(context: CompileContext, { body }: PlannedRequest): PlannedRequest {
  const { properties } = body as { properties: Record<string, unknown> };
  const path = assetPath(context.builder.workspace, 'models', guidOf(contentHash(properties)), '1');
  return putRequest(path, { ...properties, isAnonymous: true });
}

function modelRequest(
  context: CompileContext,
  node: YamlNode,
  prefix: string,
  { name, version, isAnonymous }: { name: string; version: string; isAnonymous: boolean },
): PlannedRequest {
  const flavors = get(node, 'flavors');
  for (const name of ['default_deployment_template', 'allowed_deployment_templates'])
    if (!isNull(get(node, name)))
      context.builder.warnings.push({
        message: `'${prefix}${name}' is not sent, because the API that this task uses does not have it.`,
        place: get(node, name)!.place,
      });
  return putRequest(
    assetPath(context.builder.workspace, 'models', name, version),
    compact({
      modelType: wordOf(get(node, 'type')) ?? 'custom_model',
      modelUri: modelUri(context, node, prefix),
      description: textOf(get(node, 'description')),
      tags: textMap(get(node, 'tags')),
      properties: textMap(get(node, 'properties')),
      stage: textOf(get(node, 'stage')),
      flavors: isNull(flavors)
        ? undefined
        : Object.fromEntries(entriesOf(flavors).map(([flavor, data]) => [flavor, { data: jsonOf(data) }])),
      isAnonymous,
      isArchived: false,
    }),
  );
}

/** Models name their place by the long URI of a datastore, also where the file has the short one. */
function modelUri(context: CompileContext, node: YamlNode, prefix: string): string | undefined {
  const path = get(node, 'path')!;
  const written = textOf(path) ?? '';
  if (isRemote(written)) return longUri(context.builder.workspace, written);
  const datastore = get(node, 'datastore');
  const upload = planUpload(
    context,
    path,
    `${prefix}path`,
    datastore ? nameOf(datastoreId(context.builder, datastore, `${prefix}datastore`)) : 'workspaceblobstore',
  );
  if (!upload) return undefined;
  const { isFolder, root } = upload.snapshot;
  if (wordOf(get(node, 'type')) === 'mlflow_model') {
    if (!isFolder)
      context.builder.problems.push({
        message: `'${prefix}path' must be a folder with the file MLmodel for a model of type mlflow_model, but '${written}' is a file.`,
        place: path.place,
      });
    else if (!existsSync(join(root, 'MLmodel')))
      context.builder.warnings.push({
        message: `'${prefix}path' is '${written}', which does not contain the file MLmodel. It can't be loaded as a model of type mlflow_model.`,
        place: path.place,
      });
  }
  return longUri(context.builder.workspace, upload.uri.replace(/\/$/, ''));
}

function longUri(workspace: string, uri: string): string {
  const short = /^azureml:\/\/datastores\/(.+)$/.exec(uri);
  if (!short) return uri;
  const [, , subscription, , group, , , , name] = workspace.split('/');
  return `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${name}/datastores/${short[1]}`;
}
