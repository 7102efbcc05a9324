import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  NoCandidate: 'The inputs jobName, model and metricsFile are empty, so nothing says what is judged.',
  NoCandidateFix:
    'Set jobName, for example to $(submit.jobName), or model to a registered version, or metricsFile to a file.',
  TwoCandidates: 'The inputs jobName and model both say what is judged.',
  TwoCandidatesFix: 'Give only one of them.',
  PairedMissing: "Rule {line} reads 'paired', but the input {input} is empty.",
  PairedMissingFix: 'Name the files with the predictions of the candidate and of the baseline.',
  Candidate: 'Candidate: {candidate}.',
  NotCounted: "The step '{step}' is {status}, so what it logged does not count: {names}.",
  Baseline: 'Baseline: {baseline}.',
  BaselineNone: 'Baseline: none.',
  NoBaseline: 'Baseline: {why}',
  Metrics: 'Metrics',
  Rules: 'Rules',
  Recorded: 'The verdict is written to the tags of {targets}.',
  NotRecorded: 'The verdict is not in the tags of {target}, so gates do not see it: {reason}',
  VerdictKept:
    "The tags of {target} keep the verdict '{verdict}' of the step '{step}' of this run: a later step does not replace a worse verdict of an earlier one. Set recordVerdict to false in a step that only compares.",
  Commented: 'The pull request {number} has a comment with the verdict.',
  CommentUpdated: 'The comment of the pull request {number} has the new verdict.',
  WouldComment: 'What if: the pull request {number} would have a comment with the verdict; nothing was sent.',
  NoPullRequest: 'The verdict is not a comment: this run does not validate a pull request.',
  PullRequestElsewhere:
    'The verdict is not a comment: the pull request is not in Azure Repos, and the token of the job reaches nothing else.',
  NotCommented:
    'The verdict is not a comment of the pull request {number}: {reason} The build service needs the permission "Contribute to pull requests" on the repository.',
  WouldRecord: 'What if: these tags would be written to {targets}; nothing was sent.',
});
