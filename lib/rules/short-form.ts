import type { Condition, Evaluated, RuleValues } from './condition.ts';
import { NotFinite, NothingToCompare, TooTolerant, ValueMissing } from './left-out.ts';
import { RuleProblem, TWO_RULES } from './rule-problem.ts';
import { type Direction, type Options, readOptions, WIDEST_SHARE } from './short-options.ts';
import { notDirected } from './short-slips.ts';
import { namedUse, type ValueUse } from './uses.ts';

/** True when a rule is meant to be of the short form: `name: ...`. */
export function isShortForm(text: string): boolean {
  return /^(?:\*(?=\s*:)|(?![-*+•▪◦‣●○■□✓✔☐☑])(?:"[^"]*"\s*|'[^']*'\s*|[^"'?{}()[\]:<>=!&|]+)):/u.test(text);
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
    const label = text.slice(0, start - between.length).replace(new RegExp(`^(?:${ours}|${theirs})\\.`), '');
    throw notDirected({ name, label, rest: rest!, word: word.trim(), start }, [ours, theirs]);
  }
  const second = secondRule(rest!, [ours, theirs]);
  if (second !== undefined) throw new RuleProblem(TWO_RULES, start + second);
  if (quoted === undefined && name.includes(','))
    throw new RuleProblem(`'${name}' has a comma; write a rule for each metric, or the name in quotes.`, 0);
  if (name.includes('*')) throw manyValues(name, direction, [ours, theirs]);
  const read = readOptions(text, options, direction, start + word.length + 1);
  const path = quoted === undefined ? name.split('.') : [name];
  if (quoted === undefined && path.length > 1 && [ours, theirs].includes(path[0]!))
    throw new RuleProblem('the short form names the metric alone.', 0, [text.slice(path[0]!.length + 1)]);
  const use = (of: string): ValueUse => ({
    ...namedUse(of, path, read.pick),
    offset: nameOffset,
    optional: read.isOptional,
  });
  return [compared(use(ours), use(theirs), direction, read), ...limited(use(ours), direction, read)];
}

/** Where another rule begins in what is behind the colon: `higher, 1 % loss: lower`. */
function secondRule(rest: string, variables: readonly string[]): number | undefined {
  const begins = `(?:${variables.join('|')})[.[]|(?:"[^"]*"|'[^']*'|[\\w./-]+)\\s*:\\s*(?:higher|lower)\\b`;
  const found = new RegExp(`(?:,\\s*|[^\\s,]\\s+)(?=${begins})`).exec(rest);
  return found === null ? undefined : found.index + found[0].length;
}

/** `*: higher`, `slices.*.recall: higher`: which of the values is meant? */
function manyValues(name: string, direction: Direction, variables: readonly string[]): RuleProblem {
  if (name === '*') return new RuleProblem("'*' is not a name; write a rule for each metric.", 0);
  const [ours, theirs] = variables.map(
    (of) => `${of}${name.split('.').reduce((text, part) => text + (part === '*' ? '["*"]' : `.${part}`), '')}`,
  );
  const [worst, operator] = direction === 'higher' ? ['min', '>='] : ['max', '<='];
  return new RuleProblem(`'${name}' has many values, and the short form compares one.`, 0, [
    `${worst}(${ours}) ${operator} ${worst}(${theirs})`,
  ]);
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
      if (sign * (a - b) < 0 && margin > 0 && isBeyond(b * sign, margin, read))
        throw new TooTolerant(tooTolerant(read, b));
      const ahead = sign * (a - b) + margin;
      const rounding = ROUNDING * Math.max(Math.abs(a), Math.abs(b), Math.abs(margin));
      return { value: isStrict ? ahead > rounding : ahead >= -rounding, isPartial: false, hasRead: true };
    },
  };
}

/**
 * True when an absolute tolerance says nothing of this baseline: `auc: higher, tolerance 5` of 0.9, where a model of 0 would
 * pass. Where less is better there is no such limit, and 0.01 is a fair tolerance for an error rate of 0.002; but a whole
 * number beside a fraction was meant as a percentage.
 * @param baseline its value, with the sign turned where lower is better
 */
function isBeyond(baseline: number, margin: number, { isRelative }: Options): boolean {
  if (isRelative || baseline === 0) return false;
  return baseline > 0 ? margin >= baseline : margin >= 1 && baseline > -1;
}

function tooTolerant({ tolerance }: Options, baseline: number): string {
  const share = tolerance < WIDEST_SHARE ? `; '${tolerance} %' would be a share of it` : '';
  return `the metric is worse, and a tolerance of ${tolerance} is more than the baseline ${baseline} itself${share}`;
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
