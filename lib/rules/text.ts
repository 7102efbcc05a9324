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

const COMMENT = /#|\/\//;

/** A line of the input without its comment, which begins with `#` or `//` anywhere outside of a string. */
export function withoutComment(line: string): string {
  const at = outsideStrings(line).search(COMMENT);
  return (at < 0 ? line : line.slice(0, at)).trim();
}

/**
 * Where the comment of a line begins that has a rule in it; undefined when there is none. YAML folds a list of rules into one
 * line (`rules: >`), in which the first comment would hide all rules behind it.
 */
export function ruleInComment(line: string, variables: readonly string[]): number | undefined {
  const at = outsideStrings(line).search(COMMENT);
  const comment = at < 0 ? '' : line.slice(at);
  const reads = new RegExp(`(?<![\\w.])(?:${variables.join('|')})(?:\\.\\w|\\[)`).test(comment);
  const isCondition = reads && /[<=≥≤≠]|(?<!-)>/.test(comment);
  const isShort = /[\w"']\s*:\s*(?:higher|lower)\b(?!\s+(?:is|values?|than|means)\b)/i.test(comment);
  return isCondition || isShort ? at : undefined;
}
