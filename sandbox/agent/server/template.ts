/**
 * What the service fills into the texts of a server task: `$(name)` first, then the Handlebars that in-box tasks use:
 * `{{name}}`, `{{{name}}}`, `{{#if name}}`, `{{#equals a b ignoreCase}}`, each with an optional `{{else}}`.
 */
import { expandMacros } from '../variables.ts';

/** The value of an input, a variable or `endpoint.<name>`; undefined when there is none. */
export type LookUp = (name: string) => string | undefined;

interface Block {
  /** Text between the opening and the closing mark. */
  content: string;
  otherwise: string;
  end: number;
}

/** Finds `{{else}}` and `{{/kind}}` of the block that opens right before `start`. */
function readBlock(text: string, kind: string, start: number): Block {
  const marks = /\{\{(#\w+|\/\w+|else)[^}]*\}\}/g;
  marks.lastIndex = start;
  let depth = 0;
  let otherwise: { from: number; to: number } | undefined;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const what = mark[1]!;
    if (what.startsWith('#')) depth++;
    else if (what === 'else' && depth === 0) otherwise = { from: mark.index, to: marks.lastIndex };
    else if (what.startsWith('/') && depth-- === 0) {
      if (what !== `/${kind}`) break;
      return {
        content: text.slice(start, otherwise?.from ?? mark.index),
        otherwise: otherwise ? text.slice(otherwise.to, mark.index) : '',
        end: marks.lastIndex,
      };
    }
  }
  throw new Error(`The template has {{#${kind}}} without {{/${kind}}}.`);
}

/** Words of a mark: texts in quotes, numbers, names. */
function values(words: string, lookUp: LookUp): string[] {
  return [...words.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, word]) => {
    const text = single ?? double;
    if (text !== undefined) return text;
    return /^(\d+|true|false)$/.test(word!) ? word! : (lookUp(word!) ?? '');
  });
}

function holds(kind: string, given: string[]): boolean {
  if (kind === 'if') return (given[0] ?? '') !== '';
  if (kind === 'equals') {
    const [left = '', right = '', ignoreCase = ''] = given;
    const fold = ['1', 'true'].includes(ignoreCase);
    return fold ? left.toLowerCase() === right.toLowerCase() : left === right;
  }
  throw new Error(`The sandbox doesn't know {{#${kind}}} in the template of a server task.`);
}

function fillBars(text: string, lookUp: LookUp): string {
  const open = /\{\{(\{)?\s*(#)?([^{}]*?)\s*\}?\}\}/g;
  let filled = '';
  let at = 0;
  for (let mark = open.exec(text); mark; mark = open.exec(text)) {
    filled += text.slice(at, mark.index);
    const [, , block, words] = mark;
    if (block) {
      const [kind = '', ...rest] = words!.split(/\s+/);
      const found = readBlock(text, kind, open.lastIndex);
      filled += fillBars(holds(kind, values(rest.join(' '), lookUp)) ? found.content : found.otherwise, lookUp);
      open.lastIndex = found.end;
    } else filled += lookUp(words!) ?? '';
    at = open.lastIndex;
  }
  return filled + text.slice(at);
}

/** The text with everything filled in; a `$(name)` that is not known stays, as it does in steps. */
export function fillTemplate(text: string, lookUp: LookUp): string {
  return fillBars(expandMacros(text, lookUp), lookUp);
}
