import { TWO_RULES } from './rule-problem.ts';

/** What another language would understand, as a place in a rule outside of its string literals. */
export interface Pattern {
  find: RegExp;
  /** What is there, as a sentence without an end: `'=' does not compare`. @param text the rule as it is written */
  what: (found: RegExpExecArray, text: string) => string;
  /** What belongs there; undefined when nothing can be guessed. */
  put: (found: RegExpExecArray, text: string) => string | undefined;
  /** It is a slip in the short form too. */
  inBoth?: boolean;
  /** Between the arguments of a function or the items of a list it is right. */
  fitsLists?: boolean;
}

const replaced = (find: RegExp, by: Record<string, string>): Pattern => ({
  find,
  what: ([found]) => `'${found}' is not an operator of rules`,
  put: ([found]) => by[found!.replace(/\s/g, '').toLowerCase()],
});

const removed = (find: RegExp, what: Pattern['what'], inBoth = false): Pattern => ({
  find,
  what,
  put: () => '',
  inBoth,
});

const SYMBOLS: Record<string, string> = {
  '≥': '>=',
  '≧': '>=',
  '⩾': '>=',
  '≤': '<=',
  '≦': '<=',
  '⩽': '<=',
  '≠': '!=',
  '＝': '==',
  '＞': '>',
  '＜': '<',
  '−': '-',
  '–': '-',
  '—': '-',
  '×': '*',
  '∗': '*',
  '⋅': '*',
  '·': '*',
  '÷': '/',
  '∕': '/',
  '⁄': '/',
  '∧': '&&',
  '∨': '||',
  '¬': '!',
};

/** Operators of shells and of spoken English. */
const WORDS: Record<string, string> = {
  gt: '>',
  ge: '>=',
  gte: '>=',
  lt: '<',
  le: '<=',
  lte: '<=',
  eq: '==',
  ne: '!=',
  greaterthan: '>',
  morethan: '>',
  above: '>',
  lessthan: '<',
  below: '<',
  atleast: '>=',
  atmost: '<=',
  equals: '==',
  equalto: '==',
  is: '==',
  isnot: '!=',
};
const WORD =
  '(?:is\\s+)?(?:greater than|more than|above|less than|below|at least|at most|equals|equal to)|-?(?:gte|gt|ge|lte|lt|le|eq|ne)|is\\s+not|is';

/** A value that a rule names: `metrics.a["b"]`. */
const VALUE = '[A-Za-z_][\\w.]*(?:\\[[^\\]]*\\][\\w.]*)*';
/** Begins what is compared. */
const START = '(?=["\'(A-Za-z!])';

/** What the rule has at the place of a match, string literals included. */
function written({ index, 0: all }: RegExpExecArray, text: string, { length }: string = all): string {
  return text.slice(index, index + length);
}

/** Words that other languages compare with: `metrics.loss == NaN`. */
const LITERAL: Pattern = {
  find: new RegExp(
    `(${VALUE})\\s*([<>]=?|[=!]=)\\s*([-+]?)(NaN|None|null|nil|undefined|true|false|inf(?:inity)?)(?![\\w.([])`,
    'i',
  ),
  what: (found, text) => {
    const [all, , , sign, word] = found as unknown as [string, string, string, string, string];
    const kind = word.toLowerCase();
    if (kind === 'true' || kind === 'false')
      return `'${written(found, text, all)}' compares a number with true or false`;
    const asks = kind === 'nan' ? 'isNaN' : kind.startsWith('inf') ? 'isFinite' : 'has';
    return `'${sign}${word}' is not a value of rules; ${asks}(...) asks for it`;
  },
  put: (found, text) => {
    const [, name, operator, sign, word] = found as unknown as [string, string, string, string, string];
    const [value, kind] = [written(found, text, name), word.toLowerCase()];
    const not = operator === '!=' ? '!' : '';
    if (kind === 'true' || kind === 'false') return `${value} ${operator} ${kind === 'true' ? 1 : 0}`;
    if (kind === 'nan') return operator.endsWith('=') && !/[<>]/.test(operator) ? `${not}isNaN(${value})` : undefined;
    if (kind.startsWith('inf'))
      return operator === '!=' || operator.startsWith(sign === '-' ? '>' : '<') ? `isFinite(${value})` : undefined;
    return /[<>]/.test(operator) ? undefined : `${not === '' ? '!' : ''}has(${value})`;
  },
};

