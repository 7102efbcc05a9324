/** What is to appear in place of what in paths and bodies: ARM paths of versions. */
export type Replacement = [from: string, to: string];

/** The body with every path replaced; a path that only begins like one stays (`versions/1` in `versions/12`). */
export function replaceInBody(body: unknown, replacements: readonly Replacement[]): unknown {
  if (replacements.length === 0 || body === undefined) return body;
  return JSON.parse(replaceInText(JSON.stringify(body), replacements)) as unknown;
}

/** The same for a text. */
export function replaceInText(text: string, replacements: readonly Replacement[]): string {
  let replaced = text;
  for (const [from, to] of replacements) {
    if (!replaced.includes(from)) continue;
    const whole = new RegExp(`${from.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}(?![\\w.-])`, 'g');
    replaced = replaced.replace(whole, () => to);
  }
  return replaced;
}
