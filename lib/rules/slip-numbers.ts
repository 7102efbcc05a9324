import { type Pattern, removed, VALUE, written } from './pattern.ts';

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

/** Numbers as other people write them, and what is between and behind them. */
export const NUMBERS: Pattern[] = [
  PERCENTAGE,
  {
    // `1,000`, `1.000.000`, `1_000` and `1 000`; of `0,900` the comma is that of a decimal.
    find: /(?<![\w.,])(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:\.\d{3}){2,}|\d+(?:_\d+)+|[1-9]\d{0,2}(?: \d{3})+)(?![\w.])/,
    what: ([found]) => `'${found}' is not a number; digits are written without separators, and decimals with a point`,
    put: ([found]) => found!.replace(/\D/g, ''),
    inBoth: true,
    fitsLists: true,
  },
  removed(
    /(?<=(?<![\w.])\d+(?:\.\d+)?)\s*(?:ms|msec|s|sec|secs|seconds|minutes|hours|kb|mb|gb|kib|mib|gib|bytes)(?![\w.])/i,
    ([found]) => `'${found!.trim()}' is a unit, and numbers of rules have none`,
  ),
  removed(/(?<=(?<![\w.])\d+(?:\.\d+)?)[fdl](?!\w)/i, ([found]) => `'${found}' does not end a number`),
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
];
