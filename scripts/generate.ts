/**
 * `npm run generate`: writes into every task.json the blocks that all tasks have (scripts/task-blocks.ts), and into
 * vss-extension.json a contribution for every task. What a task has of its own stays as it is. `--check` writes nothing and
 * fails when a file differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonText } from './json-text.ts';
import { findTasks, kindOf, ROOT, type TaskInput, type TaskManifest } from './layout.ts';
import { FIELD_ORDER, sharedFields, targetInputs } from './task-blocks.ts';

/** A task.json with the blocks of its kind; the result does not change when it is generated again. @param major `v1` */
export function generateTask(own: Partial<TaskManifest>, slug: string, major: string): Record<string, unknown> {
  const targets = targetInputs(kindOf(own));
  const names = new Set(targets.map(({ name }) => name));
  const inputs: TaskInput[] = [...targets, ...(own.inputs ?? []).filter(({ name }) => !names.has(name))];
  const shared = sharedFields(slug, kindOf(own));
  const bindings = [
    ...(shared.dataSourceBindings as unknown[]),
    ...(own.dataSourceBindings ?? []).filter(({ target }) => !names.has(target)),
  ];
  const version = { Minor: 0, Patch: 0, ...own.version };
  const fields: Record<string, unknown> = {
    groups: [],
    ...own,
    ...shared,
    version: { Major: Number(major.slice(1)), Minor: version.Minor, Patch: version.Patch },
    inputs,
    dataSourceBindings: bindings,
  };
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => rank(a) - rank(b)));
}

/** Fields that have no place in the order keep theirs, behind the others. */
function rank(field: string): number {
  const index = FIELD_ORDER.indexOf(field);
  return index < 0 ? FIELD_ORDER.length : index;
}

const TASK = 'ms.vss-distributed-task.task';

/** The manifest with one contribution for each task; those of other types (tabs, artifact types) stay behind them. */
export function generateManifest(manifest: Record<string, unknown>, slugs: readonly string[]): Record<string, unknown> {
  const others = ((manifest.contributions ?? []) as { type: string }[]).filter(({ type }) => type !== TASK);
  const tasks = [...new Set(slugs)].map((slug) => ({
    id: slug,
    type: TASK,
    targets: ['ms.vss-distributed-task.tasks'],
    properties: { name: `tasks/${slug}` },
  }));
  return { ...manifest, contributions: [...tasks, ...others] };
}

/** Every file that is generated, with the text that it has to have. @param root of the repository */
export function generatedFiles(root = ROOT): Map<string, string> {
  const read = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const tasks = findTasks(root);
  const files = new Map(
    tasks.map(({ slug, major }) => {
      const path = `tasks/${slug}/${major}/task.json`;
      return [path, jsonText(generateTask(read(path), slug, major))];
    }),
  );
  const slugs = tasks.map(({ slug }) => slug);
  return files.set('vss-extension.json', jsonText(generateManifest(read('vss-extension.json'), slugs)));
}

/** Writes or checks every generated file; returns those that differed. */
export function generate(check: boolean, root = ROOT): string[] {
  const different = [...generatedFiles(root)].filter(([path, text]) => readFileSync(join(root, path), 'utf8') !== text);
  if (!check) for (const [path, text] of different) writeFileSync(join(root, path), text);
  return different.map(([path]) => path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const different = generate(check);
  for (const path of different)
    console.log(check ? `${path} is not as generated: run npm run generate` : `wrote ${path}`);
  if (check && different.length > 0) process.exitCode = 1;
  else console.log('task.json files and contributions are as generated.');
}
