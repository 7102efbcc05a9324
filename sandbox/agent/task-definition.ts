/** Reads task.json files and finds the task that a step names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TaskInput {
  name: string;
  aliases?: string[];
  label?: string;
  type: string;
  defaultValue?: string | boolean | number;
  required?: boolean | string;
  visibleRule?: string;
  groupName?: string;
  options?: Record<string, string>;
}

/** `{ target: 'index.js', workingDirectory?: ... }` below `Node20_1` and the like. */
export type Handlers = Record<string, { target: string; workingDirectory?: string }>;

export interface TaskDefinition {
  id: string;
  name: string;
  friendlyName: string;
  description?: string;
  author?: string;
  helpUrl?: string;
  helpMarkDown?: string;
  version: { Major: number; Minor: number; Patch: number };
  runsOn?: string[];
  instanceNameFormat?: string;
  inputs?: TaskInput[];
  groups?: { name: string; visibleRule?: string }[];
  outputVariables?: { name: string }[];
  prejobexecution?: Handlers;
  /** Handlers of the agent; in a server task `HttpRequest` or `HttpRequestChain` with what the service does. */
  execution?: Handlers;
  postjobexecution?: Handlers;
  restrictions?: { commands?: { mode?: string }; settableVariables?: { allowed?: string[] } };
  /** Folder of task.json. */
  folder: string;
}

export const taskVersion = ({ version }: TaskDefinition): string =>
  `${version.Major}.${version.Minor}.${version.Patch}`;

function readDefinition(folder: string): TaskDefinition | undefined {
  const file = join(folder, 'task.json');
  if (!existsSync(file)) return undefined;
  try {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    const json = JSON.parse(text) as TaskDefinition;
    const { Major, Minor, Patch } = json.version;
    return { ...json, version: { Major: Number(Major), Minor: Number(Minor), Patch: Number(Patch) }, folder };
  } catch (error) {
    throw new Error(`${file}: not a readable task.json: ${(error as Error).message}`);
  }
}

/** Every task below the folder: `<task>/task.json` and, as in a VSIX, one level deeper `<task>/v1/task.json`. */
export function readTaskDefinitions(tasksFolder: string): TaskDefinition[] {
  if (!existsSync(tasksFolder))
    throw new Error(`The tasks folder ${tasksFolder} does not exist. Build the tasks first.`);
  const folders = (parent: string): string[] =>
    readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
      .map((entry) => join(parent, entry.name))
      .sort();
  return folders(tasksFolder)
    .flatMap((folder) => [folder, ...folders(folder)])
    .map(readDefinition)
    .filter((definition) => definition !== undefined);
}

/** A step names a task that is neither in the tasks folder nor one of the sandbox's own. */
export class UnknownTaskError extends Error {
  readonly task: { name: string; major: number };
  /** The last sentence of the message: it need not be repeated when several tasks are missing. */
  readonly known: string;

  constructor(task: { name: string; major: number }, known: readonly string[]) {
    const list = ` There are: ${known.join(', ') || 'none'}.`;
    super(`A task is missing. The pipeline references a task called '${task.name}' in version ${task.major}.${list}`);
    this.name = 'UnknownTaskError';
    this.task = task;
    this.known = list;
  }
}

/** Splits `Name@1`; throws when the major version is missing. */
export function parseTaskReference(reference: string): { name: string; major: number } {
  const match = /^([^@\s]+)@(\d+)(\.\d+\.\d+)?$/.exec(reference.trim());
  if (!match)
    throw new Error(`'${reference}' is not a task reference: write the name and major version, such as Name@1.`);
  return { name: match[1]!, major: Number(match[2]) };
}

/** The newest version of that major, by name, id or the full contribution id `publisher.extension.part.Name`. */
export function findTask(definitions: readonly TaskDefinition[], reference: string): TaskDefinition {
  const { name, major } = parseTaskReference(reference);
  const wanted = name.toLowerCase();
  const last = wanted.split('.').at(-1);
  const found = definitions
    .filter((task) => task.version.Major === major)
    .filter((task) => [wanted, last].includes(task.name.toLowerCase()) || task.id.toLowerCase() === wanted)
    .sort((a, b) => b.version.Minor - a.version.Minor || b.version.Patch - a.version.Patch)[0];
  if (found) return found;
  throw new UnknownTaskError(
    { name, major },
    definitions.map((task) => `${task.name}@${task.version.Major}`),
  );
}

/** Handler names by the agent's priority; the others don't run on Linux and macOS. */
const nodeHandlers = ['Node24', 'Node20_1', 'Node16', 'Node10', 'Node'];

/** The handler that the agent would choose, or undefined when this system can't run any of them. */
export function chooseHandler(
  handlers: Handlers,
): { name: string; target: string; workingDirectory?: string } | undefined {
  for (const name of nodeHandlers) {
    const entry = Object.entries(handlers).find(([key]) => key.toLowerCase() === name.toLowerCase());
    if (entry) return { ...entry[1], name };
  }
  return undefined;
}
