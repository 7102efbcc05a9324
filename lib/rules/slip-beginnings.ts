import { type Pattern, removed, START, VALUE, written } from './pattern.ts';
import { TWO_RULES } from './rule-problem.ts';

/** What a rule does not begin with, and what is not a condition as a whole. */
export const BEGINNINGS: Pattern[] = [
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
  {
    find: /^if\s+(.+?)(?:\s+then\b|\s*:)\s*(?=\S)/i,
    what: () => "it begins with 'if'; a rule is one condition",
    put: ([, test], text) => {
      const asked = text.slice(text.search(/\s/), text.search(/\s/) + 1 + test!.length).trim();
      return `!(${asked}) || `;
    },
  },
  removed(
    new RegExp(`^(?:if|assert|require|ensure|check|when|where|expect)\\s+${START}`, 'i'),
    ([found]) => `it begins with '${found!.trim()}'; a rule is the condition alone`,
  ),
  {
    find: /^(?:fail|reject|block)(?:s|ed)?\s+(?:if|when)\s+(.*)$/i,
    what: () => 'a rule is the condition that has to hold',
    put: ([, rest], text) => `!(${text.slice(text.length - rest!.length)})`,
  },
  removed(/^(?:pass|accept|allow)(?:es|s|ed)?\s+(?:if|when)\s+/i, () => 'a rule is the condition alone'),
  removed(/^(?:&&|\|\|)\s*/, ([found]) => `it begins with '${found!.trim()}'; a rule is one line`),
  {
    find: /^(["'])_+\1$/,
    what: () => 'it is in quotes, so it is text',
    put: (_, text) => text.slice(1, -1),
  },
  {
    find: /^(?:\{.*\}|\[.*\])$/,
    what: ([found]) => `it is in '${found![0]}${found!.at(-1)}', so it is not one condition`,
    put: (_, text) => text.slice(1, -1).trim(),
  },
  {
    find: /^(["']_*["']|[\w./-]+)\s*:?\s*([↑⬆▲↗↓⬇▼↘])️?/u,
    what: ([, , arrow]) => `'${arrow}' is not a direction`,
    put: (found, text) => `${written(found, text, found[1]!)}: ${/[↑⬆▲↗]/u.test(found[2]!) ? 'higher' : 'lower'}`,
    inBoth: true,
  },
  {
    find: /^(higher|lower)\s+(?!is\b)(?=["'\w])(["']_*["']|[\w./-]+)$/i,
    what: () => 'the short form has the name in front',
    put: (found, text) => `${text.slice(found[0].length - found[2]!.length)}: ${found[1]!.toLowerCase()}`,
  },
  {
    find: /^(?!if\b)[\w./-]+?\s*(?:=>?|->?|–|→|\s(?:is|should be|must be)\s|\s)\s*(?=(?:higher|lower)\b(?!\s+than\b))/i,
    what: () => 'the short form has a colon behind the name',
    put: ([found]) => `${found!.replace(/(?:[\s=>–→-]|\b(?:is|should be|must be)\b)+$/, '')}: `,
  },
  {
    find: new RegExp(`^${VALUE}(?=\\s*:\\s*(?:higher|lower)\\b)`, 'i'),
    what: (found, text) => `'${written(found, text)}' is not a name of the short form`,
    put: (found, text) => {
      const value = written(found, text);
      const name = /^[A-Za-z_]\w*\[(["'])(.*)\1\]$/.exec(value)?.[2];
      // `metrics.slices["age>60"].recall` is the name with dots between its parts.
      const ofSlice = /^(?:\w+\.)?slices\[(["'])([^"']*)\1\](\.[\w.]+)$/.exec(value);
      const plain = ofSlice ? `slices.${ofSlice[2]}${ofSlice[3]}` : name;
      return plain === undefined ? undefined : `"${plain}"`;
    },
  },
];
