/** The same text with the contents of its string literals blanked, so that a pattern finds only what is outside of them. */
export function outsideStrings(text: string): string {
  let quote = '';
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quote === '') {
      if (character === '"' || character === "'") quote = character;
      result += character;
    } else if (character === '\\' && index + 1 < text.length) {
      result += '__';
      index++;
    } else {
      result += character === quote ? character : '_';
      if (character === quote) quote = '';
    }
  }
  return result;
}

/** `#{name}#` is a variable that was not replaced, and no comment. */
const COMMENT = /#(?!\{[^}]*\}#)(?<!#\{[^}]*\}#)|\/\//;

/** The same text with blanks of other kinds (no-break, tabs) as plain ones, except in its string literals; as long as before. */
export function withPlainBlanks(text: string): string {
  const plain = outsideStrings(text);
  return text.replace(/\s/gu, (blank, at: number) => (plain[at] === blank ? ' ' : blank));
}

/** A line of the input in front of its comment, which begins with `#` or `//` anywhere outside of a string, and the comment. */
export function partsOfLine(line: string): { rule: string; comment: string } {
  const at = outsideStrings(line).search(COMMENT);
  return at < 0 ? { rule: line, comment: '' } : { rule: line.slice(0, at), comment: line.slice(at) };
}
