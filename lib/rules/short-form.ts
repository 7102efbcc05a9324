import { oneOf } from '../core/words.ts';
import type { Condition, Evaluated, RuleValues } from './condition.ts';
import { NotFinite, NothingToCompare, ValueMissing } from './left-out.ts';
import { RuleProblem, TWO_RULES } from './rule-problem.ts';
import { meantCondition, meantOption } from './short-slips.ts';
import { namedUse, type Pick, type ValueUse } from './uses.ts';

/** What may follow the direction, as it is written. */
const OPTIONS = ['tolerance 0.005', '1 %', 'by 0.01', 'at least 0.9', 'at most 0.3', 'strictly', 'best', 'optional'];

interface Options {
  /** How much worse than the baseline it may be; below 0, how much better it has to be. */
  tolerance: number;
  /** The tolerance is a percentage of the baseline. */
  isRelative: boolean;
  limit?: number;
  isStrict: boolean;
  pick?: Pick;
  isOptional: boolean;
}

type Direction = 'higher' | 'lower';

/** True when a rule is meant to be of the short form: `name: ...`. */
export function isShortForm(text: string): boolean {
  return /^(?![-*+•])(?:"[^"]*"\s*|'[^']*'\s*|[^"'?{}()[\]:<>=!&|]+):/.test(text);
}

/**
 * Reads the short form of the common case: `auc: higher, tolerance 0.005`, `loss: lower, 1 %, at most 0.3`. It compares with
 * the baseline, and the direction is always written. What ties within rounding of doubles counts as equal: 0.3 + 0.003 is
 * not exactly 0.303.
 * @param variables what is judged, and what it is compared with
 * @throws RuleProblem
 */
