import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../lib/gate/verdict.ts';
import { errorsIn, errorTexts } from '../../scripts/error-texts.ts';
import { ROOT, readTask } from '../../scripts/layout.ts';

interface Released {
  errorCodes: string[];
  verdicts: string[];
  onFail: string[];
}

/** Words that pipelines of users may compare with. What is in this file stays; new words are added. */
const released = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/released-words.json'), 'utf8')) as Released;

describe('released words', () => {
  it('has every error code, and no error code went away', async () => {
    const codes = (await errorTexts()).map(({ code }) => code);
    assert.deepEqual(codes, released.errorCodes);
  });

  it('has the verdicts of the gate', () => {
    // A verdict that is missing here, or one that is new, does not compile.
    const verdicts = { pass: true, fail: true, noBaseline: true } satisfies Record<Verdict, true>;
    assert.deepEqual(Object.keys(verdicts), released.verdicts);
  });

  it('has what may follow a verdict', () => {
    const { inputs } = readTask(join(ROOT, 'tasks/evaluate-model/v1'));
    const options = inputs.find(({ name }) => name === 'onFail')?.options ?? {};
    assert.deepEqual(Object.keys(options), released.onFail);
  });
});

describe('errors in the sources', () => {
  const errors = (source: string, messages = {}) => errorsIn(source, messages);

  it('have the texts of literals, templates, conditions and constants', () => {
    assert.deepEqual(
      errors(`
        const END = 'the end';
        function fail(isFirst: boolean, name: string) {
          throw new UserError({
            code: 'Lost',
            message: isFirst ? \`There is no \${name}.\` : \`It is at \${END}.\`,
            fix: 'Find ' + 'it.',
          });
        }`),
      [{ code: 'Lost', messages: ['There is no ...', 'It is at the end.'], fixes: ['Find it.'] }],
    );
  });

  it('have the texts of messages and of whole sentences', () => {
    assert.deepEqual(
      errors(
        `throw new UserError({
          code: 'Lost',
          message: notFound('job', name, \`in \${label}\`, names),
          fix: fill(messages.Find, { name }),
        });`,
        { Find: 'Find {name} again.' },
      ),
      [{ code: 'Lost', messages: ["There is no job '...' in ..."], fixes: ['Find ... again.'] }],
    );
  });

  it('that a function makes of its parameters are one for each of its calls', () => {
    const source = `
      const say = (code: string, message: string) => new UserError({ code, message: \`\${message} Sorry.\`, fix: '' });
      if (late) throw say('Late', 'It is late.');
      throw say('Early', \`It is \${time}.\`);`;
    assert.deepEqual(
      errors(source).map(({ code, messages }) => [code, messages]),
      [
        ['Late', ['It is late. Sorry.']],
        ['Early', ['It is ... Sorry.']],
      ],
    );
  });

  it('whose code depends on a condition have the sentences of its outcome', () => {
    const source = `throw new UserError({ code: ended ? 'Ended' : 'Failed', message: 'x', fix: ended ? 'a' : 'b' });`;
    assert.deepEqual(
      errors(source).map(({ code, fixes }) => [code, fixes]),
      [
        ['Ended', ['a']],
        ['Failed', ['b']],
      ],
    );
  });
});
