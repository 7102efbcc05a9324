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
      message: "The input from has '$(train.jobName)', but there is no variable of that name.",
    });
    assert.throws(() => parsed(within, 'other', refuse), { code: 'InputInvalid' });
    assert.equal(requiredPath(read, 'name'), 'churn');
    assert.throws(() => requiredPath(read, 'nothing'), /The input nothing is empty\./);
    assert.equal(optional(read, 'nothing'), undefined);
  });

  it('name the variable that has no value, and the input that needs it', () => {
    const unset = inputsOf({
      group: 'rg-$(env)',
      file: '$(folder)/job.yml',
      values: 'rate=0.1\nrows=$(rows)',
      baseline: 'model:$(model)',
    });
    const reasons = [
      () => required(unset, 'group'),
      () => optional(unset, 'group'),
      () => requiredPath(unset, 'file'),
      () => pairs(unset, 'values'),
      () => parsed(unset, 'baseline', String, 'none'),
    ].map((read) => {
      try {
        return read();
      } catch (error) {
        assert.ok(error instanceof UserError && error.code === 'InputMissing');
        return error.message;
      }
    });
    assert.deepEqual(reasons, [
      "The input group has '$(env)', but there is no variable of that name.",
      "The input group has '$(env)', but there is no variable of that name.",
      "The input file has '$(folder)', but there is no variable of that name.",
      "The input values has '$(rows)', but there is no variable of that name.",
      "The input baseline has '$(model)', but there is no variable of that name.",
    ]);
  });

  it('leave texts alone that may have a $(...) of their own', () => {
    const text = inputsOf({
      tags: 'commit=Fix $(name)',
      description: 'made by $(make)',
      overrides: 'command=echo $(date)',
      rules: 'metrics.a > $(b)',
    });
    assert.deepEqual(pairs(text, 'tags'), { commit: 'Fix $(name)' });
    for (const name of ['description', 'overrides', 'rules']) {
      assert.equal(required(text, name), text.text(name));
      assert.equal(optional(text, name), text.text(name));
    }
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
