import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { assetPath, isRemote } from '../../azureml/ids.ts';
import { LATEST, putRequest } from '../../plan/plan.ts';
import { compileCode } from '../assets/code.ts';
import { compileEnvironment, describeEnvironment } from '../assets/environment.ts';
import type { CompileContext } from '../context.ts';
import { readLocalYaml } from '../local-files.ts';
import { deployedEnvironment } from '../schema/asset.ts';
import { checkThen } from '../schema/check.ts';
import { get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** `code_configuration` of a deployment; the scoring script has to be in the code. */
export function codeConfiguration(context: CompileContext, root: YamlNode): Record<string, unknown> | undefined {
  const node = get(root, 'code_configuration');
  const code = get(node, 'code');
  const script = get(node, 'scoring_script');
  if (!node || isNull(node)) return undefined;
  if (!code || isNull(code)) {
    if (script && !isNull(script))
      context.builder.problems.push({
        message: "'code_configuration' has 'scoring_script' but is missing 'code', the folder that contains it.",
        place: node.place,
      });
    return undefined;
  }
  const folder = textOf(code) ?? '';
  const codeId = compileCode(context, code, 'code_configuration.code');
  if (codeId !== undefined && !isRemote(folder) && !existsSync(resolve(context.file.folder, folder, textOf(script)!)))
    context.builder.problems.push({
      message: `'code_configuration.scoring_script' is '${textOf(script)}', which does not exist in '${folder}'.`,
      place: script!.place,
    });
  return { codeId, scoringScript: textOf(script) };
}

/**
 * The id of a deployment's environment: a reference, or a description in place. Other than in jobs, one with a name
 * becomes a version of the environment of that name (azure-ai-ml `DeploymentSchema`).
 */
export function deploymentEnvironment(context: CompileContext, root: YamlNode): string | undefined {
  const written = get(root, 'environment');
  if (written?.kind === 'scalar' && textOf(written)?.startsWith('file:')) {
    const file = readLocalYaml(context, written, 'environment');
    return file && namedOrAnonymous({ ...context, file }, file.root);
  }
  return namedOrAnonymous(context, written);
}

function namedOrAnonymous(context: CompileContext, node: YamlNode | undefined): string | undefined {
  const name = textOf(get(node, 'name'));
  if (!node || node.kind === 'scalar' || name === undefined) return compileEnvironment(context, node, 'environment');
  const described = checkThen(
    node,
    deployedEnvironment,
    'environment',
    context.builder.problems,
    () => describeEnvironment(context, node, 'environment'),
    undefined,
  );
  if (!described) return undefined;
  const version = textOf(get(node, 'version')) || LATEST;
  const path = assetPath(context.builder.workspace, 'environments', name, version);
  context.builder.addStep(path, {
    kind: 'environment',
    label: name,
    request: putRequest(path, { ...described.body, isAnonymous: false, isArchived: false }),
    ...(described.contextDatastore ? { contextDatastore: described.contextDatastore } : {}),
  });
  return path;
}
