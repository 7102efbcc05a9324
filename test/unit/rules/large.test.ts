import assert from 'node:assert/strict';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

/** Generous, since other tests run beside this one; the check of 200 conditions took seven seconds before it was linear. */
const MOST_MILLISECONDS = 5_000;

const joined = (count: number, by: string, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index)).join(by);
const parts = (rule: string): string[] => parseRules(rule, GATE_VARIABLES)[0]!.conditions.map(({ text }) => text);

describe('a large rule', () => {
  const large: [what: string, rule: string, conditions: number][] = [
    ['400 conditions', joined(400, ' && ', (index) => `metrics.m${index} > 0`), 400],
    ['150 guards', joined(150, ' && ', (index) => `(!has(metrics.m${index}) || metrics.m${index} > 0)`), 150],
    ['400 choices', joined(400, ' || ', (index) => `metrics.m${index} > 0`), 1],
    ['a sum of 500', `${joined(500, ' + ', (index) => `metrics.m${index}`)} > 1`, 1],
    ['200 parentheses', `${'('.repeat(200)}metrics.a > 1${')'.repeat(200)}`, 1],
    ['nested &&', `${joined(200, '', () => '(metrics.a > 1 && ')}metrics.b > 1${')'.repeat(200)}`, 201],
    ['a list of 900', `metrics.a in [${joined(900, ', ', String)}]`, 1],
    [
      'nested tests',
      `${'has(metrics.a) ? (has(metrics.b) ? '.repeat(40)}metrics.b > 1${' : metrics.x > 1) : metrics.y > 1'.repeat(40)}`,
      1,
    ],
  ];
  for (const [what, rule, conditions] of large)
    it(`is checked in a moment: ${what}`, () => {
      const begun = performance.now();
      assert.equal(parts(rule).length, conditions);
      const took = performance.now() - begun;
      assert.ok(took < MOST_MILLISECONDS, `${Math.round(took)} ms`);
    });

  const tooLarge: [what: string, rule: string, said: RegExp][] = [
    ['12,000 characters', joined(800, ' && ', () => 'metrics.a > 1'), /it has 13596 characters; a rule may have 10000/],
    ['300 parentheses', `${'('.repeat(300)}metrics.a > 1${')'.repeat(300)}`, /nested too deeply; a rule may have 250/],
    ['a list of 1,200', `metrics.a in [${joined(1_200, ', ', String)}]`, /a list may have 1000 items/],
    ['4,000 brackets', '['.repeat(4_000), /nested too deeply; a rule may have 250/],
    ['9,000 negations', `${'!'.repeat(9_000)}(metrics.a > 1)`, /nested too deeply|too long/],
    ['40 arguments', `abs(${joined(40, ', ', String)}) > metrics.a`, /a function may have 32/],
  ];
  for (const [what, rule, said] of tooLarge)
    it(`is an error with the limit: ${what}`, () => {
      assert.throws(
        () => parts(rule),
        (error: Error) => {
          assert.match(error.message.split('\n')[0]!, said);
          assert.ok(error.message.length < 1_000, `${error.message.length} characters`);
          return true;
        },
      );
    });

  for (const [rule, expected] of [
    ['(metrics.a > 1 || metrics.b > 2) && metrics.c > 3', ['(metrics.a > 1 || metrics.b > 2)', 'metrics.c > 3']],
    ['((metrics.a > 1 || metrics.b > 2) && (metrics.c > 3))', ['(metrics.a > 1 || metrics.b > 2)', '(metrics.c > 3)']],
    ['metrics.a > 1&&(metrics.b > 2 && (metrics["x && ("] > 3))', null],
    ['( (metrics.a + 1) * 2 > 1 ) && !(metrics.b > 1 && metrics.c > 2)', null],
  ] as const)
    it(`is split between its outermost &&: ${rule}`, () => {
      const found = parts(rule);
      if (expected) assert.deepEqual(found, expected);
      for (const text of found) assert.deepEqual(parts(text), [text]);
      const offsets = parseRules(rule, GATE_VARIABLES)[0]!.conditions.flatMap(({ uses }) =>
        uses.map((use) => use.offset),
      );
      for (const offset of offsets) assert.match(rule.slice(offset), /^["']?(?:[a-c]|x && \()/);
    });
});
