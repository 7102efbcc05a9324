import assert from 'node:assert/strict';
import { UserError } from '../../../lib/core/errors.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

/** What is wrong with a rule: the sentence, what is at the caret, and the rules that are suggested. */
export interface RefusedRule {
  said: string;
  at: string;
  suggested: string[];
}

/** A suggestion behind a message: ` Write a, or b where it may be missing`. */
const ADVICE = / Write (?!a comparison, |several rules)(.*)$/;

/** What is wrong with a rule. Whatever is suggested has to be another rule, and one that is accepted. */
export function problemOf(rule: string): RefusedRule {
  try {
    parseRules(rule, GATE_VARIABLES);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, 'RuleInvalid');
    const [message, shown, caret] = error.message.split('\n');
    const said = message!.replace(/^.*?rule \d+: /, '');
    const suggested = (ADVICE.exec(said)?.[1] ?? '')
      .split(', or ')
      .map((one) => one.replace(/ where it may be missing$/, ''))
      .filter((one) => one !== '');
    for (const one of suggested) {
      assert.notEqual(one, rule);
      assert.doesNotThrow(() => parseRules(one, GATE_VARIABLES), `suggested for ${rule}: ${one}`);
    }
    return { said, at: shown!.slice(caret!.indexOf('^')), suggested };
  }
  throw new Error(`no error: ${rule}`);
}

/** Rules that another language would understand: what they were probably meant to be, and where the slip is. */
export function describeSlips(subject: string, slips: readonly (readonly [rule: string, meant: string, at: string])[]) {
  describe(subject, () => {
    for (const [rule, meant, at] of slips)
      it(`is an error with the place and what was meant: ${rule}`, () => {
        const problem = problemOf(rule);
        assert.ok(problem.said.endsWith(` Write ${meant}`), problem.said);
        assert.ok(problem.at.startsWith(at), `the caret is below '${problem.at}'`);
        for (const one of meant.split(', or ')) assert.ok(problem.suggested.includes(one), problem.suggested.join());
      });
  });
}

/** Rules of which only what is wrong can be said. */
export function describeProblems(
  subject: string,
  problems: readonly (readonly [rule: string, said: RegExp, at: string])[],
) {
  describe(subject, () => {
    for (const [rule, said, at] of problems)
      it(`is an error that says what is wrong: ${rule}`, () => {
        const problem = problemOf(rule);
        assert.match(problem.said, said);
        assert.ok(problem.at.startsWith(at), `the caret is below '${problem.at}'`);
      });
  });
}
