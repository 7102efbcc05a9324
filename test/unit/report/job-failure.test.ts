/** The error issue of a job that failed. */
import assert from 'node:assert/strict';
import { jobFailure } from '../../../lib/report/job-report.ts';

const TRACE = 'Traceback (most recent call last):\n  File "clean.py", line 7, in <module>\nKeyError: \'age\'';

function messageOf(error: string, logTail: string[]): string {
  const failures = [{ label: 'Clean', error, hint: undefined, logTail }];
  return jobFailure('j', { status: 'Failed', duration: 60_000, failures }, 'https://x').message;
}

describe('the error of a job that failed', () => {
  it('has one line, with what the traceback comes to', () => {
    const message = messageOf(`UserError: It exited with 1. Error: ${TRACE}`, TRACE.split('\n'));
    assert.equal(
      message,
      "Job j ended as Failed after 1 min. The step 'Clean' failed: UserError: It exited with 1. | KeyError: 'age'",
    );
  });

  it('has the end of the log once', () => {
    assert.match(messageOf('UserError: Disk full', ['UserError: Disk full', '']), /failed: UserError: Disk full$/);
    assert.match(messageOf(TRACE, []), /failed: KeyError: 'age'$/);
  });
});
