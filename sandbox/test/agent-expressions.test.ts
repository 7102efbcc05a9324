import assert from 'node:assert/strict';
import { checkExpression, evaluateExpression } from '../agent/expression/evaluate.ts';
import { createCounter } from '../agent/expression/functions.ts';
import { dictionary, type Value } from '../agent/expression/values.ts';

const context = {
  names: {
    variables: dictionary({ Name: 'Iris', count: '3', empty: '', 'a.b': 'dotted', version: '1.10.0' }),
    dependencies: dictionary({
      train: dictionary({ result: 'Succeeded', outputs: dictionary({ 'step.value': '0.9' }) }),
    }),
    parameters: dictionary({ list: ['a', 'B'], items: [dictionary({ name: 'x' }), dictionary({ name: 'y' })] }),
  },
  functions: { counter: createCounter() },
};
const evaluate = (text: string): Value => evaluateExpression(text, context);

describe('expressions', () => {
  const cases: [string, Value][] = [
    ["eq(variables.name, 'iris')", true],
    ["eq(variables['NAME'], 'IRIS')", true],
    ["variables['a.b']", 'dotted'],
    ["eq(variables['missing'], '')", true],
    ['eq(variables.missing, null)', true],
    ['eq(3, variables.count)', true],
    ["eq(3, 'three')", false],
    ["ne(3, 'three')", true],
    ["eq(true, 'anything')", true],
    ["eq('true', true)", true],
    ['gt(variables.count, 10)', true],
    ['gt(3, variables.count)', false],
    ['le(2.5, 3)', true],
    ['lt(-1, 0)', true],
    ['eq(1.10.0, variables.version)', true],
    ['gt(1.10.0, 1.9.9)', true],
    ['eq(1.2, 1.20)', true],
    ["in('B', 'a', 'b')", true],
    ["notIn('c', 'a', 'b')", true],
    ["contains('Pipeline', 'PIPE')", true],
    ["containsValue(parameters.list, 'b')", true],
    ["startsWith('refs/heads/x', 'REFS/HEADS')", true],
    ["endsWith('model.pkl', '.PKL')", true],
    ['and(true, not(false), or(false, 1))', true],
    ['xor(true, true)', false],
    ["iif(false, 'a', 'b')", 'b'],
    ["coalesce(variables.empty, variables.nothing, 'last')", 'last'],
    ["format('{0}-{1}-{{0}}', 'a', 2)", 'a-2-{0}'],
    ["join(';', parameters.list)", 'a;B'],
    ["length('four')", 4],
    ['length(parameters.list)', 2],
    ["upper(lower('Ab'))", 'AB'],
    ["replace('a.b.c', '.', '/')", 'a/b/c'],
    ["split('a,b', ',')[1]", 'b'],
    ["trim('  x ')", 'x'],
    ["'it''s'", "it's"],
    ["dependencies.train.outputs['STEP.value']", '0.9'],
    ["dependencies.train['result']", 'Succeeded'],
    ['dependencies.nothing.outputs.x', null],
    ["join(',', parameters.items.*.name)", 'x,y'],
    ['and(false, gt(1, parameters.list))', false],
    ['or(true, gt(1, parameters.list))', true],
  ];
  for (const [text, value] of cases) it(text, () => assert.deepEqual(evaluate(text), value));

  it('counts by prefix from the seed', () => {
    assert.deepEqual(["counter('a', 5)", "counter('A', 5)", "counter('b', 1)"].map(evaluate), [5, 6, 1]);
  });

  const wrong: [string, RegExp][] = [
    ['frobnicate(1)', /Unrecognized value: 'frobnicate'\. Located at position 1/],
    ['eq(secrets.x, 1)', /Unrecognized value: 'secrets'\. Located at position 4/],
    ['eq(1)', /Wrong number of parameters for function 'eq'/],
    ["eq('a, 1)", /no closing quote/],
    ['eq(1, 2', /Unexpected end of expression/],
    ['1 == 1', /Unexpected symbol|Unrecognized/],
    ['eq(variables.a-b, 1)', /Un/],
    ["gt(1, 'x')", /Unable to convert from String to Number/],
    ['upper(parameters.list)', /Unable to convert from Array to String/],
  ];
  for (const [text, message] of wrong) it(`refuses ${text}`, () => assert.throws(() => evaluate(text), message));

  it('checks names and functions without evaluating', () => {
    checkExpression("and(succeeded(), eq(variables['x'], 'y'))", ['variables'], ['succeeded']);
    assert.throws(() => checkExpression('and(true, sucess())', ['variables'], ['succeeded']), /'sucess'/);
    assert.throws(() => checkExpression("eq(parameters.a, 'b')", ['variables'], []), /'parameters'/);
  });
});
