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

/** A line of the input without its comment, which begins with `#` or `//` anywhere outside of a string. */
export function withoutComment(line: string): string {
  const at = outsideStrings(line).search(/#|\/\//);
  return (at < 0 ? line : line.slice(0, at)).trim();
}
