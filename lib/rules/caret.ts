/** A caret under a place of a rule: the way a compiler shows it. */
export function caret(text: string, offset: number): string {
  return `\n    ${text}\n    ${' '.repeat(offset)}^`;
}
