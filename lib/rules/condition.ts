import type { ValueUse } from './uses.ts';

/** What a rule may read of each variable. */
export type RuleValues = Record<
  string,
  {
    /** By the `key` of a use; a value that is missing is not there. */
    named: Record<string, number>;
    /** Every value by its name, for rules that read all of them. */
    all: Record<string, number>;
    /** There is nothing that the variable could stand for: parts of rules that read it are left out. */
    isAbsent?: boolean;
  }
>;

/** What a condition gives. */
export interface Evaluated {
  value: unknown;
  /** A part was left out that could have made it false. */
  isPartial: boolean;
  /** The result depends on the value of a metric; false where it was decided by what is missing alone. */
  hasRead: boolean;
}

/** A part of a rule that holds or fails on its own: a rule is split at its outermost `&&`. */
export interface Condition {
  /** As the user wrote it; of the short form, what it means. */
  text: string;
  /**
   * Evaluates the tree that was parsed from `text`.
   * @throws NothingToCompare when all of it needs a variable that is absent, NotFinite, ValueMissing, and Error when CEL can't
   */
  evaluate: (values: RuleValues) => Evaluated;
  /** Values that it names. */
  uses: ValueUse[];
  /** Variables that it reads as a whole: which of their values is not known before. */
  readsAll: string[];
}

/** True when the condition reads anything of a variable. */
export function reads({ uses, readsAll }: Condition, variable: string): boolean {
  return readsAll.includes(variable) || uses.some(({ of }) => of === variable);
}

/**
 * Values of variables that hold nothing but their last numbers, for `evaluate`.
 * @param values by variable; undefined for one that is absent
 */
export function plainValues(
  { uses }: Condition,
  values: Readonly<Record<string, Readonly<Record<string, number>> | undefined>>,
): RuleValues {
  return Object.fromEntries(
    Object.entries(values).map(([of, numbers]) => {
      const named = uses.flatMap((use) => {
        const name = use.path.join('.');
        const isThere = use.of === of && !use.pick && numbers !== undefined && Object.hasOwn(numbers, name);
        return isThere ? [[use.key, numbers[name]!] as const] : [];
      });
      return [of, { named: Object.fromEntries(named), all: { ...numbers }, isAbsent: numbers === undefined }];
    }),
  );
}
