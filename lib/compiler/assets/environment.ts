import { basename } from 'node:path';
import { stringify } from 'yaml';
import { assetPath } from '../../azureml/ids.ts';
import { compact, contentHash } from '../../core/json.ts';
import { CONTAINER, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { planUpload, readLocalYaml } from '../local-files.ts';
import { assetId } from '../references.ts';
import { checkThen } from '../schema/check.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { environment } from '../schema/job.ts';
import { unknownFields } from '../schema/unknown-fields.ts';
import { fieldsOf, numberOf } from '../values.ts';
import { fieldAt, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Name under which Azure ML's tools keep environments that a job file describes in place. */
const ANONYMOUS = 'CliV2AnonymousEnvironment';
const OS_TYPES: Record<string, string> = { linux: 'Linux', windows: 'Windows' };

/** The id of a job's environment: a reference, or an anonymous one that is planned from its description. */
export function compileEnvironment(
  context: CompileContext,
  node: YamlNode | undefined,
  field: string,
): string | undefined {
  if (!node || isNull(node)) return undefined;
  if (node.kind === 'scalar') {
    if (!textOf(node)!.startsWith('file:')) return assetId(context.builder, 'environments', node, field);
    const file = readLocalYaml(context, node, field);
    return file && compileEnvironmentFile({ ...context, file }, file.root, field);
  }
  const id = get(node, 'id');
  // Printed by `az ml environment show`, and taken for the environment itself (azure-ai-ml `get_asset_arm_id`).
  if (id && !isNull(id)) return assetId(context.builder, 'environments', id, fieldAt(field, 'id'));
  const properties = describeEnvironment(context, node, field);
  if (!properties) return undefined;
  const version = contentHash(properties.identity);
  const path = assetPath(context.builder.workspace, 'environments', ANONYMOUS, version);
  context.builder.addStep(path, {
    kind: 'environment',
    label: properties.label,
    request: putRequest(path, { ...properties.body, isAnonymous: true }),
    ...(properties.contextDatastore ? { contextDatastore: properties.contextDatastore } : {}),
  });
  return path;
}

/** An environment in a file of its own, whose paths are relative to it; a name in it has no effect here. */
function compileEnvironmentFile(context: CompileContext, root: YamlNode, field: string): string | undefined {
  const { problems } = context.builder;
  if (root.kind !== 'map')
    problems.push({
      message: `'${field}' must name a file that describes an environment, but the file is not a mapping.`,
      place: root.place,
    });
  else return checkThen(root, environment, '', problems, () => compileEnvironment(context, root, ''), undefined);
}

interface Description {
  body: Record<string, unknown>;
  /** What makes two environments the same. */
  identity: unknown;
  label: string;
  contextDatastore?: string;
}

/** What an environment's description says, without a name. Undefined when it has problems, which are noted then. */
export function describeEnvironment(context: CompileContext, node: YamlNode, field: string): Description | undefined {
  const what = field ? `'${field}'` : 'The environment';
  const image = textOf(get(node, 'image'));
  const build = get(node, 'build');
  const hasBuild = !isNull(build);
  const condaFile = compileConda(context, get(node, 'conda_file'), fieldAt(field, 'conda_file'));
  if ((image !== undefined) === hasBuild) {
    context.builder.problems.push({
      message: image
        ? `${what} has both 'image' and 'build'. Remove one of them.`
        : `${what} needs 'image' (a Docker image, with 'conda_file' for its packages) or 'build' (a folder with a Dockerfile).`,
      place: node.place,
    });
    return undefined;
  }
  const osType = textOf(get(node, 'os_type'));
  const common = compact({
    ...(context.builder.problems.tolerated ? unknownFields(node, environment) : {}),
    description: textOf(get(node, 'description')),
    tags: jsonOf(get(node, 'tags')),
    osType: osType ? OS_TYPES[normalizeChoice(osType)] : undefined,
    inferenceConfig: inferenceConfig(get(node, 'inference_config')),
    condaFile,
  });
  if (!hasBuild) return { body: { image, ...common }, identity: { image, ...common }, label: image! };
  const dockerfilePath = textOf(get(build, 'dockerfile_path'));
  const path = get(build, 'path') ?? get(build, 'local_path');
  if (!path || isNull(path)) {
    context.builder.problems.push({
      message: `'${fieldAt(field, 'build')}' is missing the required field 'path'.`,
      place: build!.place,
    });
    return undefined;
  }
  const written = textOf(path) ?? '';
  if (/^(https?|git):\/\//.test(written)) {
    const body = { build: compact({ contextUri: written, dockerfilePath }), ...common };
    return { body, identity: body, label: written };
  }
  const datastore = textOf(get(node, 'datastore'))?.replace(/^azureml:/, '') ?? 'workspaceblobstore';
  const upload = planUpload(context, path, fieldAt(field, 'build.path'), datastore);
  if (!upload) return undefined;
  const { hash, root } = upload.snapshot;
  return {
    body: {
      // A build context is named by its blob URL; the datastore's container is known once the datastore is read.
      build: {
        contextUri: `${CONTAINER}/LocalUpload/${hash}/${basename(root)}/`,
        ...(dockerfilePath === undefined ? {} : { dockerfilePath }),
      },
      ...common,
    },
    identity: { context: hash, dockerfilePath, ...common },
    label: written,
    contextDatastore: datastore,
  };
}

/** Routes of the server in an image: `liveness_route` is `livenessRoute` on the wire. */
function inferenceConfig(node: YamlNode | undefined): Record<string, unknown> | undefined {
  if (!node || isNull(node)) return undefined;
  const route = (name: string): Record<string, unknown> | undefined =>
    fieldsOf(get(node, name), { port: ['port', numberOf], path: ['path', textOf] });
  return compact({
    livenessRoute: route('liveness_route'),
    readinessRoute: route('readiness_route'),
    scoringRoute: route('scoring_route'),
  });
}

/** The conda specification as the YAML text that Azure ML stores: from a file, or from the mapping in place. */
function compileConda(context: CompileContext, node: YamlNode | undefined, field: string): string | undefined {
  if (!node || isNull(node)) return undefined;
  if (node.kind === 'map') return condaText(jsonOf(node));
  const file = readLocalYaml(context, node, field);
  if (!file) return undefined;
  if (file.root.kind === 'map') return condaText(jsonOf(file.root));
  context.builder.problems.push({
    message: `'${field}' must name a conda file with 'dependencies' and 'channels', but the file is not a mapping.`,
    place: file.root.place,
  });
  return undefined;
}

/** YAML 1.1, since the service's side reads it with PyYAML: text such as 'yes' has to stay in quotes. */
function condaText(value: unknown): string {
  return stringify(value, { version: '1.1' });
}
