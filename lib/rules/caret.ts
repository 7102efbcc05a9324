/** So much of a rule is shown. */
const WIDTH = 160;

/** A caret under a place of a rule: the way a compiler shows it. Of a long rule only what is around the place is shown. */
export function caret(text: string, offset: number): string {
  const start = text.length <= WIDTH ? 0 : Math.max(0, Math.min(offset - WIDTH / 2, text.length - WIDTH));
  const [before, after] = [start > 0 ? '…' : '', start + WIDTH < text.length ? '…' : ''];
  const shown = before + text.slice(start, start + WIDTH) + after;
  return `\n    ${shown}\n    ${' '.repeat(before.length + offset - start)}^`;
}
