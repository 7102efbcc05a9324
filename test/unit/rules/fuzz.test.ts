import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../lib/core/errors.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const PIECES = [
  ...[
    'metrics',
    '.',
    'auc',
    '["val/loss"]',
    'baseline',
    'paired',
    'metrics.auc',
    'baseline.auc',
    'metrics.loss',
    '"',
    "'",
  ],
  ...[
    '>=',
    '<=',
    '==',
    '!=',
    '=',
    '=>',
    '&&',
    '||',
    '!',
    '?',
    ':',
    '+',
    '-',
    '*',
    '/',
    '%',
    '(',
    ')',
    '[',
    ']',
    ',',
    ';',
  ],
  ...[
    '0.9',
    '1',
    '90%',
    '0,9',
    'true',
    'and',
    'not',
    'has(',
    'isNaN(',
    'lowest(',
    'at(',
    'min(',
    'size(',
    '*',
    '#',
    '//',
    '$(x)',
  ],
  ...[
    'higher',
    'lower',
    'tolerance 0.1',
    '1 %',
    'at least',
    '≥',
    '“',
    '\t',
    ' ',
    'metrics.all(k, metrics[k] > 0)',
    '\\',
  ],
];
const pieces = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 9 }).map((list) => list.join(' '));
const glued = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 7 }).map((list) => list.join(''));
/** Rules that could have been written: comparisons of metrics, numbers and the baseline, joined and negated. */
const operand = fc.constantFrom('metrics.auc', 'metrics.loss', 'metrics["val/loss"]', 'baseline.auc', '0.9', '0', '-1');
const comparison = fc
  .tuple(
    operand,
    fc.constantFrom('+', '-', '*', ''),
    operand,
    fc.constantFrom('>=', '<=', '>', '<', '==', '!='),
    operand,
  )
  .map(([a, sum, b, operator, c]) => (sum === '' ? `${a} ${operator} ${c}` : `(${a} ${sum} ${b}) ${operator} ${c}`));
const condition = fc.oneof(
  comparison,
  comparison.map((inner) => `!(${inner})`),
  fc.constantFrom(
    'has(metrics.auc)',
    'isFinite(metrics.loss)',
    '!isNaN(metrics.auc)',
    'has(baseline.auc)',
    'true',
    '1 < 2',
  ),
);
const plausible = fc
  .array(condition, { minLength: 1, maxLength: 3 })
  .chain((parts) =>
    fc
      .constantFrom(' && ', ' || ', ' ? ')
      .map((by) => (by === ' ? ' ? `${parts[0]} ? ${parts.at(-1)} : ${parts[0]}` : parts.join(by))),
  );

/** Expressions of CEL that are no rules, or can't be evaluated for some values. */
const odd = fc.constantFrom(
  ...'{} [] [1][5] {"a":1}.b "a"+"b" b"x" 1u 0x1g 1e "a".size() metrics.map(k,metrics[k])[9] metrics["no"+"ne"] int(metrics.auc*1e300)'.split(
    ' ',
  ),
  ...'int("x") double("x") size(1) has(1) at(1) metrics.auc.b.c metrics[metrics] metrics[1] metrics[0.5] [metrics.auc][0.5] "x"[0]'.split(
    ' ',
  ),
  ...'metrics.auc.all(k,k>1) [1].all(k) metrics.exists_one(k,metrics[k]>1) metrics.filter(k,metrics[k]) in null !1 -"a" "a"<1 type(1)'.split(
    ' ',
  ),
  ...'duration("x") timestamp("x") "a".matches("(") metrics.auc.f() a.b.c() x() cel.bind(a,1,a) optional.none() metrics.?auc metrics[?"a"]'.split(
    ' ',
  ),
);
const oddRule = fc
  .tuple(odd, fc.constantFrom('>=', '==', '+', '&&', '||', '?', 'in', '%'), fc.oneof(odd, operand))
  .map(([a, by, b]) =>
    by === '?' ? `${a} > 1 ? ${b} > 1 : ${a} > 2` : `${a} ${by} ${b} ${by === '+' ? '> metrics.auc' : ''}`,
  );

const anything = fc.oneof(oddRule, oddRule, pieces, glued, fc.string(), fc.string({ unit: 'binary', maxLength: 30 }));

/** Words of the library's own messages, which say nothing to people who write rules. */
const WORDS_OF_CEL =
  /overload|RPAREN|RBRACKET|EOF|token|[Uu]nexpected|Expected|Cannot|invalid argument|map<|list<|\bdyn\b(?!\()|[Ii]dentifier|expression|No such|Unknown|undefined|\[object|macro|literal/;

/** What the gate says of a text; anything but a verdict or a `UserError` is a defect. */
function outcome(text: string, metrics: Record<string, number>): string {
  try {
    return judge(parseRules(text, GATE_VARIABLES), measured(metrics), measured({ auc: 0.5, loss: 0.5 })).verdict;
  } catch (error) {
    assert.ok(error instanceof UserError, `${JSON.stringify(text)}: ${error}`);
    assert.equal(error.code, 'RuleInvalid');
    for (const said of [error.message, ...error.problems.map(({ message }) => message)])
      assert.doesNotMatch(said.split('\n')[0]!.replaceAll(text, ''), WORDS_OF_CEL, JSON.stringify(text));
    return 'error';
  }
}

describe('any text as a rule', () => {
  it('is judged or is an error with a place, and nothing else', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(anything, (text) => {
        outcome(text, { auc: 0.9, loss: 0.1, 'val/loss': 0.2 });
      }),
      { numRuns: 4_000 },
    );
  });

  it('never passes every model: some values of the metrics fail, or are an error', function () {
    this.timeout(60_000);
    const whole: Record<string, number>[] = [-1e9, -1, 0, 0.3, 0.5, 0.7, 1, 2, 1e9, Number.NaN].flatMap((auc) =>
      [-1e9, -1, 0, 0.3, 0.5, 0.9, 1e9].map((loss) => ({ auc, loss, 'val/loss': loss })),
    );
    const worlds = [...whole, {}, { auc: 1 }, { loss: 1 }];
    fc.assert(
      fc.property(fc.oneof(plausible, pieces, glued), (text) => {
        assert.ok(
          worlds.some((metrics) => outcome(text, metrics) !== 'pass'),
          text,
        );
      }),
      { numRuns: 3_000 },
    );
  });
});
