import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserError } from '../../../lib/core/errors.ts';
import { readSmokeTests, type SmokeTest } from '../../../lib/rollout/smoke-file.ts';

describe('JSON schemas of smoke tests', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const read = (schema: unknown): SmokeTest[] => {
    writeFileSync(join(folder, 'smoke.yml'), JSON.stringify([{ name: 'a', request: {}, expect: { schema } }], null, 2));
    return readSmokeTests(join(folder, 'smoke.yml'), folder);
  };
  const problemOf = (schema: unknown) => {
    try {
      read(schema);
    } catch (error) {
      const [problem] = (error as UserError).problems;
      assert.equal((error as UserError).code, 'FileInvalid');
      assert.ok(problem?.place && problem.place.line > 1, 'with its place');
      return problem.message;
    }
    return assert.fail('there is a problem');
  };

  it('are of draft-07 or of 2020-12', () => {
    for (const $schema of [
      undefined,
      'http://json-schema.org/draft-07/schema#',
      'http://json-schema.org/draft-07/schema',
      'https://json-schema.org/draft/2020-12/schema',
    ]) {
      const [test] = read({ $schema, type: 'object', required: ['a'] });
      assert.deepEqual(test?.schema?.({ a: 1 }), []);
      assert.deepEqual(test?.schema?.({}), ["$ must have required property 'a'"]);
    }
    const [tuple] = read({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      prefixItems: [{ type: 'number' }],
    });
    assert.deepEqual(tuple?.schema?.(['x']), ['$.0 must be number']);
  });

  it('are compiled before anything is deployed', () => {
    assert.match(problemOf({ type: 'objekt' }), /is not a JSON schema: .*type/);
    assert.match(problemOf({ $ref: 'elsewhere.json' }), /is not a JSON schema: .*elsewhere\.json/);
    assert.match(problemOf({ $schema: 'http://json-schema.org/draft-04/schema#' }), /draft-07.*2020-12/);
    assert.match(problemOf({ $async: true, type: 'object' }), /\$async/);
  });

  it('are objects', () => {
    writeFileSync(join(folder, 'list.json'), '[]');
    for (const other of [['a'], 'list.json']) assert.match(problemOf(other), /a JSON schema must be an object/);
    assert.match(problemOf('nowhere.json'), /does not exist/);
  });

  it('belong to tests, of which a file needs one', () => {
    writeFileSync(join(folder, 'none.yml'), '[]');
    assert.throws(
      () => readSmokeTests(join(folder, 'none.yml'), folder),
      ({ problems }: UserError) => problems[0]?.message === 'The file must contain a list of tests; it is empty.',
    );
  });
});

describe('what smoke tests expect', () => {
  it('is what an answer can have', () => {
    const folder = mkdtempSync(join(tmpdir(), 'smoke-'));
    const file = join(folder, 'smoke.yml');
    const expected = (expect: object) => {
      writeFileSync(file, JSON.stringify([{ request: {}, expect }]));
      return () => readSmokeTests(file, folder);
    };
    const problem = (message: RegExp) => (error: UserError) => message.test(error.problems[0]?.message ?? '');
    assert.throws(expected({ status: 999 }), problem(/'status' must be an HTTP status from 200 to 599, but is 999/));
    assert.throws(expected({ latency: 0 }), problem(/'latency' must be a number of milliseconds above 0, but is 0/));
    assert.throws(
      expected({ within: { '$.x': { value: 1, tolerance: -1 } } }),
      problem(/'tolerance' must be 0 or more, but is -1/),
    );
    expected({ status: 424, latency: 0.5, within: { '$.x': { value: -1, tolerance: 0 } } })();
    rmSync(folder, { recursive: true });
  });
});
