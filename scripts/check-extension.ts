/**
 * Checks a staged extension before it is packed: the packer accepts almost any mistake without a word, and the
 * marketplace or the agent only notice it at somebody else's place.
 */
import { checkManifest } from './check-manifest.ts';
import { checkTask, checkTaskSet, type StagedTask } from './check-task.ts';
import type { TaskManifest } from './layout.ts';
import { type Problem, readJson } from './problem.ts';
import type { Files } from './stage.ts';

/** Every problem of the staged files, by file. Paths are relative to the folder that is packed. */
export function checkExtension(files: Files): Problem[] {
  const problems: Problem[] = [];
  const tasks = stagedTasks(files, problems);
  for (const task of tasks) problems.push(...checkTask(task, files));
  problems.push(...checkTaskSet(tasks));
  problems.push(...checkManifest(files, tasks));
  for (const path of files.keys()) problems.push(...checkPartName(path));
  return problems.sort((a, b) => a.file.localeCompare(b.file));
}

/** `tasks/<slug>/v<major>` of every task among the files. */
export function findStagedTaskFolders(files: Files): string[] {
  const folders = [...files.keys()].map((path) => /^tasks\/[^/]+\/v\d+(?=\/)/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

function stagedTasks(files: Files, problems: Problem[]): StagedTask[] {
  const folders = findStagedTaskFolders(files);
  const tasks: StagedTask[] = [];
  for (const folder of folders) {
    const manifest = readJson(files, `${folder}/task.json`, problems) as TaskManifest | undefined;
    if (manifest) tasks.push({ folder, manifest });
  }
  if (folders.length === 0) {
    problems.push({ file: 'tasks', message: 'holds no task', fix: 'add tasks/<name>/v1/task.json' });
  }
  return tasks;
}

/** A VSIX is an OPC package, whose part names are stricter than file names. */
function checkPartName(file: string): Problem[] {
  const bad = /[\s#^[\]<>?]/.exec(file)?.[0] ?? /%(?![0-9A-Fa-f]{2})/.exec(file)?.[0];
  const message =
    bad !== undefined
      ? `has the character '${bad}' in its path`
      : file.split('/').some((segment) => segment.endsWith('.'))
        ? "has a path segment that ends with '.'"
        : undefined;
  return message ? [{ file, message, fix: 'rename it: such a part name is not legal in a VSIX' }] : [];
}
