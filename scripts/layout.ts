/** Where things are in this repository, and what a task's folder holds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What `tfx extension create` packs. */
export const STAGE = join(ROOT, 'build/extension');

export interface TaskInput {
  name: string;
  aliases?: string[];
  type: string;
  label?: string;
  required?: boolean;
  defaultValue?: string | boolean;
  helpMarkDown?: string;
  groupName?: string;
  visibleRule?: string;
  options?: Record<string, string>;
  properties?: Record<string, string>;
}

/** The fields of task.json that scripts read; scripts/task-schema.json has them all. */
export interface TaskManifest {
  id: string;
  name: string;
  friendlyName: string;
  description: string;
  helpMarkDown?: string;
  author?: string;
  version: { Major: number; Minor: number; Patch: number };
  /** Where it runs; `ServerGate` makes it a gate of classic releases. */
  runsOn?: string[];
  instanceNameFormat: string;
  releaseNotes?: string;
  groups?: { name: string; displayName: string }[];
  inputs: TaskInput[];
  dataSourceBindings?: { target: string; endpointId: string; parameters?: Record<string, string> }[];
  outputVariables?: { name: string; description: string }[];
  /** By handler (agent tasks: `{ target }`) or by what the service does (server tasks: `HttpRequest`). */
  execution: Record<string, { target?: string }>;
  messages?: Record<string, string>;
}

/** An agent runs the bundle of a task; a server task and a gate are carried out by Azure DevOps and have task.json and icon alone. */
export type TaskKind = 'agent' | 'server' | 'gate';

/** @param manifest `runsOn` decides; without it a task is one for agents */
export function kindOf({ runsOn = [] }: Pick<TaskManifest, 'runsOn'>): TaskKind {
  if (runsOn.includes('Server')) return 'server';
  return runsOn.includes('ServerGate') ? 'gate' : 'agent';
}

export interface TaskFolder {
  /** Folder name of the task: `submit-job`. */
  slug: string;
  /** Folder name of the major version: `v1`. */
  major: string;
  folder: string;
}

/** Every `tasks/<slug>/v<major>` below the root, in alphabetical order. */
export function findTasks(root = ROOT): TaskFolder[] {
  const tasks = join(root, 'tasks');
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: slug }) =>
      readdirSync(join(tasks, slug))
        .filter((major) => /^v\d+$/.test(major))
        .map((major) => ({ slug, major, folder: join(tasks, slug, major) })),
    )
    .sort((a, b) => a.folder.localeCompare(b.folder));
}

/** task.json of a task's folder; throws when it is missing or no JSON. */
export function readTask(folder: string): TaskManifest {
  return JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as TaskManifest;
}

/** The version of the extension. package.json alone has it; the build puts it into the manifest and the tasks. */
export function extensionVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
