import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { compileFile } from '../../../lib/compiler/compile-file.ts';
import { compileJob } from '../../../lib/compiler/compile-job.ts';
import { inputOverrides } from '../../../lib/compiler/input-values.ts';
import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { formatProblem, type Problem, UserError } from '../../../lib/core/errors.ts';
import { WS } from './compile-folder.ts';

export const MISTAKES = resolve(import.meta.dirname, '../../fixtures/mistakes');

/** What separates the YAML from the messages: the last such line, since YAML may have others. */
const SEPARATOR = '\n---\n';
/** Errors about the content of a file: only their places and sentences differ from file to file. */
const FRAMED = ['FileInvalid', 'YamlInvalid'];

/** A file of the folder: the YAML, and the messages that belong to it. */
export function readMistake(name: string): { yaml: string; messages: string } {
  const text = readFileSync(join(MISTAKES, name), 'utf8');
  const at = text.lastIndexOf(SEPARATOR);
  return at < 0
    ? { yaml: text, messages: '' }
    : { yaml: text.slice(0, at + 1), messages: text.slice(at + SEPARATOR.length) };
}

export function writeMistake(name: string, yaml: string, messages: string): void {
  writeFileSync(join(MISTAKES, name), `${yaml.trimEnd()}${SEPARATOR}${messages}`);
}

/** Everything that a user reads when the YAML is compiled, one message per line. */
export function messagesOf(name: string, yaml: string): string {
  const root = mkdtempSync(join(tmpdir(), 'mistake-'));
  try {
    prepare(root, name, yaml);
    return compile(root, name, yaml)
      .map((line) => `${line.replaceAll(root, '.')}\n`)
      .join('');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function prepare(root: string, name: string, yaml: string): void {
  for (const beside of ['files', basename(name, '.yml')])
    if (existsSync(join(MISTAKES, beside))) cpSync(join(MISTAKES, beside), root, { recursive: true });
  for (const folder of settings(yaml, 'folder')) mkdirSync(join(root, folder), { recursive: true });
  for (const link of settings(yaml, 'link')) {
    const [from, to] = link.split(' -> ') as [string, string];
    mkdirSync(dirname(join(root, from)), { recursive: true });
    symlinkSync(to, join(root, from));
  }
  for (const lines of settings(yaml, 'lines')) {
    const [, file, count, text] = /^(\S+) (\d+) (.*)$/.exec(lines) as unknown as [string, string, string, string];
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${text}\n`.repeat(Number(count)));
  }
  writeFileSync(join(root, name), yaml);
}

function compile(root: string, name: string, yaml: string): string[] {
  const file = join(root, settings(yaml, 'file')[0] ?? name);
  const pairs = (setting: string): Record<string, string> =>
    Object.fromEntries(settings(yaml, setting).map((pair) => /^([^=]*)=(.*)$/.exec(pair)!.slice(1)));
  try {
    const set = parseOverrides(settings(yaml, 'set'));
    const options = {
      file,
      shownFrom: root,
      workspace: WS,
      jobName: 'j-1',
      location: 'westeurope',
      sourcesName: 'churn',
      tags: pairs('tag'),
      overrides: [...set, ...inputOverrides(pairs('input'), { file, shownFrom: root, overrides: set })],
      allowUnknownFields: /^# allow-unknown-fields$/m.test(yaml),
    };
    const { warnings } = /^# job$/m.test(yaml) ? compileJob(options) : compileFile(options);
    return warnings.map((warning) => line('warning', warning));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problems = error.problems.map((problem) => line('error', problem));
    if (FRAMED.includes(error.code) && problems.length > 0 && !/^# whole$/m.test(yaml)) return problems;
    return [`error ${error.message} [${error.code}]`, ...problems, `fix ${error.fix}`];
  }
}

function line(kind: 'error' | 'warning', problem: Problem): string {
  return `${kind} ${formatProblem(problem)}`;
}

function settings(yaml: string, name: string): string[] {
  return [...yaml.matchAll(new RegExp(`^# ${name}: (.*)$`, 'gm'))].map(([, value]) => value!);
}
