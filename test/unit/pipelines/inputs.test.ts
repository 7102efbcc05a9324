import assert from 'node:assert/strict';
import { UserError } from '../../../lib/core/errors.ts';
import {
  choice,
  flag,
  optional,
  pairs,
  parsed,
  required,
  requiredPath,
  seconds,
} from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

const inputsOf = (values: Record<string, string>): TaskInputs =>
  ({ text: (name: string) => values[name], path: (name: string) => values[name] }) as unknown as TaskInputs;
const read = inputsOf({
  name: 'churn',
  unset: '$(submit.jobName)',
  onFail: 'WARN',
  wrong: 'maybe',
  lines: '# team\n\nteam = risk\r\nformula=a=b\n',
  broken: 'team',
  pace: '2.5',
  slow: '61',
});

describe('the readers of inputs', () => {
  it('want a value where one is required', () => {
    assert.equal(required(read, 'name'), 'churn');
    assert.throws(() => required(read, 'nothing'), /The input nothing is empty\./);
    assert.throws(
      () => required(read, 'unset'),
      /The input unset is '\$\(submit\.jobName\)', but there is no variable/,
    );
    const refuse = (): never => {
      throw new UserError({ code: 'InputInvalid', message: 'no.' });
    };
    const within = inputsOf({ from: 'job:$(train.jobName)', other: 'job:$5' });
    assert.throws(() => parsed(within, 'from', refuse), {
      code: 'InputMissing',
      message: "The input from is 'job:$(train.jobName)', but there is no variable '$(train.jobName)'.",
    });
    assert.throws(() => parsed(within, 'other', refuse), { code: 'InputInvalid' });
    assert.equal(requiredPath(read, 'name'), 'churn');
    assert.throws(() => requiredPath(read, 'nothing'), /The input nothing is empty\./);
    assert.equal(optional(read, 'nothing'), undefined);
  });

  it('take one of several values in any case of letters', () => {
    assert.equal(choice(read, 'onFail', ['fail', 'warn'], 'fail'), 'warn');
    assert.equal(choice(read, 'nothing', ['fail', 'warn'], 'fail'), 'fail');
    assert.throws(
      () => choice(read, 'wrong', ['fail', 'warn'], 'fail'),
      /wrong is 'maybe'; allowed are 'fail' or 'warn'/,
    );
    assert.equal(flag(read, 'nothing', true), true);
    assert.throws(() => flag(read, 'wrong', true), /allowed are 'true' or 'false'/);
  });

  it('take lines of name=value', () => {
    assert.deepEqual(pairs(read, 'lines'), { team: 'risk', formula: 'a=b' });
    assert.deepEqual(pairs(read, 'nothing'), {});
    assert.throws(
      () => pairs(read, 'broken'),
      /The input broken has the line 'team', which is not of the form name=value/,
    );
  });

  it('take seconds as milliseconds', () => {
    assert.equal(seconds(read, 'pace', { least: 0.5, most: 60 }), 2500);
    assert.equal(seconds(read, 'nothing', { least: 0.5, most: 60 }), undefined);
    for (const name of ['slow', 'wrong'])
      assert.throws(() => seconds(read, name, { least: 0.5, most: 60 }), /allowed are 0\.5 to 60 seconds/);
  });

  it('say which input a parser refused', () => {
    const parse = (text: string): number => {
      if (text !== '1') throw new UserError({ code: 'NoOne', message: `it is '${text}'.`, fix: 'Write 1.' });
      return 1;
    };
    assert.equal(parsed(read, 'nothing', parse, '1'), 1);
    assert.throws(() => parsed(read, 'nothing', parse), /The input nothing is empty/);
    assert.throws(() => parsed(read, 'name', parse), {
      code: 'NoOne',
      message: "The input name is not valid: it is 'churn'.",
      fix: 'Write 1.',
    });
  });
});
