import { assetPath } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import { putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { assetId } from '../references.ts';
import { booleanOf, fieldsOf, numberOf, pascalCase, wordOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Where collected inputs and outputs go when the file says nothing (azure-ai-ml `DEFAULT_MDC_PATH`). */
const COLLECTED = 'azureml://datastores/workspaceblobstore/paths/modelDataCollector';

/** Name of the data asset under which a deployment's collection is registered, version 1. */
export function collectionAsset(endpoint: string, deployment: string, collection: string): string {
  return `${endpoint}-${deployment}-${collection}`;
}

/** `data_collector` of an online deployment; every collection is registered as a data asset first. */
export function dataCollector(
  context: CompileContext,
  root: YamlNode,
  endpoint: string,
  deployment: string,
): Record<string, unknown> | undefined {
  const node = get(root, 'data_collector');
  if (!node || isNull(node)) return undefined;
  const samplingRate = numberOf(get(node, 'sampling_rate'));
  if (samplingRate !== undefined && (samplingRate < 0 || samplingRate > 1))
    context.builder.problems.push({
      message: `'data_collector.sampling_rate' must be between 0 and 1, but is ${samplingRate}.`,
      place: get(node, 'sampling_rate')!.place,
    });
  const rate = wordOf(get(node, 'rolling_rate'));
  return compact({
    collections: Object.fromEntries(
      entriesOf(get(node, 'collections')).map(([name, collection]) => [
        name,
        compact({
          // In lower case, as Azure ML's tools send it; the service takes any case.
          dataCollectionMode: booleanOf(get(collection, 'enabled')) ? 'enabled' : 'disabled',
          samplingRate,
          dataId: collectionData(context, get(collection, 'data'), name, endpoint, deployment),
          clientId: textOf(get(collection, 'client_id')),
        }),
      ]),
    ),
    rollingRate: rate && pascalCase(rate),
    requestLogging: fieldsOf(get(node, 'request_logging'), { captureHeaders: ['capture_headers', jsonOf] }),
  });
}

function collectionData(
  context: CompileContext,
  node: YamlNode | undefined,
  collection: string,
  endpoint: string,
  deployment: string,
): string {
  const field = `data_collector.collections.${collection}.data`;
  const reference = node?.kind === 'map' ? get(node, 'data_id') : node;
  if (reference && !isNull(reference)) return assetId(context.builder, 'data', reference, field);
  const name = textOf(get(node, 'name')) ?? collectionAsset(endpoint, deployment, collection);
  const path = assetPath(context.builder.workspace, 'data', name, textOf(get(node, 'version')) ?? '1');
  context.builder.addStep(path, {
    kind: 'data',
    label: name,
    request: putRequest(path, {
      dataType: 'uri_folder',
      dataUri: textOf(get(node, 'path')) ?? `${COLLECTED}/${endpoint}/${deployment}/${collection}`,
      tags: {},
      properties: {},
      isAnonymous: false,
      isArchived: false,
    }),
  });
  return path;
}
