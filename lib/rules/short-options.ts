import { oneOf } from '../core/words.ts';
import { RuleProblem } from './rule-problem.ts';
import { meantOption } from './short-words.ts';
import type { Pick } from './uses.ts';

/** What may follow the direction, as it is written. */
const OPTIONS = ['tolerance 0.005', '1 %', 'by 0.01', 'at least 0.9', 'at most 0.3', 'strictly', 'best', 'optional'];

/** What follows the direction. */
export interface Options {
  /** How much worse than the baseline it may be; below 0, how much better it has to be. */
  tolerance: number;
  /** The tolerance is a percentage of the baseline. */
  isRelative: boolean;
  limit?: number;
  isStrict: boolean;
  pick?: Pick;
  isOptional: boolean;
}

export type Direction = 'higher' | 'lower';

/**
 * Reads what is behind the direction.
 * @param rule the whole rule, for what it may have meant
 * @param texts between the commas
 * @param start offset of the first one in the rule
 * @throws RuleProblem
 */
export function readOptions(rule: string, texts: readonly string[], direction: Direction, start: number): Options {
  const read = noOptions();
  const seen = new Set<string>();
  let offset = start;
  for (const text of texts) {
    const at = offset + text.length - text.trimStart().length;
    offset += text.length + 1;
    const option = text.trim();
    const instead = (by: string): string[] => [rule.slice(0, at) + by + rule.slice(at + option.length)];
    const kind = readOption(option.toLowerCase(), direction, read, at, instead);
    if (seen.has(kind))
      throw new RuleProblem(`'${option}' repeats an earlier option.`, at, [without(rule, at, option)]);
    seen.add(kind);
    if (read.isStrict && read.tolerance > 0)
      throw new RuleProblem("'strictly' asks for a better model, and a tolerance allows a worse one.", at, [
        without(rule, at, option),
      ]);
  }
  return read;
}

function noOptions(): Options {
  return { tolerance: 0, isRelative: false, isStrict: false, isOptional: false };
}

function without(rule: string, at: number, option: string): string {
  return rule.slice(0, at).replace(/,\s*$/, '') + rule.slice(at + option.length);
}

/** True for what can be behind a direction. */
export function isOption(text: string, direction: Direction): boolean {
  try {
    readOption(text.trim().toLowerCase(), direction, noOptions(), 0, () => []);
    return true;
  } catch {
    return false;
  }
}

/** @param instead the rule with another option in this place @returns what the option is about */
function readOption(
  text: string,
  direction: Direction,
  read: Options,
  at: number,
  instead: (by: string) => string[],
): string {
  const amount = /^(?:(tolerance|within|by)\s+)?(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%?)$/.exec(text);
  if (amount && (amount[1] || amount[3])) {
    requireFinite(amount[2]!, at);
    read.tolerance = Number(amount[2]) * (amount[1] === 'by' ? -1 : 1);
    read.isRelative = amount[3] === '%';
    if (read.tolerance > 0) requireNarrow(read, direction, at);
    return 'tolerance';
  }
  const limit = /^at (least|most)\s+(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(text);
  if (limit) {
    const fits = direction === 'higher' ? 'least' : 'most';
    if (limit[1] !== fits)
      throw new RuleProblem(`'at ${limit[1]}' contradicts '${direction}'.`, at, instead(`at ${fits} ${limit[2]}`));
    requireFinite(limit[2]!, at);
    read.limit = Number(limit[2]);
    if ((direction === 'higher' ? -read.limit : read.limit) >= WIDEST_LIMIT)
      throw new RuleProblem(`the limit ${read.limit} is one that every model would pass.`, at);
    return 'limit';
  }
  if (text === 'strictly') read.isStrict = true;
  else if (text === 'optional') read.isOptional = true;
  else if (text === 'best') read.pick = { kind: direction === 'higher' ? 'highest' : 'lowest' };
  else throw notAnOption(text, direction, at, instead);
  return text;
}

function notAnOption(text: string, direction: Direction, at: number, instead: (by: string) => string[]): RuleProblem {
  if (text === '') return new RuleProblem('there is nothing between two commas.', at);
  const bare = /^\.?\d+(?:\.\d+)?$/.test(text);
  const meant = bare ? [`tolerance ${Number(text)}`] : [meantOption(text, direction)].flatMap((one) => one ?? []);
  if (meant.length > 0) return new RuleProblem(`'${text}' is not an option.`, at, meant.flatMap(instead));
  return new RuleProblem(`'${text}' is not an option. There are ${oneOf(OPTIONS)}.`, at);
}

/** An infinite tolerance would pass everything. */
function requireFinite(amount: string, at: number): void {
  if (!Number.isFinite(Number(amount))) throw new RuleProblem(`'${amount}' is not a number that rules can have.`, at);
}

/** A model may not be worse by this share of the baseline, in percent: `95 %` was meant as a share that remains. */
export const WIDEST_SHARE = 50;
/** Beyond this a double has no room for a metric beside the tolerance. */
const WIDEST = 1e15;

/** No metric has such a value. */
const WIDEST_LIMIT = 1e30;

/** A tolerance that nearly every model is within is not one. */
function requireNarrow({ tolerance, isRelative }: Options, direction: Direction, at: number): void {
  if (!isRelative && tolerance >= WIDEST)
    throw new RuleProblem(`the tolerance ${tolerance} is so large that every model would pass.`, at);
  if (!isRelative || tolerance < WIDEST_SHARE) return;
  const isHigher = direction === 'higher';
  const remains = Number((isHigher ? 100 - tolerance : 100 + tolerance).toPrecision(12));
  const passes = remains <= 0 ? 'nearly every model' : `${remains} % of the baseline`;
  const [share, operator] = isHigher ? [95, '>= 0.4 *'] : [105, '<= 2 *'];
  throw new RuleProblem(
    `'${tolerance} %' is how much worse the metric may be, so ${passes} would pass; '5 %' allows ${share} % of the baseline. From ${WIDEST_SHARE} % on a rule is written as a condition, as in metrics.accuracy ${operator} baseline.accuracy.`,
    at,
  );
}
