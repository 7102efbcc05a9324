import assert from 'node:assert/strict';
import { parseProxyPath } from '../azureml/mlflow/artifact-proxy.ts';
import { matches, parseFilter } from '../azureml/mlflow/filter.ts';
import { sortBy } from '../azureml/mlflow/order.ts';
import { checkMetric, checkTag, paged } from '../azureml/mlflow/validation.ts';
import { latestMetrics, wireNumber } from '../azureml/mlflow/wire.ts';

type Values = Record<string, string | number>;
const lookup =
  (values: Values) =>
  ({ entity, key }: { entity: string; key: string }) =>
    values[`${entity}.${key}`];

const attributes = ['status', 'run_id', 'start_time'];

const run: Values = {
  'metric.acc': 0.9,
  'metric.val loss': 0.1,
  'param.model': "it's",
  'tag.mlflow.parentRunId': 'p',
  'tag.team': 'Blue',
  'attribute.status': 'FINISHED',
  'attribute.run_id': 'r1',
  'attribute.start_time': 1000,
};

describe('the search filter of MLflow in the sandbox', () => {
  const accepted: [string, boolean][] = [
    ['', true],
    ['metrics.acc > 0.89 and metrics.acc <= 9e-1', true],
    ['metrics.`val loss` < 1 AND metrics."val loss" >= .1', true],
    ['params.model = "it\'s"', true],
    ["tags.`mlflow.parentRunId` = 'p' and tags.mlflow.parentRunId = 'p'", true],
    ["attributes.status = 'FINISHED' and status != 'FAILED'", true],
    ["run_id IN ('r1', 'r2') and attributes.run_id NOT IN ('r3')", true],
    ["tags.team LIKE 'Bl%' and tags.team ILIKE 'bLU_'", true],
    ["tags.team LIKE 'bl%'", false],
    ['start_time > 999', true],
    ["params.gone != 'x'", false],
    ['params.gone IS NULL and tags.team IS NOT NULL', true],
    ['metrics.gone < 1', false],
    ["params.model = 'x' and params.model != 'y'", false],
  ];
  for (const [filter, expected] of accepted) {
    it(`${expected ? 'finds' : 'leaves out'} the run: ${filter || '(empty)'}`, () => {
      assert.equal(matches(parseFilter(filter, attributes), lookup(run)), expected);
    });
  }

  const refused = [
    "metrics.acc > 'x'",
    'params.model = 5',
    'metrics.acc >',
    "models.x = 'y'",
    "params.a = 'x' or params.b = 'y'",
    "params.a ~ 'x'",
    "params.a = 'x",
    "params.a IN ('x')",
    'params.a NOT',
    "bogus = 'x'",
    "dataset.bogus = 'x'",
  ];
  for (const filter of refused) {
    it(`refuses ${filter}`, () => {
      assert.throws(() => parseFilter(filter, attributes), { code: 'INVALID_PARAMETER_VALUE' });
    });
  }

  it('orders by clauses, with missing values last in both directions and NaN before them', () => {
    const runs: Values[] = [{ 'metric.a': 1 }, {}, { 'metric.a': Number.NaN }, { 'metric.a': 2 }];
    const order = (clause: string) =>
      sortBy(runs, [clause], lookup, attributes, () => 0).map((each) => each['metric.a']);
    assert.deepEqual(order('metrics.a'), [1, 2, Number.NaN, undefined]);
    assert.deepEqual(order('metrics.a DESC'), [2, 1, Number.NaN, undefined]);
    assert.throws(() => order('bogus'), { code: 'INVALID_PARAMETER_VALUE' });
    assert.throws(() => order('metrics.a SIDEWAYS'), { code: 'INVALID_PARAMETER_VALUE' });
    assert.throws(() => order('metrics.a UP DESC ASC'), { code: 'INVALID_PARAMETER_VALUE' });
  });
});

describe('what MLflow clients log to the sandbox', () => {
  it('takes NaN and infinities as text and answers them as text', () => {
    const metric = (value: unknown) => checkMetric({ key: 'm', value, timestamp: '1', step: '2' });
    assert.ok(Number.isNaN(metric('NaN').value));
    assert.deepEqual(metric('-Infinity'), { key: 'm', value: Number.NEGATIVE_INFINITY, timestamp: 1, step: 2 });
    assert.deepEqual([1.5, Number.NaN, Number.POSITIVE_INFINITY].map(wireNumber), [1.5, 'NaN', 'Infinity']);
    assert.throws(() => metric('many'), { code: 'INVALID_PARAMETER_VALUE' });
    assert.throws(() => metric(undefined), { code: 'INVALID_PARAMETER_VALUE' });
  });

  it('refuses names that MLflow refuses', () => {
    for (const key of ['', 'a?', '../x', 'a//b', '/a', 'x'.repeat(251)])
      assert.throws(() => checkTag({ key, value: '' }), `accepted '${key}'`);
    assert.equal(checkTag({ key: 'a/b c:d-e.f_g', value: 1 }).value, '1');
  });

  it('shows the point with the highest step as the latest', () => {
    const point = (step: number, timestamp: number, value: number) => ({ key: 'm', step, timestamp, value });
    assert.equal(latestMetrics([point(2, 1, 20), point(1, 9, 10)])[0]?.value, 20);
    assert.equal(latestMetrics([point(1, 5, 1), point(1, 6, 2)])[0]?.value, 2);
  });

  it('cuts lists into pages', () => {
    const first = paged([1, 2, 3], 2, undefined);
    assert.deepEqual(first.items, [1, 2]);
    assert.deepEqual(paged([1, 2, 3], 2, first.next_page_token), { items: [3] });
  });

  it('keeps artifact paths inside their run', () => {
    assert.deepEqual(parseProxyPath('1/run/artifacts/a/b.txt'), { kind: 'run', owner: 'run', path: 'a/b.txt' });
    assert.equal(parseProxyPath('1/models/m-1/artifacts').owner, 'model-m-1');
    for (const path of ['1/run/artifacts/../../x', '1/run/other', '']) assert.throws(() => parseProxyPath(path));
  });
});
