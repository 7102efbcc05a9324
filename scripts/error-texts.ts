/**
 * The errors that a task can end with, read from the sources: every `new UserError({ code, message, fix })` of lib and
 * tasks with the texts that it can have. What is only known when a task runs is `...`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import {
  type AnyNode,
  type CallExpression,
  type Expression,
  type Function as FunctionNode,
  type ObjectExpression,
  parse,
} from 'acorn';
import { transformSync } from 'esbuild';
import { ELLIPSIS, type Frame, type Scope, textsOf } from './code-texts.ts';
import { ROOT } from './layout.ts';
import { messagesOf } from './messages.ts';

export interface ErrorTexts {
  code: string;
  messages: string[];
  fixes: string[];
}

/** All errors, by code in alphabetical order. */
export async function errorTexts(): Promise<ErrorTexts[]> {
  const found: ErrorTexts[] = [];
  for (const file of sources('lib', 'tasks')) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    if (source.includes('new UserError(')) found.push(...errorsIn(source, await importedMessages(file, source)));
  }
  // Not a UserError: what nobody foresaw.
  const { Defect } = await messagesOf('lib/pipelines/messages.ts');
  found.push({ code: 'Defect', messages: [tidy(Defect!.replace(/\{\w+\}/g, ELLIPSIS))], fixes: [] });
  return [...new Set(found.map(({ code }) => code))].sort().map((code) => {
    const same = found.filter((error) => error.code === code);
    const distinct = (texts: string[]): string[] => [...new Set(texts)].filter((text) => /\w/.test(text));
    return {
      code,
      messages: distinct(same.flatMap(({ messages }) => messages)),
      fixes: distinct(same.flatMap(({ fixes }) => fixes)),
    };
  });
}

function sources(...folders: string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

async function importedMessages(file: string, source: string): Promise<Record<string, string>> {
  const [, path] = /import \{[^}]*\bmessages\b[^}]*\} from '([^']+)'/.exec(source) ?? [];
  return path ? messagesOf(posix.join(posix.dirname(file), path)) : {};
}

/** The errors of one file. @param messages texts of `messages.X` */
export function errorsIn(source: string, messages: Readonly<Record<string, string>> = {}): ErrorTexts[] {
  const { code } = transformSync(source, { loader: 'ts', format: 'esm' });
  const calls: { node: CallExpression; frames: Frame[] }[] = [];
  const errors: { details: ObjectExpression; frames: Frame[] }[] = [];
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), [newFrame()], (node, frames) => {
    if (node.type === 'CallExpression') calls.push({ node, frames });
    if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'UserError') return;
    for (const details of objectsOf(node.arguments[0])) errors.push({ details, frames });
  });
  return errors.flatMap(({ details, frames }) => {
    const maker = frames.at(-1)!;
    // A function that makes an error of its parameters makes one at each of its calls.
    const sites = calls.filter(({ node: { callee } }) => callee.type === 'Identifier' && callee.name === maker.name);
    const scopes = sites.map(({ node, frames: around }): Scope => {
      const given = node.arguments.map((argument) => textsOf(argument, { frames: around, messages }));
      const values = new Map(maker.parameters.flatMap((name, i) => (name ? [[name, given[i] ?? ['']] as const] : [])));
      return { frames: [...frames.slice(0, -1), { ...maker, values }], messages };
    });
    return (scopes.length > 0 ? scopes : [{ frames, messages }]).flatMap((scope) => errorsOf(details, scope));
  });
}

function objectsOf(node: AnyNode | undefined): ObjectExpression[] {
  if (node?.type === 'ConditionalExpression') return [...objectsOf(node.consequent), ...objectsOf(node.alternate)];
  return node?.type === 'ObjectExpression' ? [node] : [];
}

function errorsOf(details: ObjectExpression, scope: Scope): ErrorTexts[] {
  const field = (name: string): Expression | undefined => {
    const found = details.properties.find(
      (one) => one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === name,
    );
    return found?.type === 'Property' ? found.value : undefined;
  };
  const code = field('code');
  // What decides the code may decide the sentences, too.
  if (code?.type === 'ConditionalExpression' && code.test.type === 'Identifier' && !scope.given) {
    const { name } = code.test;
    return [true, false].flatMap((outcome) => errorsOf(details, { ...scope, given: { [name]: outcome } }));
  }
  const [messages, fixes] = ['message', 'fix'].map((name) => textsOf(field(name), scope).map(tidy)) as [
    string[],
    string[],
  ];
  return textsOf(code, scope)
    .filter((text) => /^[A-Z]\w+$/.test(text))
    .map((text) => ({ code: text, messages, fixes }));
}

/** A sentence with `...` for what varies. What may follow its end (a hint, a request id) is left out. */
function tidy(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/ \(request id …\)$/, '')
    .replace(/(?<=\w[.'’]?\.) ?…+$|(?<='\.) ?…+$/, '')
    .replace(/…\.(?= |$)/g, ELLIPSIS)
    .replace(/…[ …]*…/g, ELLIPSIS)
    .replaceAll(ELLIPSIS, '...')
    .trim();
}

function newFrame({ name, params = [] }: { name?: string | undefined; params?: FunctionNode['params'] } = {}): Frame {
  return {
    ...(name === undefined ? {} : { name }),
    parameters: params.map((one) => (one.type === 'Identifier' ? one.name : undefined)),
    constants: new Map(),
    functions: new Map(),
    values: new Map(),
  };
}

/** Visits every node with the functions around it. Constants are known before what uses them is visited. */
function walk(node: AnyNode, frames: Frame[], visit: (node: AnyNode, frames: Frame[]) => void, name?: string): void {
  const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
  const own = node as FunctionNode;
  const inner = isFunction ? [...frames, newFrame({ name: own.id?.name ?? name, params: own.params })] : frames;
  if (node.type === 'FunctionDeclaration' && node.id) frames.at(-1)!.functions.set(node.id.name, node);
  const declared = node.type === 'VariableDeclarator' && node.id.type === 'Identifier' ? node.id.name : undefined;
  if (node.type === 'VariableDeclarator' && declared && node.init) inner.at(-1)!.constants.set(declared, node.init);
  visit(node, frames);
  for (const child of Object.values(node).flat() as unknown[])
    if (child !== null && typeof child === 'object' && 'type' in child) walk(child as AnyNode, inner, visit, declared);
}
