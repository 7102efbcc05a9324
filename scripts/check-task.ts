/** What must be true of a task's folder and of all tasks together. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { kindOf, ROOT, type TaskKind, type TaskManifest } from './layout.ts';
import { checkIcon, type Problem, type Report } from './problem.ts';
import type { Files } from './stage.ts';

export interface StagedTask {
  /** `tasks/submit-job/v1` */
  folder: string;
  manifest: TaskManifest;
}

/** A fresh agent downloads the task for every job, so its size is every user's waiting time. */
export const MAX_BUNDLE_BYTES = 1.5 * 1024 * 1024;
/** The same for tasks with Microsoft's clients of Azure DevOps or Resource Manager, and for all files of a task. */
export const MAX_FOLDER_BYTES = 2.5 * 1024 * 1024;
/** What only the client of Resource Manager says. */
const LARGE_CLIENTS = /azsdk-js-arm-machinelearning/;

const GUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Problems of one task's folder: task.json, its files, its icon, its size. */
export function checkTask({ folder, manifest }: StagedTask, files: Files): Problem[] {
  const file = `${folder}/task.json`;
  const kind = kindOf(manifest);
  const problems = checkSchema(file, manifest, kind);
  // The rest reads fields whose shape the schema has just refused.
  if (problems.length > 0) return problems;
  const report = (message: string, fix: string) => problems.push({ file, message, fix });

  if (!GUID_V4.test(manifest.id)) {
    report(`id '${manifest.id}' is not a version 4 GUID in lower case`, 'make one with crypto.randomUUID()');
  }
  if (`v${manifest.version.Major}` !== folder.split('/').at(-1)) {
    report(`version.Major is ${manifest.version.Major}`, 'the folder is named after it: v<Major>');
  }
  if (kind === 'agent') checkHandlers(manifest, folder, files, report);
  else checkServerExecution(manifest, report);
  checkInputs(manifest, report);
  checkBindings(manifest, report);
  problems.push(...checkIcon(files, `${folder}/icon.png`, 32));
  problems.push(...(kind === 'agent' ? checkBundle(folder, files) : checkNoCode(folder, files)));
  return problems;
}

/** What agents alone read in a task.json. */
const AGENT_FIELDS = [
  'demands',
  'minimumAgentVersion',
  'prejobexecution',
  'postjobexecution',
  'restrictions',
  'messages',
];

/**
 * The schema of a kind of task. Microsoft's schema has none for tasks that Azure DevOps carries out itself, so theirs is
 * that of agent tasks with another `runsOn` and `execution` (docs/authoring/servertaskauthoring.md of azure-pipelines-tasks).
 */
function schemaOf(kind: TaskKind): any {
  const schema = JSON.parse(readFileSync(join(ROOT, 'scripts/task-schema.json'), 'utf8'));
  if (kind === 'agent') return schema;
  for (const field of AGENT_FIELDS) delete schema.properties[field];
  schema.properties.runsOn.items.enum = ['Server', 'ServerGate'];
  schema.properties.execution = { $ref: '#/definitions/serverExecution' };
  schema.required = schema.required.filter((field: string) => field !== 'outputVariables');
  return schema;
}

function checkSchema(file: string, manifest: TaskManifest, kind: TaskKind): Problem[] {
  const schema = schemaOf(kind);
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map((error) => {
    const detail = error.params.additionalProperty ?? error.params.allowedValues?.join(', ') ?? '';
    const message = `${error.instancePath || '/'} ${error.message}${detail ? `: ${detail}` : ''}`;
    return { file, message, fix: 'scripts/task-schema.json says what is allowed' };
  });
}

function checkHandlers(manifest: TaskManifest, folder: string, files: Files, report: Report): void {
  for (const handler of ['Node20_1', 'Node24']) {
    const target = manifest.execution[handler]?.target;
    if (!target) report(`execution does not have ${handler}`, 'add it: agents pick the newest one they have');
    else if (!files.has(`${folder}/${target}`)) {
      report(`execution.${handler}.target '${target}' is missing`, 'name a file of the folder');
    }
  }
}

/** What the service is asked to do; a gate is asked again and again, so it may only read. */
function checkServerExecution(manifest: TaskManifest, report: Report): void {
  const declared = new Set(manifest.inputs.map((input) => input.name));
  const text = JSON.stringify(manifest.execution);
  for (const [, name] of text.matchAll(/\$\((\w+)\)/g))
    if (!declared.has(name!)) report(`execution names the unknown input '${name}'`, 'use the name, not an alias');
  for (const [, name] of text.matchAll(/\$\(([\w.]+\.[\w.]+)\)/g))
    if (!/^(system|endpoint|build|release|checks)\./i.test(name!))
      report(
        `execution names the unknown variable '${name}'`,
        'use those of system, endpoint, build, release or checks',
      );
  const methods = [...text.matchAll(/"Method":"(\w+)"/gi)].map(([, method]) => method!.toUpperCase());
  if (manifest.runsOn?.includes('ServerGate') && methods.some((method) => method !== 'GET'))
    report(`the gate sends ${methods.join(', ')}`, 'a gate is evaluated many times: use GET alone');
}

