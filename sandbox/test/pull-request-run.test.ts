/** Runs that validate a pull request. */
import assert from 'node:assert/strict';
import { runVariables } from '../agent/job-variables.ts';

describe('a run that validates a pull request', () => {
  const variables = (reason: string, branch: string) =>
    runVariables({
      devops: { collectionUrl: 'https://d/', project: { id: 'p', name: 'mlops' } },
      run: { planId: '1', timelineId: '2', definitionId: 3, id: 4 },
      buildNumber: '1',
      definitionName: 'x',
      branch,
      commit: 'c',
      reason,
      repository: 'r',
    } as Parameters<typeof runVariables>[0]);
  const numberOf = (reason: string, branch: string): string | undefined =>
    variables(reason, branch)['System.PullRequest.PullRequestId'];

  it('has its number, and no other run has one', () => {
    assert.equal(numberOf('PullRequest', 'refs/pull/7/merge'), '7');
    assert.equal(numberOf('Manual', 'refs/pull/7/merge'), undefined);
    assert.equal(numberOf('PullRequest', 'refs/heads/main'), undefined);
  });
});
