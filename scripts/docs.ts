/**
 * `npm run docs`: writes the tables of inputs and outputs into docs/tasks/<task>.md from each task.json, between
 * `<!-- inputs -->` and `<!-- /inputs -->` (and `outputs`), and the messages and fixes of errors into docs/errors.md from
 * the sources (scripts/error-page.ts). `--check` writes nothing and fails when a page differs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillErrors } from './error-page.ts';
import { errorTexts } from './error-texts.ts';
import { findTasks, ROOT, readTask, type TaskInput, type TaskManifest } from './layout.ts';

/** Replaces the marked parts of a page. Throws when a marker is missing. */
export function fillPage(page: string, task: TaskManifest): string {
  const withInputs = fillPart(page, 'inputs', inputTable(task));
  return task.outputVariables?.length ? fillPart(withInputs, 'outputs', outputTable(task)) : withInputs;
}

function fillPart(page: string, part: string, content: string): string {
  const [open, close] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
  const [start, end] = [page.indexOf(open), page.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`the markers ${open} and ${close} are missing`);
  return `${page.slice(0, start + open.length)}\n${content}\n${page.slice(end)}`;
}

function inputTable(task: TaskManifest): string {
  const rows = task.inputs.map((input) => [nameCell(input), typeCell(input), requiredCell(input), helpCell(input)]);
  return table(['input', 'type', 'default', 'what it is'], rows);
}

function outputTable(task: TaskManifest): string {
  const rows = (task.outputVariables ?? []).map(({ name, description }) => [`\`${name}\``, text(description)]);
  return table(['output', 'what it is'], rows);
}

function nameCell({ name, aliases = [] }: TaskInput): string {
  const others = aliases.map((alias) => `\`${alias}\``).join(', ');
  return others ? `\`${name}\`<br>or ${others}` : `\`${name}\``;
}

function typeCell({ type, options }: TaskInput): string {
  if (options) {
    return Object.keys(options)
      .map((option) => `\`${option}\``)
      .join(', ');
  }
  if (type.startsWith('connectedService:')) return 'service connection';
  return (
    { multiLine: 'lines of text', filePath: 'path', string: 'text', pickList: 'text', boolean: '`true`, `false`' }[
      type
    ] ?? type
  );
}

function requiredCell({ required, defaultValue, visibleRule }: TaskInput): string {
  if (defaultValue !== undefined && defaultValue !== '') return `\`${defaultValue}\``;
  if (!required) return '';
  return visibleRule ? `**required** if \`${visibleRule.replaceAll('|', '\\|')}\`` : '**required**';
}

function helpCell({ label = '', helpMarkDown = '' }: TaskInput): string {
  return `**${text(label)}.** ${text(helpMarkDown)}`.trim();
}

/** A table cell holds one line and no bare `|`. */
function text(value: string): string {
  return value
    .trim()
    .replace(/\s*\n\s*/g, '<br>')
    .replaceAll('|', '\\|');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Writes or checks every page; returns what is wrong with them. */
export async function updateDocs(check: boolean): Promise<string[]> {
  const errors = await errorTexts();
  return [
    ...findTasks().flatMap(({ slug, folder }) =>
      updatePage(`docs/tasks/${slug}.md`, 'task.json', check, (page) => fillPage(page, readTask(folder))),
    ),
    ...updatePage('docs/errors.md', 'the sources', check, (page) => fillErrors(page, errors)),
  ];
}

function updatePage(name: string, source: string, check: boolean, fill: (page: string) => string): string[] {
  const file = join(ROOT, name);
  if (!existsSync(file)) return [`${name} is missing: write the page of the task`];
  const page = readFileSync(file, 'utf8');
  try {
    const filled = fill(page);
    if (filled === page) return [];
    if (check) return [`${name} differs from ${source}: run npm run docs`];
    writeFileSync(file, filled);
    return [];
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = await updateDocs(process.argv.includes('--check'));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log('The tables of docs agree with task.json and the sources.');
}
