import { type Pattern, replaced, VALUE, written } from './pattern.ts';

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
  greater: '>',
  larger: '>',
  bigger: '>',
  higher: '>',
  more: '>',
  above: '>',
  over: '>',
  less: '<',
  fewer: '<',
  smaller: '<',
  lower: '<',
  below: '<',
  under: '<',
  atleast: '>=',
  atmost: '<=',
  greaterorequal: '>=',
  greaterorequalto: '>=',
  lessorequal: '<=',
  lessorequalto: '<=',
  notless: '>=',
  noless: '>=',
  notlower: '>=',
  nolower: '>=',
  notbelow: '>=',
  notsmaller: '>=',
  nosmaller: '>=',
  notfewer: '>=',
  nofewer: '>=',
  notgreater: '<=',
  nogreater: '<=',
  nothigher: '<=',
  nohigher: '<=',
  notlarger: '<=',
  nolarger: '<=',
  notmore: '<=',
  nomore: '<=',
  notabove: '<=',
  notover: '<=',
  equals: '==',
  equal: '==',
  equalto: '==',
  is: '==',
  isnot: '!=',
  notequal: '!=',
  notequalto: '!=',
};
const WORD =
  '(?:is\\s+)?(?:(?:greater|less)(?:\\s+than)?\\s+or\\s+equal(?:\\s+to)?|(?:not?\\s+)?(?:(?:greater|larger|bigger|higher|more|less|fewer|smaller|lower)\\s+than|above|over|below|under)|at least|at most|equals|(?:not\\s+)?equal(?:\\s+to)?)|-?(?:gte|gt|ge|lte|lt|le|eq|ne)|is\\s+not|is';

/** `must be`, `should be`: a rule says so itself. */
const MUST = '(?:must|should|shall|has\\s+to|needs\\s+to|needs|has)(?:\\s+be)?';

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

/** Functions of one value, which need parentheses: `abs metrics.a`. */
const BARE_CALL = new RegExp(
  `(?<![\\w.])(abs|has|isNaN|isFinite|lowest|highest|min|max|spread|ratio)\\s+(?!(?:to|be)\\b)(${VALUE})`,
);

/** Operators of other languages and of spoken English. In this order: what comes first may be part of what comes later. */
export const OPERATORS: Pattern[] = [
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
    find: new RegExp(`(${VALUE})\\s*(?:[<>]=?|[=!]=)\\s*[\\d.]+\\s*(?:&&|\\|\\||and|or)\\s*(?=[<>]=?\\s*[\\d.])`, 'i'),
    what: () => 'the second comparison has nothing to compare',
    put: (found, text) => `${written(found, text)}${written(found, text, found[1]!)} `,
  },
  {
    find: new RegExp(`(?<![\\w.)\\]])(!|not\\s+)(${VALUE}\\s*(?:[<>]=?|[=!]=)\\s*[\\w.]+)$`, 'i'),
    what: ([, not]) => `'${not!.trim()}' negates what is next to it, which is a number`,
    put: (found, text) => `!(${written(found, text).slice(found[1]!.length)})`,
  },
  {
    find: /\b(min|max)\(([^()*]+(?:,[^()*]+)+)\)\s*([<>]=?)\s*([\w.]+)/,
    what: ([, name]) => `${name}(...) takes the metrics whose names match one with '*' in it`,
    put: (found, text) => {
      const [, name, list, operator, limit] = found as unknown as [string, string, string, string, string];
      const values = written(found, text).slice(name.length + 1, name.length + 1 + list.length);
      const isEach = (name === 'min') === operator.startsWith('>');
      return `[${values}].${isEach ? 'all' : 'exists'}(x, x ${operator} ${limit})`;
    },
  },
  {
    find: new RegExp(`(?<=[\\w\\])]\\s+)${MUST}\\s+(?=[<>=≥≤]|${WORD})`, 'i'),
    what: ([found]) => `'${found!.trim()}' is not a part of a condition`,
    put: () => '',
  },
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
      const word = found!
        .replace(/\s|than/gi, '')
        .replace(/^-/, '')
        .toLowerCase();
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
];