/** A server task whose folder has code looks as if the code ran. */
function checkNoCode(folder: string, files: Files): Problem[] {
  const code = [...files.keys()].filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.js'));
  return code.map((file) => ({ file, message: 'belongs to a task without code', fix: 'remove it' }));
}

function checkInputs(manifest: TaskManifest, report: Report): void {
  const names = new Set<string>();
  for (const input of manifest.inputs) {
    for (const name of [input.name, ...(input.aliases ?? [])]) {
      const key = name.toLowerCase();
      if (names.has(key)) report(`the input name or alias '${name}' is used twice`, 'input names ignore case');
      names.add(key);
    }
  }
  const groups = new Set((manifest.groups ?? []).map((group) => group.name));
  const declared = new Set(manifest.inputs.map((input) => input.name));
  for (const input of manifest.inputs) {
    if (input.groupName && !groups.has(input.groupName)) {
      report(`input ${input.name} is in the unknown group '${input.groupName}'`, `known: ${[...groups].join(', ')}`);
    }
    const { options, defaultValue } = input;
    if (options && defaultValue !== undefined && !(String(defaultValue) in options)) {
      report(`input ${input.name} has the default '${defaultValue}'`, `allowed: ${Object.keys(options).join(', ')}`);
    }
    if (input.type === 'radio' && !options) report(`input ${input.name} is a radio without options`, 'add options');
    for (const name of ruleInputs(input.visibleRule)) {
      if (!declared.has(name))
        report(`input ${input.name} is visible by the unknown input '${name}'`, 'correct the rule');
    }
  }
  for (const [, name] of manifest.instanceNameFormat.matchAll(/\$\(([^)]+)\)/g)) {
    if (!declared.has(name!)) report(`instanceNameFormat names the unknown input '${name}'`, 'use the name, no alias');
  }
}

function checkBindings(manifest: TaskManifest, report: Report): void {
  const declared = new Set(manifest.inputs.map((input) => input.name));
  for (const binding of manifest.dataSourceBindings ?? []) {
    const named = [...JSON.stringify([binding.endpointId, binding.parameters]).matchAll(/\$\(([^)]+)\)/g)];
    for (const name of [binding.target, ...named.map((match) => match[1]!)]) {
      if (!declared.has(name))
        report(`a dataSourceBinding names the unknown input '${name}'`, 'use the name, no alias');
    }
  }
}

/** `a = x && b != y` -> a, b: the left sides of a visibleRule's comparisons. */
function ruleInputs(rule = ''): string[] {
  return rule
    .split(/&&|\|\|/)
    .map((part) => part.trim().split(/\s*(?:==|!=|=)\s*|\s+(?:NotEndsWith|EndsWith)\s+/)[0]!)
    .filter((name) => name !== '');
}

function checkBundle(folder: string, files: Files): Problem[] {
  const file = `${folder}/index.js`;
  const content = files.get(file);
  if (!content) return [{ file, message: 'is missing', fix: 'npm run build' }];
  const problems: Problem[] = [];
  const most = LARGE_CLIENTS.test(content.toString()) ? MAX_FOLDER_BYTES : MAX_BUNDLE_BYTES;
  if (content.length > most) {
    const message = `has ${content.length} bytes, more than ${most}`;
    problems.push({ file, message, fix: 'find what was bundled that the task does not use' });
  }
  const all = [...files]
    .filter(([name]) => name.startsWith(`${folder}/`))
    .reduce((sum, [, { length }]) => sum + length, 0);
  if (all > MAX_FOLDER_BYTES) {
    const message = `has ${all} bytes, more than ${MAX_FOLDER_BYTES}`;
    problems.push({ file: folder, message, fix: 'find what was bundled that the task does not use' });
  }
  return problems;
}

/** Problems between tasks: ids and names belong to one task, and all its majors share them. */
export function checkTaskSet(tasks: StagedTask[]): Problem[] {
  const problems: Problem[] = [];
  for (const field of ['id', 'name'] as const) {
    const owners = new Map<string, string>();
    const bySlug = new Map<string, string>();
    for (const { folder, manifest } of tasks) {
      const file = `${folder}/task.json`;
      const slug = folder.split('/')[1]!;
      const value = String(manifest[field]);
      const owner = owners.get(value.toLowerCase());
      if (owner && owner !== slug) {
        problems.push({ file, message: `has the ${field} '${value}' of the task ${owner}`, fix: 'give it its own' });
      }
      const sibling = bySlug.get(slug);
      if (sibling !== undefined && sibling !== value) {
        const message = `has another ${field} than the other majors of ${slug}`;
        problems.push({ file, message, fix: `all majors of a task share '${sibling}'` });
      }
      owners.set(value.toLowerCase(), owner ?? slug);
      bySlug.set(slug, sibling ?? value);
    }
  }
  return problems;
}
