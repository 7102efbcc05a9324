import { PATTERNS } from './slip-patterns.ts';
import { outsideStrings } from './text.ts';

/** Something in a rule that another language would understand. */
export interface Slip {
  offset: number;
  /** What is there, as a sentence without an end: `'=' does not compare`. */
  what: string;
  /** The rule with this one put right; undefined when nothing can be guessed. */
  meant: string | undefined;
}

/**
 * A variable that was not replaced: `$(m)`, `${{ m }}`, `$[m]`, `${m}`, `{{m}}`, `$m`, `%m%`, `#{m}#`. Names in quotes have
 * them too.
 */
const VARIABLE =
  /#\{[^}]*\}#?|\$\(\s*([^()]*?)\s*\)|\$\[[^\]]*\]|\$\{\{.*?\}\}|\$\{[^}]*\}|\{\{.*?\}\}|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%/;

/** `__m__`, as well. In quotes it is a name: prompt flow logs `__pf__.lines.completed` (recorded). */
const UNDERSCORED = /(?<![\w.])__[A-Za-z]\w*?__(?!\w)/;

/** Quotes of a word processor. */
const QUOTES: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'" };

/**
 * The first slip of a rule by the order of kinds; undefined when there is none.
 * @param isShortForm of `auc: higher`, where `%` and words are right
 */
export function findSlip(text: string, isShortForm = false): Slip | undefined {
  const plain = outsideStrings(text);
  const variable = VARIABLE.exec(text) ?? UNDERSCORED.exec(plain);
  if (variable) return { offset: variable.index, what: notReplaced(variable), meant: undefined };
  const hidden = /[\u200B-\u200F\u2060\uFEFF\u00AD]/.exec(text);
  if (hidden) {
    const code = `U+${hidden[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    const meant = text.replaceAll(new RegExp(hidden[0], 'g'), '');
    return { offset: hidden.index, what: `it has a character that can't be seen, ${code}`, meant };
  }
  const grouped = /(?<![\w.'’])\d{1,3}(?:['’]\d{3})+(?![\w'’])/.exec(text);
  if (grouped && plain[grouped.index] === text[grouped.index]) {
    const meant =
      text.slice(0, grouped.index) + grouped[0].replace(/\D/g, '') + text.slice(grouped.index + grouped[0].length);
    return {
      offset: grouped.index,
      what: `'${grouped[0]}' is not a number; digits are written without separators`,
      meant,
    };
  }
  const quote = plain.search(/[“”„‘’]/);
  if (quote >= 0) {
    const meant = text.replace(/[“”„‘’]/g, (found) => QUOTES[found]!);
    return { offset: quote, what: `'${plain[quote]}' does not quote a name`, meant };
  }
  for (const { find, what, put, inBoth, fitsLists } of PATTERNS) {
    const found = isShortForm && !inBoth ? null : find.exec(plain);
    if (!found || (fitsLists && isInList(plain.slice(0, found.index)))) continue;
    const by = put(found, text);
    const end = found.index + found[0].length;
    return {
      offset: found.index,
      what: what(found, text),
      meant: by === undefined ? undefined : `${text.slice(0, found.index)}${by}${text.slice(end)}`,
    };
  }
  return decimalComma(text, plain);
}

function notReplaced([found, name]: RegExpExecArray): string {
  if (name) return `the variable '${name}' has no value`;
  return `the variable in '${found}' was not replaced; a variable of the pipeline is written $(name)`;
}

/** `0,9`: between the arguments of a function or the items of a list the comma is right. */
function decimalComma(text: string, plain: string): Slip | undefined {
  for (const found of plain.matchAll(/(?<![\w.])\d+(,)\d+/g)) {
    const offset = found.index + found[0].indexOf(',');
    if (isInList(plain.slice(0, offset))) continue;
    return {
      offset,
      what: `'${found[0]}' is not a number; decimals are written with a point`,
      meant: `${text.slice(0, offset)}.${text.slice(offset + 1)}`,
    };
  }
  return undefined;
}

/** Of a function of one value a comma is that of a decimal. */
const TAKES_SEVERAL =
  /(?<!\b(?:abs|has|isNaN|isFinite|lowest|highest|min|max|spread|ratio|size|double|int))(?<=\w)\s*$/;

function isInList(before: string): boolean {
  const open: boolean[] = [];
  for (const [index, character] of [...before].entries()) {
    if (character === '(') open.push(TAKES_SEVERAL.test(before.slice(0, index)));
    else if (character === '[' || character === '{') open.push(true);
    else if (character === ')' || character === ']' || character === '}') open.pop();
  }
  return open.at(-1) ?? false;
}