export function parseShortForm(text: string, [ours = '', theirs = '']: readonly string[]): Condition[] {
  const [, quoted, bare, between, rest] = /^(?:["'](.*?)["']|([^:]*?))(\s*:\s*)(.*)$/.exec(text)!;
  const name = quoted ?? bare!;
  const nameOffset = quoted === undefined ? 0 : 1;
  const start = text.length - rest!.length;
  const [word = '', ...options] = rest!.split(',');
  const direction = word.trim().toLowerCase();
  if (name === '' || between === undefined) throw new RuleProblem('the name of the metric is missing.', 0);
  if (direction !== 'higher' && direction !== 'lower') {
    const [, said, option] = /^(higher|lower)[\s:;]+(.+)$/i.exec(word.trim()) ?? [];
    if (option && /:\s*(?:higher|lower)\b/i.test(option)) throw new RuleProblem(TWO_RULES, start);
    if (said) throw behindDirection(name, said.toLowerCase() as Direction, option!, start);
    const condition = meantCondition(name, rest!, [ours, theirs]);
    if (condition) throw new RuleProblem(`a condition has no name in front of it. Write ${condition}`, start);
    const guess = meantDirection(word);
    throw new RuleProblem(
      `'${word.trim()}' is not a direction. Write ${guess ? `${name}: ${guess}` : `${name}: higher or ${name}: lower`}, whichever is better.`,
      start,
    );
  }
  if (quoted === undefined && name.includes(','))
    throw new RuleProblem(`'${name}' has a comma; write a rule for each metric, or the name in quotes.`, 0);
  const read = readOptions(options, direction, start + word.length + 1);
  const path = quoted === undefined ? name.split('.') : [name];
  if (quoted === undefined && path.length > 1 && [ours, theirs].includes(path[0]!))
    throw new RuleProblem(`the short form names the metric alone. Write ${text.slice(path[0]!.length + 1)}`, 0);
  const use = (of: string): ValueUse => ({
    ...namedUse(of, path, read.pick),
    offset: nameOffset,
    optional: read.isOptional,
  });
  return [compared(use(ours), use(theirs), direction, read), ...limited(use(ours), direction, read)];
}

/** Nothing where the word may mean either: `better`, `not less`, and `max 0.3`, which is a limit and not a direction. */
function meantDirection(word: string): Direction | '' {
  if (/\b(?:not?|max|min)\b|\d/i.test(word)) return '';
  if (/\b(?:up|maximi[sz]e|greater|more|bigger|larger)\b|^\s*>/i.test(word)) return 'higher';
  return /\b(?:down|minimi[sz]e|less|smaller)\b|^\s*</i.test(word) ? 'lower' : '';
}

/** `higher tolerance 0.1`, `higher is better` */
function behindDirection(name: string, direction: Direction, option: string, start: number): RuleProblem {
  const isOption = (text: string): boolean => {
    try {
      readOption(
        text.toLowerCase(),
        direction,
        { tolerance: 0, isRelative: false, isStrict: false, isOptional: false },
        0,
      );
      return true;
    } catch {
      return false;
    }
  };
  const meant = isOption(option) ? option : meantOption(option.toLowerCase(), direction);
  if (meant !== undefined) return new RuleProblem(`a comma is missing. Write ${name}: ${direction}, ${meant}`, start);
  return new RuleProblem(`'${option}' does not belong behind '${direction}'. Write ${name}: ${direction}`, start);
}

function readOptions(texts: readonly string[], direction: Direction, start: number): Options {
  const read: Options = { tolerance: 0, isRelative: false, isStrict: false, isOptional: false };
  const seen = new Set<string>();
  let offset = start;
  for (const text of texts) {
    const at = offset + text.length - text.trimStart().length;
    offset += text.length + 1;
    const kind = readOption(text.trim().toLowerCase(), direction, read, at);
    if (seen.has(kind)) throw new RuleProblem(`'${text.trim()}' repeats an earlier option.`, at);
    seen.add(kind);
  }
  return read;
}

/** @returns what the option is about */
function readOption(text: string, direction: Direction, read: Options, at: number): string {
  const amount = /^(?:(tolerance|within|by)\s+)?(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%?)$/.exec(text);
  if (amount && (amount[1] || amount[3])) {
    requireFinite(amount[2]!, at);
    read.tolerance = Number(amount[2]) * (amount[1] === 'by' ? -1 : 1);
    read.isRelative = amount[3] === '%';
    if (read.tolerance > 0) requireNarrow(read, direction, at);
    return 'tolerance';
  }
  const limit = /^at (least|most)\s+(-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.exec(text);
  if (limit) {
    const fits = direction === 'higher' ? 'least' : 'most';
    if (limit[1] !== fits)
      throw new RuleProblem(`'at ${limit[1]}' contradicts '${direction}'. Write at ${fits} ${limit[2]}.`, at);
    requireFinite(limit[2]!, at);
    read.limit = Number(limit[2]);
    return 'limit';
  }
  if (text === 'strictly') read.isStrict = true;
  else if (text === 'optional') read.isOptional = true;
  else if (text === 'best') read.pick = { kind: direction === 'higher' ? 'highest' : 'lowest' };
  else {
    const meant = meantOption(text, direction);
    if (meant !== undefined) throw new RuleProblem(`'${text}' is not an option. Write ${meant}.`, at);
    const decimals = /^\d+\s*%?$/.test(text) ? ' Decimals are written with a point, as in 0.005.' : '';
    throw new RuleProblem(`'${text}' is not an option. There are ${oneOf(OPTIONS)}.${decimals}`, at);
  }
  return text;
}

/** An infinite tolerance would pass everything. */
function requireFinite(amount: string, at: number): void {
  if (!Number.isFinite(Number(amount))) throw new RuleProblem(`'${amount}' is not a number that rules can have.`, at);
}

/** A model may not be worse by this share of the baseline, in percent: `95 %` was meant as a share that remains. */
const WIDEST_SHARE = 50;
/** Beyond this a double has no room for a metric beside the tolerance. */
const WIDEST = 1e15;

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

/** Rounding of doubles in a sum of two, with room. */
const ROUNDING = 1e-12;

function compared(metric: ValueUse, baseline: ValueUse, direction: Direction, read: Options): Condition {
  const { tolerance, isRelative, isStrict } = read;
  const sign = direction === 'higher' ? 1 : -1;
  const amount = Math.abs(tolerance);
  const [ours, theirs] = [written(metric), written(baseline)];
  const operator = `${direction === 'higher' ? '>' : '<'}${isStrict ? '' : '='}`;
  const moved = tolerance * sign > 0 ? '-' : '+';
  const allowed = isRelative ? `${amount} % of it` : String(amount);
  return {
    text: `${ours} ${operator} ${theirs}${tolerance === 0 ? '' : ` ${moved} ${allowed}`}`,
    uses: [metric, baseline],
    readsAll: [],
    evaluate(values) {
      if (values[baseline.of]?.isAbsent) throw new NothingToCompare();
      const [a, b] = [readNamed(values, metric), readNamed(values, baseline)];
      if (a === undefined || b === undefined) return whenMissing(read);
      const margin = tolerance * (isRelative ? Math.abs(b) / 100 : 1);
      if (!Number.isFinite(margin)) throw new NotFinite(`${allowed} is ${margin}`);
      const ahead = sign * (a - b) + margin;
      const rounding = ROUNDING * Math.max(Math.abs(a), Math.abs(b), Math.abs(margin));
      return { value: isStrict ? ahead > rounding : ahead >= -rounding, isPartial: false, hasRead: true };
    },
  };
}

function limited(metric: ValueUse, direction: Direction, read: Options): Condition[] {
  const { limit } = read;
  if (limit === undefined) return [];
  const evaluate: Condition['evaluate'] = (values) => {
    const value = readNamed(values, metric);
    if (value === undefined) return whenMissing(read);
    return { value: direction === 'higher' ? value >= limit : value <= limit, isPartial: false, hasRead: true };
  };
  const text = `${written(metric)} ${direction === 'higher' ? '>=' : '<='} ${limit}`;
  return [{ text, uses: [metric], readsAll: [], evaluate }];
}

function whenMissing({ isOptional }: Options): Evaluated {
  if (!isOptional) throw new ValueMissing('a value that it reads is missing');
  return { value: true, isPartial: false, hasRead: false };
}

function readNamed(values: RuleValues, { of, key }: ValueUse): number | undefined {
  return values[of]?.named[key];
}

/** The value as CEL writes it: `metrics.auc`, `lowest(metrics["val/loss"])`. */
function written({ of, path, pick }: ValueUse): string {
  const value = path.reduce(
    (text, part) => text + (/^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`),
    of,
  );
  return pick ? `${pick.kind}(${value})` : value;
}
