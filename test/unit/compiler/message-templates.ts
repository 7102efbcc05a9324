import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

/** A run of fixed text of a sentence in the sources, between what is filled in. */
export interface FixedText {
  file: string;
  text: string;
}

/** Shorter runs say too little to be found again. */
const SHORTEST = 12;

/**
 * The fixed texts of all sentences in the TypeScript files below a folder: of strings and templates with at least two
 * words. Comments are not among them.
 */
export function fixedTexts(folder: string): FixedText[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => {
      const { code } = transformSync(readFileSync(join(folder, name), 'utf8'), { loader: 'ts', charset: 'utf8' });
      return literals(code)
        .filter((text) => text.trim().length >= SHORTEST && /[a-z]{2,}[^/\\]* [a-z]{2,}/.test(text))
        .map((text) => ({ file: name, text: text.trim() }));
    });
}

/** The fixed parts of all string and template literals of JavaScript without types, in no particular order. */
export function literals(code: string): string[] {
  const found: string[] = [];
  let at = 0;
  readCode(false);
  return found;

  function readCode(isInTemplate: boolean): void {
    let depth = 0;
    let before = '';
    for (; at < code.length; at++) {
      const letter = code[at]!;
      if (letter === '"' || letter === "'") found.push(readString(letter));
      else if (letter === '`') readTemplate();
      else if (letter === '/' && code[at + 1] === '/') at = code.indexOf('\n', at);
      else if (letter === '/' && code[at + 1] === '*') at = code.indexOf('*/', at) + 1;
      else if (letter === '/' && (/[(,=:[!&|?{};\n]/.test(before) || /\breturn\s$/.test(code.slice(0, at))))
        readRegExp();
      else if (letter === '{') depth++;
      else if (letter === '}' && depth-- === 0 && isInTemplate) return;
      if (/\S/.test(letter)) before = letter;
    }
  }

  function readString(quote: string): string {
    const start = at;
    for (at++; code[at] !== quote; at++) if (code[at] === '\\') at++;
    return code.slice(start + 1, at).replace(/\\(.)/g, '$1');
  }

  function readTemplate(): void {
    let text = '';
    for (at++; code[at] !== '`'; at++) {
      if (code[at] === '\\') text += code[++at];
      else if (code[at] === '$' && code[at + 1] === '{') {
        found.push(text);
        text = '';
        at += 2;
        readCode(true);
      } else text += code[at];
    }
    found.push(text);
  }

  function readRegExp(): void {
    let isInClass = false;
    for (at++; code[at] !== '/' || isInClass; at++) {
      if (code[at] === '\\') at++;
      else if (code[at] === '[') isInClass = true;
      else if (code[at] === ']') isInClass = false;
    }
  }
}
