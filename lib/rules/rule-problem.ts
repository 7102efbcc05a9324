/** What is wrong with a rule, before anyone knows which rule of the input it is. */
export class RuleProblem extends Error {
  /** Of the place in the rule's text. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'RuleProblem';
    this.offset = offset;
  }
}

/** What a list of rules is that YAML has folded into one line. */
export const TWO_RULES =
  'there are two rules on one line; each needs a line of its own. In YAML, write rules: | in front of them.';