/** `90%`, `98% baseline.auc`, `98 % of baseline.auc`: a number in front of `%` is never meant as the left side of a remainder. */
const PERCENTAGE: Pattern = {
  find: /(?<![\w.)\]])(\d+(?:[.,]\d+)?)\s*(?:%|per ?cent\b)(?:\s*(?:of\s+)?(?=[A-Za-z_(])(?!in\b))?/i,
  what: (found, text) => {
    const share = written(found, text, /^[^%\p{L}]*(?:%|per ?cent)/iu.exec(found[0])![0]);
    return `'${share}' is a percentage, and '%' is the remainder of a division`;
  },
  put: (found, text) => {
    const share = String(Number((Number(found[1]!.replace(',', '.')) / 100).toPrecision(12)));
    const behind = text.slice(found.index + found[0].length);
    if (!/^[A-Za-z_(]/.test(behind) || /^in\b/.test(behind)) return /^\s*\d/.test(behind) ? undefined : share;
    // `a / 98 % b` would become another calculation.
    return /[/%]\s*$/.test(text.slice(0, found.index)) ? undefined : `${share} * `;
  },
};

/** Functions of one value, which need parentheses: `abs metrics.a`. */
const BARE_CALL = new RegExp(`(?<![\\w.])(abs|has|isNaN|isFinite|lowest|highest|min|max|spread|ratio)\\s+(${VALUE})`);

/** Values of other tools that were not put in: `env.THRESHOLD`, `variables["x"]`. */
const FOREIGN =
  /(?<![\w.$])(?:(?:process\.|\$)?env(?:ironment)?|os\.environ|variables|parameters|inputs|secrets|vars)(?:[.:]\w+|\[[^\]]*\])/i;

