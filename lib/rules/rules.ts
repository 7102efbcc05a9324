import type { Environment } from '@marcbachmann/cel-js';
import { type Problem, UserError } from '../core/errors.ts';
import { holdsAlways } from './always.ts';
import { caret } from './caret.ts';
import { celEnvironment, parse } from './cel.ts';
import type { Condition } from './condition.ts';
import { type Conjunct, conjuncts } from './conjuncts.ts';
import { refuseConstants } from './constants.ts';
import { explain } from './explain.ts';
import { hiddenRule } from './folded.ts';
import type { Known } from './known-values.ts';
import { HIDDEN_RULE, RuleProblem, TWO_RULES } from './rule-problem.ts';
import { isShortForm, parseShortForm } from './short-form.ts';
import { findSlip } from './slips.ts';
import { partsOfLine, withPlainBlanks } from './text.ts';
import { asksKindAlone, refuseUncompared } from './uncompared.ts';
import { type ValueUse, withGuards } from './uses.ts';
import { refuseWholes } from './wholes.ts';

/** A longer rule takes seconds to check, and is none that anybody wrote. */
const MOST_CHARACTERS = 10_000;

export interface Rule {
  text: string;
  /** 1-based line of the input. */
  line: number;
  conditions: Condition[];
}

/**
 * Reads rules, one per line, over variables that hold numbers by name: CEL, or the short form `auc: higher, tolerance 0.005`.
 * Empty lines and comments (`//` or `#`, also behind a rule) are skipped. A rule whose result is the same for every model is
 * an error, and so is what another language would mean: a rule that is not judged as it was meant must not pass.
 * @param variables the first one is what is judged, the second one what the short form compares it with
 * @param known what is known of the values of a variable, so that `paired.accuracy.low <= paired.accuracy.high` is refused
 * @throws UserError `RuleInvalid` with every rule that does not parse, a caret under the place
 */
export function parseRules(text: string, variables: readonly string[], known: Known = {}): Rule[] {
  const environment = celEnvironment(variables);
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  const lines = text.split(/\r\n|[\r\n\u2028\u2029]/).map((line) => withPlainBlanks(line).trim());
  for (const [index, raw] of lines.entries()) {
    const hidden = hiddenRule(lines, index, variables);
    const line = hidden === undefined ? partsOfLine(raw).rule.trim() : raw;
    if (line === '') continue;
    try {
      if (hidden !== undefined) throw new RuleProblem(lines.join('') === raw ? TWO_RULES : HIDDEN_RULE, hidden);
      rules.push({ text: line, line: index + 1, conditions: parseRule(line, environment, variables, known) });
    } catch (error) {
      if (!(error instanceof RuleProblem)) throw error;
      problems.push({ message: `rule ${index + 1}: ${error.message}${caret(line, error.offset)}` });
    }
  }
  if (problems.length > 0) throw ruleInvalid(problems);
  if (rules.length === 0) throw ruleInvalid([{ message: 'there are no rules' }]);
  return rules;
}

function parseRule(line: string, environment: Environment, variables: readonly string[], known: Known): Condition[] {
  if (line.length > MOST_CHARACTERS)
    throw new RuleProblem(
      `it has ${line.length} characters; a rule may have ${MOST_CHARACTERS}. Write several rules.`,
      MOST_CHARACTERS,
    );
  const read = (text: string): Condition[] =>
    isShortForm(text) ? parseShortForm(text, variables) : parseExpression(text, environment, variables, known);
  let error: unknown;
  try {
    const conditions = read(line);
    // What parses may still be a slip: a dash in front of a metric is a minus sign.
    if (!findSlip(line, isShortForm(line))) return conditions;
  } catch (caught) {
    error = caught;
  }
  throw explain(line, error, read, variables);
}

function parseExpression(
  text: string,
  environment: Environment,
  variables: readonly string[],
  known: Known,
): Condition[] {
  const whole = parse(text, environment, variables);
  const parts = conjuncts(text, whole, environment, variables);
  for (const part of parts) inRule(part, () => refuseConstant(part, variables));
  const [judged, compared = ''] = variables;
  const reads = (name: string): boolean =>
    whole.uses.whole.includes(name) || whole.uses.named.some(({ of }) => of === name);
  if (!variables.some((name) => name !== compared && reads(name)))
    throw new RuleProblem(
      `it reads '${compared}' alone, so its result is the same for everything that is judged; compare '${judged}' with it.`,
      0,
    );
  refuseUncompared(whole.tree, text, variables);
  for (const part of parts)
    inRule(part, () => {
      if (holdsAlways(part.parsed, judged!, known))
        throw new RuleProblem(`'${part.text}' holds whatever the metrics are.`, 0);
    });
  const hasGuards =
    whole.uses.whole.length > 0 || whole.uses.named.some(({ optional, guarded }) => optional || guarded);
  if (hasGuards && !asksKindAlone(whole.tree, variables) && holdsAlways(whole, judged!, known, true))
    throw new RuleProblem('it holds whatever the metrics are, as soon as all of them exist and are finite numbers.', 0);
  return parts.map((part) => toCondition(part, whole.uses.named));
}

function refuseConstant({ text, parsed }: Conjunct, variables: readonly string[]): void {
  refuseConstants(parsed.tree, text, variables);
  refuseWholes(parsed.tree, text, variables);
  if (parsed.type === 'bool' || parsed.type === 'dyn') return;
  const isMany = /^(map|list)\b/.test(parsed.type);
  const [what, example] = !isMany
    ? ['a number', `${text} >= ${parsed.tree.op === '-' ? 0 : 0.9}`]
    : variables.includes(text)
      ? ['all values', `${text}.accuracy >= 0.9`]
      : ['several values', `size(${text}) >= 1`];
  throw new RuleProblem(`'${text}' gives ${what}, not true or false; compare it with something, as in ${example}`, 0);
}

/** Checks a part; the place of its problem is that in the rule. */
function inRule({ offset }: Conjunct, check: () => void): void {
  try {
    check();
  } catch (problem) {
    throw problem instanceof RuleProblem ? new RuleProblem(problem.message, problem.offset + offset) : problem;
  }
}

function toCondition({ text, offset, parsed }: Conjunct, ofRule: readonly ValueUse[]): Condition {
  return {
    text,
    evaluate: (values) => parsed.evaluate(values),
    uses: withGuards(parsed.uses.named, ofRule).map((use) => ({ ...use, offset: use.offset + offset })),
    readsAll: parsed.uses.whole,
  };
}

/** A rule that is not one. */
function ruleInvalid(problems: Problem[]): UserError {
  return new UserError({
    code: 'RuleInvalid',
    message:
      problems.length === 1
        ? `A rule can't be evaluated: ${problems[0]!.message}`
        : `${problems.length} rules can't be evaluated.`,
    fix: 'Correct the rule at the place that is marked. A rule is one line, for example metrics.accuracy >= 0.9.',
    problems: severalOf(problems),
  });
}

/** The problems that are listed: one alone is in the sentence. */
export function severalOf(problems: Problem[]): Problem[] {
  return problems.length > 1 ? problems : [];
}
