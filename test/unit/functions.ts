/** Finds the functions of a TypeScript file that Biome has formatted, by their lines and indentation. */

export interface FoundFunction {
  /** Number of its first line, from 1. */
  line: number;
  lines: number;
  text: string;
}

const indentation = (line: string): number => line.length - line.trimStart().length;

/** Lines that open a block which is not a function's. */
const otherBlock =
  /^\s*(?:\} ?)?(?:if|else|for|while|switch|try|catch|finally|do|class|export class|interface|export interface)\b/;

/** The opening line of a function's body: `function f() {`, `method(): T {`, `=> {`, `=> [`, `=> ({` or `=>`. */
function opensFunction(line: string): boolean {
  if (otherBlock.test(line) || /^\s*(?:\/\/|\*|\/\*)/.test(line)) return false;
  return /=>(?: [[{(]+)?$/.test(line) || /\bfunction\b.*\{$/.test(line) || /\)(?:: [^=]+)? \{$/.test(line);
}

/** The line where the statement of a body's opening line begins; `) {` and `}) {` close parameters that stand on lines of their own. */
function beginning(lines: string[], opening: number): number {
  if (!/^\s*\}?\)/.test(lines[opening]!)) return opening;
  const indent = indentation(lines[opening]!);
  let line = opening - 1;
  while (line > 0 && (lines[line] === '' || indentation(lines[line]!) > indent)) line--;
  return line;
}

/** Every function with its length, nested ones too. */
export function findFunctions(source: string): FoundFunction[] {
  const lines = source.split('\n');
  return lines.flatMap((line, opening) => {
    if (!opensFunction(line)) return [];
    const start = beginning(lines, opening);
    if (otherBlock.test(lines[start]!)) return [];
    const indent = indentation(line);
    let end = opening + 1;
    while (end < lines.length && (lines[end] === '' || indentation(lines[end]!) > indent)) end++;
    // A body in brackets ends with the line that closes it; an expression on lines of its own ended one line before.
    const last = line.endsWith('=>') ? end - 1 : end;
    return [{ line: start + 1, lines: last - start + 1, text: lines[start]!.trim() }];
  });
}
