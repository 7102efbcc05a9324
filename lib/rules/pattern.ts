/** What another language would understand, as a place in a rule outside of its string literals. */
export interface Pattern {
  find: RegExp;
  /** What is there, as a sentence without an end: `'=' does not compare`. @param text the rule as it is written */
  what: (found: RegExpExecArray, text: string) => string;
  /** What belongs there; undefined when nothing can be guessed. */
  put: (found: RegExpExecArray, text: string) => string | undefined;
  /** It is a slip in the short form too. */
  inBoth?: boolean;
  /** Between the arguments of a function or the items of a list it is right. */
  fitsLists?: boolean;
}

/** An operator of another language. @param by what belongs there, by what is written in lower case without blanks */
export const replaced = (find: RegExp, by: Record<string, string>): Pattern => ({
  find,
  what: ([found]) => `'${found}' is not an operator of rules`,
  put: ([found]) => by[found!.replace(/\s/g, '').toLowerCase()],
});

/** What does not belong there at all. */
export const removed = (find: RegExp, what: Pattern['what'], inBoth = false): Pattern => ({
  find,
  what,
  put: () => '',
  inBoth,
});

/** A value that a rule names: `metrics.a["b"]`. */
export const VALUE = '[A-Za-z_][\\w.]*(?:\\[[^\\]]*\\][\\w.]*)*';
/** Begins what is compared. */
export const START = '(?=["\'(A-Za-z!])';

/** What the rule has at the place of a match, string literals included. */
export function written({ index, 0: all }: RegExpExecArray, text: string, { length }: string = all): string {
  return text.slice(index, index + length);
}
