import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { assetPath, isRemote } from '../../azureml/ids.ts';
import { guidOf } from '../../core/json.ts';
import { CONTAINER, putRequest } from '../../plan/plan.ts';
import { COMPONENT_IGNORES, type Snapshot } from '../../snapshot/files.ts';
import { takeMergedSnapshot } from '../../snapshot/merged.ts';
import type { CompileContext } from '../context.ts';
import { labelOf, linkTargets, localPath, localSnapshot, snapshotFailure, whatIsWrong } from '../local-files.ts';
import { assetId } from '../references.ts';
import { fieldAt, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Version of the hash rule that the service verifies (azure-ai-ml `_asset_utils`). */
const HASH_VERSION = '202208';

/**
 * The id of a job's code. A local folder becomes a code asset named after its content, so the same code is one asset
 * however often it is submitted.
 * @param ignored patterns of files that stay out, beside those of the folder's ignore file
 */
export function compileCode(
  context: CompileContext,
  node: YamlNode | undefined,
  field: string,
  ignored: readonly string[] = [],
): string | undefined {
  const written = textOf(node);
  if (!node || !written) return undefined;
  if (/^(git\+|https?:\/\/)/i.test(written)) {
    context.builder.problems.push({
      message: `'${field}' is '${written}'; Azure ML takes code from a local folder or file, not from a URL. Check the repository out in the pipeline and name its folder.`,
      place: node.place,
    });
    return undefined;
  }
  if (isRemote(written)) return assetId(context.builder, 'codes', node, field);
  const snapshot = localSnapshot(context, node, field, ignored);
  return snapshot && planCode(context, snapshot);
}

/**
 * The id of a component's code, with its `additional_includes`.
 * @param owner the mapping that has the field `code`
 * @param path of the owner in its file; empty for the file itself
 * @param code when it is not the field `code` of the owner
 */
export function compileComponentCode(
  context: CompileContext,
  owner: YamlNode,
  path: string,
  code = get(owner, 'code'),
): string | undefined {
  const at = (name: string): string => fieldAt(path, name);
  const includes = get(owner, 'additional_includes');
  if (includes?.kind !== 'list' || includes.items.length === 0 || isRemote(textOf(code) ?? ''))
    return compileCode(context, code, at('code'), COMPONENT_IGNORES);
  const { problems } = context.builder;
  const before = problems.length;
  const codePath = isNull(code) || textOf(code) === '' ? undefined : localPath(context, code!, at('code'));
  const wrong = codePath && whatIsWrong(context, codePath, textOf(code)!);
  if (wrong) problems.push({ message: `'${at('code')}' ${wrong}`, place: code!.place });
  const paths = includes.items.map((item, i) =>
    includePath(context, item, `${at('additional_includes')}[${i}]`, codePath),
  );
  if (problems.length > before) return undefined;
  try {
    const targets = [codePath ?? context.file.folder, ...(paths as string[])].flatMap((one) =>
      linkTargets(context, one),
    );
    return planCode(context, takeMergedSnapshot(context.file.folder, codePath, paths as string[], targets));
  } catch (error) {
    const written = textOf(code) ?? context.file.folder;
    problems.push({
      message: `'${at('additional_includes')}' ${snapshotFailure(error, written)}`,
      place: includes.place,
    });
    return undefined;
  }
}

/** A local file or folder that is included under its own name. */
function includePath(
  context: CompileContext,
  node: YamlNode,
  field: string,
  code: string | undefined,
): string | undefined {
  const written = textOf(node);
  const fail = (message: string): undefined => {
    context.builder.problems.push({ message: `'${field}' ${message}`, place: node.place });
    return undefined;
  };
  if (written === undefined)
    return fail(
      'must be a local path. To include a package of Azure Artifacts, download it in an earlier step of the pipeline.',
    );
  const path = localPath(context, node, field);
  if (path === undefined) return undefined;
  const wrong = whatIsWrong(context, path, written);
  if (wrong) return fail(wrong);
  if (code && existsSync(resolve(code, basename(path))) && resolve(code, basename(path)) !== path)
    return fail(`is '${written}', but the code folder already has a '${basename(path)}'. Rename one of them.`);
  return path;
}

function planCode(context: CompileContext, snapshot: Snapshot): string {
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
