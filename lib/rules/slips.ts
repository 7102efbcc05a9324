import { outsideStrings } from './text.ts';

/** Something in a rule that another language would understand. */
export interface Slip {
  offset: number;
  /** What is there, as a sentence without an end: `'=' does not compare`. */
  what: string;
  /** The rule with this one put right; undefined when nothing can be guessed. */
  meant: string | undefined;
}

interface Pattern {
  /** Searched for outside of string literals. */
  find: RegExp;
  what: (found: RegExpExecArray) => string;
  /** What belongs there; undefined when nothing can be guessed. */
  put: (found: RegExpExecArray) => string | undefined;
}

const replaced = (find: RegExp, by: Record<string, string>): Pattern => ({
  find,
  what: ([found]) => `'${found}' is not an operator of rules`,
  put: ([found]) => by[found!.replace(/\s/g, '').toLowerCase()],
});

const SYMBOLS: Record<string, string> = {
  '≥': '>=',
  '⩾': '>=',
  '≤': '<=',
  '⩽': '<=',
  '≠': '!=',
  '＝': '==',
  '＞': '>',
  '＜': '<',
  '−': '-',
  '–': '-',
  '—': '-',
  '×': '*',
  '·': '*',
  '÷': '/',
  '∧': '&&',
  '∨': '||',
  '¬': '!',
};

/** A variable that was not replaced: `$(m)`, `${{ m }}`, `$[m]`, `${m}`, `{{m}}`, `$m`, `%m%`. Names in quotes have them too. */
const VARIABLE =
  /\$\(\s*([^()]*?)\s*\)|\$\[[^\]]*\]|\$\{\{.*?\}\}|\$\{[^}]*\}|\{\{.*?\}\}|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%/;

/** In this order: what comes first may be part of what comes later. */
const PATTERNS: Pattern[] = [
  {
    find: /^[-*+•·–—](\s*)(?=\S)/,
    what: ([found]) =>
      `it begins with '${found!.trim()}', like an item of a list, which would negate what follows; a minus sign that is meant goes into parentheses`,
    put: () => '',
  },
  replaced(new RegExp(`[${Object.keys(SYMBOLS).join('')}]`, 'u'), SYMBOLS),
  replaced(/[!=]==/, { '===': '==', '!==': '!=' }),
  replaced(/=\s*[<>]|[<>=!]\s+=|<\s*>/, {
    '=>': '>=',
    '=<': '<=',
    '>=': '>=',
    '<=': '<=',
    '==': '==',
    '!=': '!=',
    '<>': '!=',
  }),
  { find: /(?<![<>=!])=(?!=)/, what: () => "'=' does not compare", put: () => '==' },
  replaced(/(?<![\w.])(?:and|or|not)(?!\w)|(?<!&)&(?!&)|(?<!\|)\|(?!\|)/i, {
    and: '&&',
    or: '||',
    not: '!',
    '&': '&&',
    '|': '||',
  }),
  {
    find: /(\d+(?:[.,]\d+)?)\s*%(?=\s*(?:$|[)\]<>=!?:+\-*/]|&&|\|\|))/,
    what: ([found]) => `'${found}' is a percentage, and '%' is the remainder of a division`,
    put: ([, number]) => String(Number((Number(number!.replace(',', '.')) / 100).toPrecision(12))),
  },
  { find: /(?<![\w.)\]])\.\d/, what: ([found]) => `'${found}' is not a number`, put: ([found]) => `0${found}` },
  { find: /(?<=\d)\.(?![\w.])/, what: () => 'a number ends with a point', put: () => '.0' },
  { find: /[;,]\s*$/, what: ([found]) => `it ends with '${found!.trim()}'`, put: () => '' },
];

/** Quotes of a word processor. */
const QUOTES: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'" };

/**
 * The first slip of a rule by the order of kinds; undefined when there is none.
 * @param isShortForm of `auc: higher`, where `%` and words are right
 */
export function findSlip(text: string, isShortForm = false): Slip | undefined {
  const variable = VARIABLE.exec(text);
  if (variable) return { offset: variable.index, what: notReplaced(variable), meant: undefined };
  const plain = outsideStrings(text);
  const quote = plain.search(/[“”„‘’]/);
  if (quote >= 0) {
    const meant = text.replace(/[“”„‘’]/g, (found) => QUOTES[found]!);
    return { offset: quote, what: `'${plain[quote]}' does not quote a name`, meant };
  }
  for (const { find, what, put } of isShortForm ? [] : PATTERNS) {
    const found = find.exec(plain);
    if (!found) continue;
    const by = put(found);
    const end = found.index + found[0].length;
    return {
      offset: found.index,
      what: what(found),
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

function isInList(before: string): boolean {
  const open: boolean[] = [];
  for (const [index, character] of [...before].entries()) {
    if (character === '(') open.push(/\w\s*$/.test(before.slice(0, index)));
    else if (character === '[' || character === '{') open.push(true);
    else if (character === ')' || character === ']' || character === '}') open.pop();
  }
  return open.at(-1) ?? false;
}
