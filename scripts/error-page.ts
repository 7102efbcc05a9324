/**
 * Fills docs/errors.md: the second and third column of its tables are the messages and fixes of the sources; the first, which
 * says where a code belongs, and the last, which says more, are written by hand.
 */
import type { ErrorTexts } from './error-texts.ts';

/** A row of the tables: `| <a id="gatefailed"></a>`GateFailed` | message | fix | more |`. */
const ROW = /^\| <a id="\w*"><\/a>`(\w+)` \|(.*)\|$/gm;

/** The page with the texts of its errors. Throws when an error is not on the page, or the page has one that is not thrown. */
export function fillErrors(page: string, errors: readonly ErrorTexts[]): string {
  const codes = new Set([...page.matchAll(ROW)].map(([, code]) => code!));
  const missing = errors.filter(({ code }) => !codes.has(code)).map(({ code }) => code);
  if (missing.length > 0) throw new Error(`there is no row for ${missing.join(', ')}: add one, with its code alone`);
  return page.replace(ROW, (_row, code: string, rest: string) => {
    const error = errors.find((one) => one.code === code);
    if (!error) throw new Error(`the row ${code} is of an error that nothing throws: remove it`);
    const more = rest
      .split(/(?<!\\)\|/)
      .at(-1)!
      .trim();
    const cells = [cell(error.messages.map(whole)), cell(error.fixes), more];
    return `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${cells.join(' | ')} |`;
  });
}

/** A parser says what is wrong with a text; the task adds which input it was. */
function whole(message: string): string {
  return /^[a-z]/.test(message) ? `The input ... is not valid: ${message}` : message;
}

function cell(texts: readonly string[]): string {
  return texts
    .join('<br>')
    .replaceAll('|', '\\|')
    .replace(/<(?!br>)/g, '&lt;')
    .replace(/(?<!<br)>/g, '&gt;');
}
