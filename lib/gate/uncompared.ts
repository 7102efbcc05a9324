import { UserError } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { listed } from '../core/words.ts';
import { type Condition, reads } from '../rules/condition.ts';
import type { Rule } from '../rules/rules.ts';
import type { Sources } from './judged-values.ts';
import { type Measured, valueOfUse } from './measured.ts';
import { messages } from './messages.ts';
import { neverLogged } from './never-logged.ts';

/** A rule that was judged. */
interface Judged {
  rule: Rule;
  conditions: readonly { condition: Condition; result: string; hasRead?: boolean }[];
}

/** A condition that passed although it compared nothing. */
interface Uncompared {
  line: number;
  condition: string;
  /** Names that were not logged, and those that were; the empty string when it names none. */
  missing: string;
}

/**
 * Conditions that passed without the value of a metric: `!has(metrics.f1) || metrics.f1 > 0.5` of a model without f1. Without a
 * baseline, conditions that say what to do then are left out.
 */
export function comparedNothing(results: readonly Judged[], sources: Sources): Uncompared[] {
  return results.flatMap(({ rule, conditions }) =>
    conditions.flatMap(({ condition, result, hasRead }) => {
      if (result !== 'pass' || hasRead !== false) return [];
      const unlogged = condition.uses.filter(({ of, path, ...use }) => {
        const source = sources[of];
        return source !== undefined && valueOfUse({ of, path, ...use }, source) === undefined;
      });
      const needsBaseline = sources.baseline === undefined && reads(condition, 'baseline');
      // `has(metrics.f1) && metrics.f1 > 0.5` compares in its other part.
      const isGuard = conditions.some((one) => one.hasRead);
      if (unlogged.length === 0 && (needsBaseline || isGuard)) return [];
      const names = [...new Set(unlogged.map(({ of, name }) => `${of}.${name}`))];
      const known = Object.keys(sources.metrics?.metrics ?? {});
      const missing = listed(names.length > 1 ? 'There are no' : 'There is no', names);
      const there = names.length > 0 ? listed('The candidate has', known) : '';
      return [{ line: rule.line, condition: condition.text, missing: `${missing}${there}` }];
    }),
  );
}

/** A gate of which every rule passed without a comparison. */
export function nothingCompared(found: readonly Uncompared[]): UserError {
  return new UserError({
    code: 'RuleInvalid',
    message: fill(messages.NoRuleCompared, {
      rules: found.map(({ line, condition, missing }) => `rule ${line}, '${condition}'.${missing}`).join(' '),
    }),
    fix: fill(messages.NoRuleComparedFix),
  });
}

/** Metrics that may be misspelt, and conditions that compared nothing for another reason. */
export function warningsOf(
  rules: readonly Rule[],
  uncompared: readonly Uncompared[],
  measured: readonly (Measured | undefined)[],
): FilledMessage[] {
  const misspelt = neverLogged(rules, measured);
  return [
    ...misspelt,
    // A rule with a misspelt name has one warning.
    ...uncompared
      .filter(({ line }) => !misspelt.some(({ values }) => values.line === line))
      .map(({ line, condition, missing }) => fill(messages.ComparedNothing, { line, condition, missing })),
  ];
}
