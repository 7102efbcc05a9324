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
