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
