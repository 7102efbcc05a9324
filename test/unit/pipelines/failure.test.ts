import assert from 'node:assert/strict';
import { type Problem, UserError } from '../../../lib/core/errors.ts';
import { defineMessages, fill, fillText } from '../../../lib/core/message.ts';
import { reportOf } from '../../../lib/pipelines/failure.ts';

const PAGE = 'https://example.org/docs/tasks/submit-job.md';
const problem = (line: number): Problem => ({ message: `wrong ${line}.`, place: { file: 'a.yml', line, column: 2 } });
const failing = (count: number): UserError =>
  new UserError({
    code: 'FileInvalid',
    message: `The file has ${count} problems.`,
    fix: 'Fix them',
    problems: Array.from({ length: count }, (_, i) => problem(i + 1)),
  });

describe('a failed task', () => {
  it('with one problem has one issue, at its place, that says everything', () => {
    const whole = `The file has 1 problems. a.yml:1:2: wrong 1. Fix them. See ${PAGE}. [FileInvalid]`;
    assert.deepEqual(reportOf(failing(1), PAGE), {
      lines: [],
      issues: [{ message: whole, place: { file: 'a.yml', line: 1, column: 2 } }],
      summary: undefined,
      result: whole,
      code: 'FileInvalid',
    });
  });

  it('with several has an issue for each, and a summary', () => {
    const { lines, issues, summary, result } = reportOf(failing(3), PAGE);
    assert.deepEqual(lines, []);
    assert.deepEqual(issues, [1, 2, 3].map(problem));
    assert.equal(summary, `The file has 3 problems. Fix them. See ${PAGE}. [FileInvalid]`);
    assert.equal(result, summary);
  });

  it('with more than the agent keeps prints the rest above', () => {
    const { lines, issues, summary } = reportOf(failing(12), PAGE);
    assert.equal(issues.length, 10);
    assert.deepEqual(lines, ['a.yml:11:2: wrong 11.', 'a.yml:12:2: wrong 12.']);
    assert.match(summary!, /^The file has 12 problems\. The log lists 2 more problems above the errors\. /);
  });

  it('is explained by the page of its task, unless another page knows the code better', () => {
    const pageOf = (code: string, page: string | undefined = PAGE): string | undefined =>
      / See (\S+)\. \[/.exec(reportOf(new UserError({ code, message: 'x' }), page).result)?.[1];
    assert.equal(pageOf('GateFailed'), PAGE);
    assert.match(pageOf('SignInFailed')!, /\/docs\/connections\.md$/);
    assert.match(pageOf('NetworkFailed')!, /\/docs\/troubleshooting\.md$/);
    const withoutPage = reportOf(new UserError({ code: 'GateFailed', message: 'x' }), undefined);
    assert.equal(withoutPage.result, 'x. [GateFailed]');
  });

  it('speaks the language of the agent where its error can be translated', () => {
    const messages = defineMessages({ Full: 'The disk {disk} is full.', FullFix: 'Empty it.' });
    const german: Record<string, string> = { Full: 'Voll ist {disk}.', FullFix: 'Leeren.', ReadMore: 'Siehe {page}' };
    const error = new UserError({
      code: 'DiskFull',
      message: fill(messages.Full, { disk: 'C' }),
      fix: fill(messages.FullFix),
    });
    const { result } = reportOf(error, PAGE, ({ message, values }) => fillText(german[message.key]!, values));
    assert.equal(result, `Voll ist C. Leeren. Siehe ${PAGE}. [DiskFull]`);
    assert.equal(error.message, 'The disk C is full.');
    assert.equal(error.fix, 'Empty it.');
  });

  it('by a defect shows its stack and where to report it', () => {
    const error = new TypeError('x is undefined');
    const { lines, issues, code, result } = reportOf(error, PAGE);
    assert.deepEqual(lines, [error.stack]);
    assert.equal(code, 'Defect');
    assert.match(result, /^This is a defect of the task: x is undefined .*support\.md\.$/);
    assert.deepEqual(issues, [{ message: result }]);
  });
});
