import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRemote } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import { compileCode, compileComponentCode } from '../assets/code.ts';
import { prefixed } from '../assets/component.ts';
import { compileEnvironment } from '../assets/environment.ts';
import type { CompileContext, ComponentType, Definition } from '../context.ts';
import { checkCommandText } from '../ports/command-text.ts';
import { compileInputs, jobInputs } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { jobIdentity } from '../ports/run-settings.ts';
import { computeId } from '../references.ts';
import { isBinding, normalizeChoice } from '../schema/fields.ts';
import { inlineSparkNode, sparkComponent, sparkNode } from '../schema/spark.ts';
import { entriesOf, fieldAt, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkConf, componentConf, jobConf, mergeConf, sparkConf, stepConf } from './spark-conf.ts';

const PYTHON_ENTRY = 'SparkJobPythonEntry';
const FILE_LISTS = ['py_files', 'jars', 'files', 'archives'] as const;
/** Spark reads only the packages of an environment, but every environment has an image (azure-ai-ml `DUMMY_IMAGE`). */
const UNUSED_IMAGE = 'conda/miniconda3';

/** `properties` of a Spark job, the fields of every job aside (REST `SparkJob`). */
export function compileSparkJob(context: CompileContext, root: YamlNode): Record<string, unknown> {
  const { builder } = context;
  const inputs = compileInputs(context, get(root, 'inputs'), 'inputs');
  const outputs = compileOutputs(context, get(root, 'outputs'), 'outputs');
  checkDefinition(context, root, '');
  checkCompute(context, root, '');
  checkModes(context, root, '');
  const conf = sparkConf(get(root, 'conf'));
  checkConf(conf, root, '', builder.problems);
  const compute = get(root, 'compute');
  const resources = get(root, 'resources');
  return compact({
    jobType: 'Spark',
    codeId: compileCode(context, get(root, 'code'), 'code'),
    entry: { sparkJobEntryType: PYTHON_ENTRY, file: textOf(get(get(root, 'entry'), 'file')) },
    args: textOf(get(root, 'args')),
    conf: jobConf(conf),
    pyFiles: jsonOf(get(root, 'py_files')),
    jars: jsonOf(get(root, 'jars')),
    files: jsonOf(get(root, 'files')),
    archives: jsonOf(get(root, 'archives')),
    environmentId: sparkEnvironment(context, get(root, 'environment'), 'environment'),
    computeId: isNull(compute) ? undefined : computeId(builder, compute!, 'compute'),
    inputs: jobInputs(inputs),
    outputs: jobOutputs(outputs),
    resources: isNull(resources)
      ? undefined
      : {
          instanceType: textOf(get(resources, 'instance_type')),
          runtimeVersion: textOf(get(resources, 'runtime_version')),
        },
    identity: identityOf(root),
  });
}

/** Components and steps that run a Spark script. */
export const sparkType: ComponentType = {
  fileSchema: sparkComponent,
  inlineSchema: inlineSparkNode,
  inlineMarks: ['entry', 'code'],
  nodeSchema: sparkNode,
  spec: (context, node, path) => {
    checkDefinition(context, node, path);
    return compact({
      code: prefixed(compileComponentCode(context, node, path, codeOf(node, path))),
      entry: { file: textOf(get(get(node, 'entry'), 'file')) },
      ...fileLists(node),
      // What is written in place has been a job before it is a component, and jobs fill in the number of executors.
      conf: (path === '' ? componentConf : stepConf)(sparkConf(get(node, 'conf'))),
      environment: prefixed(sparkEnvironment(context, get(node, 'environment'), fieldAt(path, 'environment'))),
      args: textOf(get(node, 'args')),
      additional_includes: path === '' ? jsonOf(get(node, 'additional_includes')) : undefined,
      properties: path === '' ? jsonOf(get(node, 'properties')) : undefined,
    });
  },
  stepFields: (context, node, path, definition) => {
    checkCompute(context, node, path);
    checkModes(context, node, path, definition);
    const own = sparkConf(get(node, 'conf'));
    const conf = definition ? mergeConf(sparkConf(get(definition.node, 'conf')), own) : own;
    if (definition) checkConf(conf, node, path, context.builder.problems);
    const entry = textOf(get(get(definition?.node, 'entry'), 'file'));
    return compact({
      conf: conf.size > 0 ? stepConf(conf) : undefined,
      resources: nodeResources(get(node, 'resources'), definition?.node === node),
      identity: nodeIdentity(node),
      // These can't be overridden by a step: they are its component's.
      entry: entry === undefined ? undefined : { file: entry, spark_job_entry_type: PYTHON_ENTRY },
      ...(definition ? fileLists(definition.node) : {}),
      args: textOf(get(definition?.node, 'args')),
    });
  },
};

/** A component's file without `code` means the folder of the file. */
function codeOf(node: YamlNode, path: string): YamlNode | undefined {
  const code = get(node, 'code');
  return path === '' && isNull(code) ? { kind: 'scalar', value: '.', isFloat: false, place: node.place } : code;
}

