/** The texts of server tasks: templates, JSON paths, success criteria. */
import assert from 'node:assert/strict';
import { evaluateCriteria } from '../agent/server/criteria.ts';
import { selectJson } from '../agent/server/json-path.ts';
import { fillTemplate } from '../agent/server/template.ts';

const names: Record<string, string> = {
  'endpoint.url': 'https://arm/',
  subscriptionid: 's-1',
  cancelJob: 'True',
  empty: '',
  text: 'a {{b}}',
};
const fill = (text: string): string => fillTemplate(text, (name) => names[name]);

describe('the templates of server tasks', () => {
  const cases: [string, string][] = [
    ['$(endpoint.url)subscriptions/$(subscriptionid)', 'https://arm/subscriptions/s-1'],
    ['$(unknown)/{{unknown}}.', '$(unknown)/.'],
    ['{{subscriptionid}}{{{ subscriptionid }}}', 's-1s-1'],
    ['{{#if empty}}a{{else}}b{{/if}}{{#if subscriptionid}}c{{/if}}', 'bc'],
    ["x{{#equals '$(cancelJob)' 'true' 1}}/cancel{{/equals}}", 'x/cancel'],
    ["x{{#equals '$(cancelJob)' 'true'}}/cancel{{/equals}}", 'x'],
    ["{{#equals cancelJob 'True'}}{{#if empty}}1{{else}}2{{/if}}{{else}}3{{/equals}}", '2'],
    ['{"a":{"b":{"c":"$(subscriptionid)"}}}', '{"a":{"b":{"c":"s-1"}}}'],
  ];
  for (const [text, expected] of cases) it(`fill ${text}`, () => assert.equal(fill(text), expected));

  it('refuse blocks that are not closed or not known', () => {
    assert.throws(() => fill('{{#if a}}x'), /\{\{#if}} without \{\{\/if}}/);
    assert.throws(() => fill('{{#if a}}x{{/equals}}'), /without \{\{\/if}}/);
    assert.throws(() => fill('{{#each a}}x{{/each}}'), /doesn't know \{\{#each}}/);
  });
});

const body = {
  status: 'Completed',
  price: 50,
  value: [
    { name: 'a', properties: { status: 'Completed', tags: { "it's": 'x' } } },
    { name: 'b', properties: { status: 'Failed' }, price: 100 },
    { name: 'c', properties: { status: 'Running' }, price: 40 },
  ],
  none: null,
};

describe('the JSON paths of server tasks', () => {
  const cases: [string, unknown[]][] = [
    ['$.status', ['Completed']],
    ['status', ['Completed']],
    ['$', [body]],
    ['$.value[*].name', ['a', 'b', 'c']],
    ['value[1].name', ['b']],
    ['$.value[7].name', []],
    ['$.nothing.at.all', []],
    ["$['value'][0]['name']", ['a']],
    ["$.value[0].properties.tags['it\\'s']", ['x']],
    ['$..status', ['Completed', 'Completed', 'Failed', 'Running']],
    ['value[?(@.price<50)].name', ['c']],
    ["$.value[?(@.properties.status == 'Failed' || @.price < 50)].name", ['b', 'c']],
    ["$.value[?(@.price && @.properties.status != 'Failed')].name", ['c']],
    ['$.value.*.price', [100, 40]],
  ];
  for (const [path, expected] of cases) it(`read ${path}`, () => assert.deepEqual(selectJson(body, path), expected));

  for (const path of ['$.a[', '$.a[?(x)]', '$.a[x]', '$.a[?(@.b == c)]'])
    it(`refuse ${path}`, () => assert.throws(() => selectJson(body, path), /The JSON path/));
});

describe('the success criteria of server tasks', () => {
  const answer = { status: 202, headers: { location: 'https://there/1' }, text: JSON.stringify(body) };
  const scope = {
    answer,
    inputs: new Map([
      ['resources', 'a,b'],
      ['nothing', ''],
    ]),
    variables: [['locationUrl', 'https://there/1']] as [string, string][],
  };
  const cases: [string, unknown][] = [
    ["eq(root['status'], 'completed')", true],
    ["eq(root.status, 'Failed')", false],
    ["eq(root['nothing']['at']['all'], 'x')", false],
    ["ge(count(root['value']), 3)", true],
    ["and(eq(count(jsonpath('value[?(@.price<50)]')), 1), eq(count(jsonpath('value[?(@.price>60)]')), 1))", true],
    ["eq(jsonpath('$.value[0].name')[0], 'A')", true],
    // A list is no text, so it equals none: the classic slip.
    ["eq(jsonpath('$.value[0].name'), 'a')", false],
    ["eq(response['statuscode'], 'Accepted')", true],
    ["eq(response['content']['status'], 'Completed')", true],
    ["isUrl(response['headers']['Location'])", true],
    ["isUrl(variables['locationUrl'])", true],
    ["isUrl(variables['other'])", false],
    ["eq(isNullOrEmpty(taskInputs['nothing']), true)", true],
    ["eq(count(intersect(split(taskInputs['resources'], ','), jsonpath('value[*].name'))), 2)", true],
    ["le(root['price'], '50')", true],
    ["le('50', root['price'])", true],
    ["in(root['status'], 'Failed', 'Completed')", true],
    ["count(root['none'])", 0],
  ];
  for (const [text, expected] of cases)
    it(`say that ${text} is ${expected}`, () => assert.deepEqual(evaluateCriteria(text, scope), expected));

  const refused: [string, RegExp][] = [
    ["eq(root['status'], 'x'", /Unexpected end of expression/],
    ['eq(status, 1)', /Unrecognized value: 'status'/],
    ["matches(root, 'x')", /Unrecognized value: 'matches'/],
    ["count(root['a'], 1)", /Wrong number of parameters for function 'count'/],
    ["gt(root['price'], 'many')", /Unable to convert/],
  ];
  for (const [text, message] of refused)
    it(`refuse ${text}`, () => assert.throws(() => evaluateCriteria(text, scope), message));

  it('find null where the body is not JSON', () => {
    const html = { ...scope, answer: { ...answer, text: '<html>' } };
    assert.equal(evaluateCriteria("eq(root['status'], '')", html), true);
    assert.equal(evaluateCriteria("eq(response['content'], '<html>')", html), true);
  });
});
