import { basename } from 'node:path';
import { assetPath } from '../../azureml/ids.ts';
import { CONTAINER, guidOf, putRequest } from '../plan.ts';
import { assetId, isRemote } from '../references.ts';
import { textOf, type YamlNode } from '../yaml.ts';
import { type CompileContext, labelOf, localSnapshot } from './context.ts';

/** Version of the hash rule that the service verifies (azure-ai-ml `_asset_utils`). */
const HASH_VERSION = '202208';

/**
 * The id of a job's code. A local folder becomes a code asset named after its content, so the same code is one asset
 * however often it is submitted.
 */
export function compileCode(context: CompileContext, node: YamlNode | undefined, field: string): string | undefined {
  const written = textOf(node);
  if (!node || written === undefined) return undefined;
  if (/^(git\+|https?:\/\/)/i.test(written)) {
    context.builder.problems.push({
      message: `'${field}' is '${written}'; Azure ML takes code from a local folder or file, not from a URL.`,
      place: node.place,
    });
    return undefined;
  }
  if (isRemote(written)) return assetId(context.builder, 'codes', node, field);
  const snapshot = localSnapshot(context, node, field);
  if (!snapshot) return undefined;
  const path = assetPath(context.builder.workspace, 'codes', guidOf(snapshot.hash), '1');
  const folder = snapshot.isFolder ? basename(snapshot.root) : '';
  context.builder.addStep(path, {
    kind: 'code',
    label: labelOf(context, snapshot),
    snapshot,
    prefix: folder ? `${folder}/` : '',
    request: putRequest(path, {
      codeUri: folder ? `${CONTAINER}/${folder}` : CONTAINER,
      isAnonymous: true,
      properties: { hash_sha256: snapshot.hash, hash_version: HASH_VERSION },
    }),
  });
  return path;
}
