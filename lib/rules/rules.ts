import type { Environment } from '@marcbachmann/cel-js';
import { type Problem, UserError } from '../core/errors.ts';
import { oneOf } from '../core/words.ts';
import { caret } from './caret.ts';
import { type CelNode, celEnvironment, parse } from './cel.ts';
import { type Conjunct, conjuncts } from './conjuncts.ts';
import { usesOf, type ValueUse } from './uses.ts';

/** Numbers by name, for each variable of a rule: `{ metrics: { auc: 0.9 } }`. */
export type RuleValues = Record<string, Record<string, number>>;

/** A part of a rule that holds or fails on its own: a rule is split at its outermost `&&`. */
export interface Condition {
  /** As the user wrote it. */
  text: string;
  /** Evaluates the tree that was parsed from `text`. @throws Error with the place when CEL can't */
  evaluate: (values: RuleValues) => unknown;
  /** Values that it names. */
  uses: ValueUse[];
  /** Variables that it reads as a whole: which of their values is not known before. */
  readsAll: string[];
}

export interface Rule {
  text: string;
  /** 1-based line of the input. */
  line: number;
  conditions: Condition[];
}

/** True when the condition reads anything of a variable. */
export function reads({ uses, readsAll }: Condition, variable: string): boolean {
  return readsAll.includes(variable) || uses.some(({ of }) => of === variable);
}

/**
 * Reads rules, one per line, in CEL over variables that hold numbers by name; empty lines and comments (`//` or `#`) are
 * skipped.
 * @throws UserError `RuleInvalid` with every rule that does not parse, a caret under the place
 */
export function parseRules(text: string, variables: readonly string[]): Rule[] {
  const environment = celEnvironment(variables);
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('//')) continue;
    try {
      rules.push({ text: line, line: index + 1, conditions: parseRule(line, environment, variables) });
    } catch (error) {
      problems.push({ message: `rule ${index + 1}: ${(error as Error).message}` });
    }
  }
  if (problems.length > 0) throw ruleInvalid(problems);
  if (rules.length === 0) throw ruleInvalid([{ message: 'there are no rules' }]);
  return rules;
}

function parseRule(line: string, environment: Environment, variables: readonly string[]): Condition[] {
  const dash = /^[-*+•]\s+/.exec(line);
  if (dash) {
    // CEL would take the dash of a list for a minus sign, and `-loss < 0.1` holds for every loss.
    throw new Error(
      `it begins with '${dash[0].trim()}', like an item of a list, which would negate what follows. Write ${line.slice(dash[0].length)}${caret(line, 0)}`,
    );
  }
  parse(line, environment);
  return conjuncts(line, environment).map((part) => {
    const condition = toCondition(part, variables);
    // A constant would pass or fail whatever is judged.
    if (condition.uses.length === 0 && condition.readsAll.length === 0) {
      throw new Error(
        `'${part.text}' does not read ${oneOf(variables)}, so its result is always the same.${caret(line, part.offset)}`,
      );
    }
    return condition;
  });
}

function toCondition({ text, offset, parsed }: Conjunct, variables: readonly string[]): Condition {
  const { named, whole } = usesOf(parsed.ast as unknown as CelNode, variables);
  return {
    text,
    evaluate: (values) => parsed(values) as unknown,
    uses: named.map((use) => ({ ...use, offset: use.offset + offset })),
    readsAll: whole,
  };
}

export function ruleInvalid(problems: Problem[]): UserError {
  return new UserError({
    code: 'RuleInvalid',
    message:
      problems.length === 1
        ? `A rule can't be evaluated: ${problems[0]!.message}`
        : `${problems.length} rules can't be evaluated.`,
    fix: 'Write one condition per line, for example metrics.accuracy >= 0.9.',
    problems: problems.length === 1 ? [] : problems,
  });
}
