import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { parseRules as parse, type Rule } from '../../../lib/rules/rules.ts';

const parseRules = (text: string): Rule[] => parse(text, GATE_VARIABLES);

/** A calculation without a finite result, which never makes a rule pass. */
class Infinite extends Error {}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new Infinite();
}

/** `||` and `&&`: a side that decides does so whatever becomes of the other one. */
function either(decides: boolean, left: () => boolean, right: () => boolean): boolean {
  const sides = [left, right].map((side) => {
    try {
      return side();
    } catch (error) {
      return error as Infinite;
    }
  });
  if (sides.includes(decides)) return decides;
  for (const side of sides) if (side instanceof Infinite) throw side;
  return !decides;
}

/** Rules that are refused because they hold whatever the values are, or compare a value with itself. */
const TRIVIAL = /holds whatever|with itself|does not read a metric|it reads 'baseline' alone/;

/** Parsed rules; undefined when they are refused as trivial. */
function parsedOrTrivial(text: string): Rule[] | undefined {
  try {
    return parseRules(text);
  } catch (error) {
    if (TRIVIAL.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** A rule as the test knows it: its own text and its own value, made without CEL. */
interface Expression<T> {
  text: string;
  /** How tightly the outermost operator binds, as in CEL's grammar: the ternary 0, `||` 1, ... a literal 8. */
  strength: number;
  value: (values: Values) => T;
}

interface Values {
  metrics: Record<string, number>;
  baseline: Record<string, number>;
}

const NAMES = ['accuracy', 'loss', 'f1'] as const;
/** Digits that a rounding serializer would lose are wanted. */
const number = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((value) => [String(value), value] as const),
  fc.double({ min: 0.0000000001, max: 3, noNaN: true }).map((value) => [plain(value), Number(plain(value))] as const),
);

function plain(value: number): string {
  const text = value.toFixed(14);
  return text.includes('.') ? text : `${text}.0`;
}

const literal: fc.Arbitrary<Expression<number>> = number.map(([text, value]) => ({
  text,
  strength: 8,
  value: () => value,
}));
const metric: fc.Arbitrary<Expression<number>> = fc
  .tuple(fc.constantFrom('metrics' as const, 'baseline' as const), fc.constantFrom(...NAMES), fc.boolean())
  .map(([of, name, quoted]) => ({
    text: quoted ? `${of}["${name}"]` : `${of}.${name}`,
    strength: 8,
    value: (values) => values[of][name]!,
  }));

/** `parts` around an operator, with the parentheses that the grammar needs and now and then some more. */
function inside(part: Expression<unknown>, needed: number, spare: boolean): string {
  return part.strength < needed || spare ? `(${part.text})` : part.text;
}

const SUMS: Record<string, [strength: number, apply: (a: number, b: number) => number]> = {
  '+': [5, (a, b) => a + b],
  '-': [5, (a, b) => a - b],
  '*': [6, (a, b) => a * b],
  '/': [6, (a, b) => a / b],
};
const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const { amount, condition } = fc.letrec<{ amount: Expression<number>; condition: Expression<boolean> }>((tie) => {
  const spare = fc.integer({ min: 0, max: 5 }).map((n) => n === 0);
  const sum = fc
    .tuple(tie('amount'), fc.constantFrom(...Object.keys(SUMS)), tie('amount'), spare)
    .map(([left, operator, right, more]): Expression<number> => {
      const [strength, apply] = SUMS[operator]!;
      return {
        // Operators of one strength group to the left, so the right side needs more.
        text: `${inside(left, strength, more)} ${operator} ${inside(right, strength + 1, more)}`,
        strength,
        value: (values) => finite(apply(left.value(values), right.value(values))),
      };
    });
  const minus = tie('amount').map(
    (part): Expression<number> => ({
      text: `-${inside(part, 8, false)}`,
      strength: 7,
      value: (values) => -part.value(values),
    }),
  );
  const comparison = fc
    .tuple(tie('amount'), fc.constantFrom(...Object.keys(COMPARISONS)), tie('amount'), metric, spare)
    .map(([left, operator, other, named, more]): Expression<boolean> => {
      // Conditions that read nothing are refused.
      const right = /metrics|baseline/.test(left.text + other.text) ? other : named;
      return {
        text: `${inside(left, 5, more)}${operator}${inside(right, 5, more)}`,
        strength: 4,
        value: (values) => COMPARISONS[operator]!(left.value(values), right.value(values)),
      };
    });
  const logic = fc
    .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'), spare)
    .map(([left, operator, right, more]): Expression<boolean> => {
      const strength = operator === '&&' ? 2 : 1;
      return {
        text: `${inside(left, strength, more)} ${operator} ${inside(right, strength + 1, more)}`,
        strength,
        value: (values) =>
          either(
            operator === '||',
            () => left.value(values),
            () => right.value(values),
          ),
      };
    });
  const not = tie('condition').map(
    (part): Expression<boolean> => ({
      text: `!${inside(part, 8, false)}`,
      strength: 7,
      value: (values) => !part.value(values),
    }),
  );
  const choice = fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(
    ([test, yes, no]): Expression<boolean> => ({
      text: `${inside(test, 1, false)} ? ${inside(yes, 1, false)} : ${inside(no, 0, false)}`,
      strength: 0,
      value: (values) => (test.value(values) ? yes.value(values) : no.value(values)),
    }),
  );
  return {
    amount: fc.oneof({ maxDepth: 4 }, literal, metric, sum, minus),
    condition: fc.oneof({ maxDepth: 4 }, comparison, logic, not, choice),
  };
});

const values = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, fc.double({ min: 0, max: 2, noNaN: true })])),
) as fc.Arbitrary<Record<string, number>>;

function passes(value: () => boolean): boolean {
  try {
    return value();
  } catch {
    return false;
  }
}

describe('rules of the gate', () => {
  it('are judged as they are written: 5,000 random rules against an evaluator of its own', function () {
    this.timeout(120_000);
    let refused = 0;
    fc.assert(
      fc.property(condition, values, values, (rule, metrics, baseline) => {
        // A dash at the start of a rule is refused as that of a list.
        const rules = parsedOrTrivial(rule.text.startsWith('-') ? `(${rule.text})` : rule.text);
        const expected = passes(() => rule.value({ metrics, baseline }));
        if (!rules) refused++;
        else assert.equal(judge(rules, measured(metrics), measured(baseline)).verdict === 'pass', expected, rule.text);
      }),
      { numRuns: 5_000 },
    );
    assert.ok(refused < 2_000, `${refused} of 5,000 rules were refused as trivial`);
  });

  it('keep every digit and parenthesis of a sum', () => {
    fc.assert(
      fc.property(amount, values, values, (sum, metrics, baseline) => {
        fc.pre(/metrics|baseline/.test(sum.text));
        fc.pre(passes(() => Number.isFinite(sum.value({ metrics, baseline }))));
        const exact = sum.value({ metrics, baseline });
        const text = `${exact < 0 ? '-' : ''}${plain(Math.abs(exact))}`;
        const rule = `${sum.text.startsWith('-') ? `(${sum.text})` : sum.text} >= ${text}`;
        const rules = parsedOrTrivial(rule);
        if (rules)
          assert.equal(
            judge(rules, measured(metrics), measured(baseline)).verdict === 'pass',
            exact >= Number(text),
            rule,
          );
      }),
    );
  });
});