function fileLists(node: YamlNode): Record<string, unknown> {
  return compact(Object.fromEntries(FILE_LISTS.map((name) => [name, jsonOf(get(node, name))])));
}

function nodeResources(node: YamlNode | undefined, isInline: boolean): Record<string, unknown> | undefined {
  if (isNull(node)) return undefined;
  const type = textOf(get(node, 'instance_type'));
  return {
    instance_type: isInline ? type : type?.toLowerCase(),
    runtime_version: textOf(get(node, 'runtime_version')),
  };
}

/** Attached pools run as their managed identity, serverless Spark as the submitter, unless the file says otherwise. */
function identityOf(node: YamlNode): Record<string, unknown> | undefined {
  const written = jobIdentity(get(node, 'identity'));
  if (written) return written;
  if (!isNull(get(node, 'compute'))) return { identityType: 'Managed' };
  return isNull(get(node, 'resources')) ? undefined : { identityType: 'UserIdentity' };
}

function nodeIdentity(node: YamlNode): Record<string, unknown> | undefined {
  const identity = identityOf(node);
  if (!identity) return undefined;
  const { identityType, clientId, objectId, resourceId } = identity;
  return compact({ identity_type: identityType, client_id: clientId, object_id: objectId, resource_id: resourceId });
}

function sparkEnvironment(context: CompileContext, node: YamlNode | undefined, field: string): string | undefined {
  if (node?.kind !== 'map' || !isNull(get(node, 'image')) || !isNull(get(node, 'build')))
    return compileEnvironment(context, node, field);
  const image: YamlNode = { kind: 'scalar', value: UNUSED_IMAGE, isFloat: false, place: node.place };
  const entries = new Map(node.entries).set('image', { keyPlace: node.place, value: image });
  return compileEnvironment(context, { ...node, entries }, field);
}

/** What the schema can't say about a script: where it is, what its arguments use, and that no file is named twice. */
function checkDefinition(context: CompileContext, node: YamlNode, path: string): void {
  const { problems } = context.builder;
  const names = (key: string): Map<string, YamlNode> =>
    new Map(entriesOf(get(node, key)).map(([name, value]) => [name, value]));
  checkCommandText(node, names('inputs'), names('outputs'), path, problems, 'args');
  checkEntry(context, node, path);
  for (const key of FILE_LISTS) {
    const list = get(node, key);
    const seen = new Set<string>();
    for (const item of list?.kind === 'list' ? list.items : []) {
      const file = textOf(item) ?? '';
      if (seen.has(file))
        problems.push({ message: `'${fieldAt(path, key)}' contains '${file}' twice.`, place: item.place });
      seen.add(file);
    }
  }
}

function checkEntry({ builder, file }: CompileContext, node: YamlNode, path: string): void {
  const entry = get(node, 'entry');
  const script = get(entry, 'file');
  const field = fieldAt(path, 'entry');
  if (!entry || isNull(script)) {
    const message = isNull(get(entry, 'class_name'))
      ? `'${field}' is missing the required field 'file'.`
      : `'${field}' names a class, but Azure ML runs Python files. Write 'file' instead of 'class_name'.`;
    builder.problems.push({ message, place: (entry ?? node).place });
    return;
  }
  const code = textOf(codeOf(node, path));
  if (code === undefined || isRemote(code)) return;
  const folder = resolve(file.folder, code);
  if (existsSync(folder) && !existsSync(join(folder, textOf(script)!)))
    builder.problems.push({
      message: `'${field}.file' is '${textOf(script)}', which does not exist in the code folder '${code}'.`,
      place: script!.place,
    });
}

function checkCompute({ builder }: CompileContext, node: YamlNode, path: string): void {
  const compute = !isNull(get(node, 'compute'));
  const resources = !isNull(get(node, 'resources'));
  if (compute !== resources) return;
  const what = path ? `'${path}'` : 'The file';
  builder.problems.push({
    message: compute
      ? `${what} has both 'compute' (an attached Spark pool) and 'resources' (serverless Spark). Remove one of them.`
      : `${what} needs 'resources' (serverless Spark: 'instance_type' and 'runtime_version') or 'compute' (an attached Spark pool).`,
    place: node.place,
  });
}

/** Spark reads and writes data where it is. What is bound to something else takes its mode from there. */
function checkModes({ builder }: CompileContext, node: YamlNode, path: string, definition?: Definition): void {
  for (const kind of ['inputs', 'outputs'])
    for (const [name, value] of entriesOf(get(node, kind))) {
      if (value.kind !== 'map' || isBinding(get(value, 'path'))) continue;
      if (kind === 'inputs' && isNull(get(value, 'path'))) continue;
      const declared = get(get(definition?.node, kind), name);
      const mode = textOf(get(value, 'mode')) ?? textOf(get(declared, 'mode'));
      if (mode !== undefined && normalizeChoice(mode) === 'direct') continue;
      if (path && !definition) continue;
      builder.problems.push({
        message: `'${fieldAt(path, kind)}.${name}' must have 'mode: direct', the only mode that Spark supports, but has ${mode ? `the mode '${mode}'` : 'none'}.`,
        place: (get(value, 'mode') ?? value).place,
      });
    }
}
