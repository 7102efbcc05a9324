/** A whole rule that may be meant. */
export interface Suggestion {
  rule: string;
  /** When it is: `where it may be missing`. */
  when?: string;
}

/** What is wrong with a rule, before anyone knows which rule of the input it is. */
export class RuleProblem extends Error {
  /** Of the place in the rule's text. */
  readonly offset: number;
  /** The best one first. `explain` leaves out those that are not rules themselves. */
  readonly suggestions: readonly Suggestion[];

  constructor(message: string, offset: number, suggestions: readonly (Suggestion | string)[] = []) {
    super(message);
    this.name = 'RuleProblem';
    this.offset = offset;
    this.suggestions = suggestions.map((one) => (typeof one === 'string' ? { rule: one } : one));
  }
}

/** What a list of rules is that YAML has folded into one line. */
export const TWO_RULES =
  'there are two rules on one line; each needs a line of its own. In YAML, write rules: | in front of them, since rules: > joins lines.';

/** What a comment is in which YAML has hidden a rule, where there are more lines. */
export const HIDDEN_RULE =
  'the comment has a rule in it, which nobody would judge. In YAML, write rules: | in front of the rules, since rules: > joins lines. A rule that is off is a comment of its own, as in # metrics.f1 >= 0.8.';
