import { join } from 'node:path';
import { assetPath, isRemote, nameOf } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import { NEXT, type PlannedRequest, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { planUpload, readYamlAt } from '../local-files.ts';
import { datastoreId } from '../references.ts';
import { mapOrEmpty, pascalCase, wordOf } from '../values.ts';
import { get, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';

/** A data asset's file: `PUT data/{name}/versions/{version}`; local data is uploaded first. */
export function compileData(context: CompileContext, root: YamlNode): PlannedRequest {
  const type = wordOf(get(root, 'type')) ?? 'uri_folder';
  const path = get(root, 'path')!;
  const local = isRemote(textOf(path) ?? '') ? undefined : localData(context, root, path, type);
  if (get(root, 'properties'))
    context.builder.warnings.push({
      message: "'properties' of a data asset are read-only, so they are not sent.",
      place: get(root, 'properties')!.place,
    });
  return putRequest(
    assetPath(context.builder.workspace, 'data', textOf(get(root, 'name')) ?? '', textOf(get(root, 'version')) || NEXT),
    compact({
      dataType: type,
      dataUri: local?.uri ?? textOf(path),
      description: textOf(get(root, 'description')),
      tags: mapOrEmpty(get(root, 'tags')),
      properties: {},
      isAnonymous: false,
      isArchived: false,
      referencedUris: local?.referenced,
      autoDeleteSetting: autoDelete(get(root, 'auto_delete_setting')),
    }),
  );
}

function localData(
  context: CompileContext,
  root: YamlNode,
  path: YamlNode,
  type: string,
): { uri: string; referenced: string[] | undefined } | undefined {
  const datastore = get(root, 'datastore');
  const upload = planUpload(
    context,
    path,
    'path',
    datastore ? nameOf(datastoreId(context.builder, datastore, 'datastore')) : 'workspaceblobstore',
  );
  if (!upload) return undefined;
  const { isFolder } = upload.snapshot;
  if ((type === 'uri_file') === isFolder) {
    context.builder.problems.push({
      message: `'path' must be a ${isFolder ? 'file' : 'folder'} for data of type ${type}, but '${textOf(path)}' is a ${isFolder ? 'folder' : 'file'}.`,
      place: path.place,
    });
  }
  return {
    // Data assets name a folder without the slash at its end (recorded from azure-ai-ml 1.35.2).
    uri: upload.uri.replace(/\/$/, ''),
    referenced: type === 'mltable' && isFolder ? mltablePaths(context, path, upload.snapshot.root) : undefined,
  };
}

/** The places that a local `MLTable` file refers to. */
function mltablePaths(context: CompileContext, path: YamlNode, folder: string): string[] {
  const file = readYamlAt(context, join(folder, 'MLTable'), path, 'path');
  if (!file) return [];
  const paths = get(file.root, 'paths');
  if (paths?.kind !== 'list' || paths.items.length === 0) {
    context.builder.problems.push({
      message: "The file is missing the required field 'paths', the list of files that the MLTable reads.",
      place: file.root.place,
    });
    return [];
  }
  return paths.items.flatMap(
    (item) => textOf(get(item, 'folder')) ?? textOf(get(item, 'file')) ?? textOf(get(item, 'pattern')) ?? [],
  );
}

function autoDelete(node: YamlNode | undefined): Record<string, unknown> | undefined {
  if (node?.kind !== 'map') return undefined;
  const condition = wordOf(get(node, 'condition'));
  return compact({ condition: condition && pascalCase(condition), value: jsonOf(get(node, 'value')) });
}