/** In this order: what comes first may be part of what comes later. */
export const PATTERNS: Pattern[] = [
  {
    find: new RegExp(`^([-*•+]) [^-*•+]*?(?:[<>=]|: *(?:higher|lower)).*? \\1 (?=${VALUE}\\s*(?:[<>]=?|[=!]=|:))`),
    what: () => TWO_RULES.slice(0, -1),
    put: () => undefined,
    inBoth: true,
  },
  removed(
    new RegExp(`^(?:\\(?\\d+[.)]|\\(?[A-Za-z]\\)|\\[[ xX]?\\]|>|\\d+:(?!\\s*(?:higher|lower)\\b))\\s+${START}`),
    ([found]) => `it begins with '${found!.trim()}', like an item of a list`,
    true,
  ),
  {
    find: /^-[\d.]+(?:e[-+]?\d+)?/i,
    what: () =>
      "it begins with '-', which may be the dash of a list as well; a minus sign at the beginning goes into parentheses",
    put: ([found]) => `(${found})`,
  },
  removed(
    /^[-–—−]\s*(?=\S)/,
    ([found]) =>
      `it begins with '${found!.trim()}', like an item of a list, which would negate what follows; a minus sign that is meant goes into parentheses`,
  ),
  removed(/^[*+•·▪◦‣●○■□✓✔☐☑]\s*(?=\S)/u, ([found]) => `it begins with '${found!.trim()}', like an item of a list`),
  removed(
    new RegExp(`^(?:if|assert|require|ensure|check|when|where|expect)\\s+${START}`, 'i'),
    ([found]) => `it begins with '${found!.trim()}'; a rule is the condition alone`,
  ),
  removed(/^(?:&&|\|\|)\s*/, ([found]) => `it begins with '${found!.trim()}'; a rule is one line`),
  {
    find: /^(["'])_+\1$/,
    what: () => 'it is in quotes, so it is text',
    put: (_, text) => text.slice(1, -1),
  },
  {
    find: /^(?!if\b)[\w./-]+?\s*(?:=|-|–|\s)\s*(?=(?:higher|lower)\b)/i,
    what: () => 'the short form has a colon behind the name',
    put: ([found]) => `${found!.replace(/[\s=–-]+$/, '')}: `,
  },
  {
    find: new RegExp(`^${VALUE}(?=\\s*:\\s*(?:higher|lower)\\b)`, 'i'),
    what: (found, text) => `'${written(found, text)}' is not a name of the short form`,
    put: (found, text) => {
      const name = /^[A-Za-z_]\w*\[(["'])(.*)\1\]$/.exec(written(found, text))?.[2];
      return name === undefined ? undefined : `"${name}"`;
    },
  },
  {
    find: FOREIGN,
    what: (found, text) => `'${written(found, text)}' was not replaced; a variable of the pipeline is written $(name)`,
    put: () => undefined,
  },
  {
    find: BARE_CALL,
    what: ([, name]) => `${name}(...) needs parentheses`,
    put: (found, text) => `${found[1]}(${written(found, text, found[0]).slice(found[1]!.length).trim()})`,
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
  {
    find: /\^|\*\*/,
    what: ([found]) => `'${found}' is not an operator of rules; a power is written as a multiplication`,
    put: () => undefined,
  },
  {
    find: /^(lowest|highest)\(([\w./-]+)\)\s*:\s*(higher|lower)\b/i,
    what: () => 'the short form names the metric alone',
    put: ([, , name, direction]) => `${name}: ${direction}, best`,
  },
  {
    find: new RegExp(`(${VALUE})\\s*(?:~=|=~|≈|≃|≅)\\s*([\\d.]+)`),
    what: () => "'nearly equal' is not an operator of rules; a rule says how near",
    put: (found, text) => `abs(${written(found, text, found[1]!)} - ${found[2]}) <= 0.01`,
  },
  { find: /:=/, what: () => "':=' does not compare", put: () => '==' },
  { find: /(?<![<>=!~:])=(?![=~])/, what: () => "'=' does not compare", put: () => '==' },
  {
    find: new RegExp(`(${VALUE})\\s+between\\s+([\\d.]+)\\s+and\\s+([\\d.]+)`, 'i'),
    what: () => "'between' is not an operator of rules",
    put: (found, text) => {
      const value = written(found, text, found[1]!);
      return `${value} >= ${found[2]} && ${value} <= ${found[3]}`;
    },
  },
  {
    find: new RegExp(`(?<=[\\w\\])]\\s+)(?:${WORD})(?=\\s+["'(\\w.-])`, 'i'),
    what: ([found]) => `'${found}' is not an operator of rules`,
    put: ([found]) => {
      const word = found!.replace(/\s/g, '').replace(/^-/, '').toLowerCase();
      return WORDS[word] ?? WORDS[word.replace(/^is/, '')];
    },
  },
  LITERAL,
  replaced(/(?<![\w.])(?:and|or|not)(?!\w)|(?<!&)&(?!&)|(?<!\|)\|(?!\|)/i, {
    and: '&&',
    or: '||',
    not: '!',
    '&': '&&',
    '|': '||',
  }),
  PERCENTAGE,
  {
    // `1,000`, `1.000.000`, `1_000` and `1 000`; of `0,900` the comma is that of a decimal.
    find: /(?<![\w.,])(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:\.\d{3}){2,}|\d+(?:_\d+)+|[1-9]\d{0,2}(?: \d{3})+)(?![\w.])/,
    what: ([found]) => `'${found}' is not a number; digits are written without separators, and decimals with a point`,
    put: ([found]) => found!.replace(/\D/g, ''),
    inBoth: true,
    fitsLists: true,
  },
  { find: /(?<![\w.)\]])\.\d/, what: ([found]) => `'${found}' is not a number`, put: ([found]) => `0${found}` },
  {
    find: /(?<=\d)\.(?![\w.])/,
    what: () => 'a number ends with a point',
    put: ({ index }, text) => (/\.\d+$/.test(text.slice(0, index)) ? '' : '.0'),
  },
  {
    find: /(?<![\w.])\d+(?:\.\d+){2,}/,
    what: ([found]) => `'${found}' is not a number`,
    put: () => undefined,
  },
  removed(/[;,]\s*$/, ([found]) => `it ends with '${found!.trim()}'`, true),
  {
    find: new RegExp(`(?<=\\w\\s*)[,;]\\s*(?=${VALUE}\\s*(?:[<>]=?|[=!]=))`),
    what: ([found]) => `'${found!.trim()}' does not join conditions`,
    put: () => ' && ',
    fitsLists: true,
  },
  {
    find: /(?<=\w)\.\*/,
    what: () => "'*' is not a name without quotes",
    put: () => '["*"]',
  },
];
