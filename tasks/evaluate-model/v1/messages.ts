import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  Candidate: 'Candidate: job {job}.',
  Baseline: 'Baseline: model {model} version {version}.',
  BaselineNone: 'Baseline: none.',
  NoBaseline: 'Baseline: there is no model {model} yet.',
  NoBaselineButLike: 'Baseline: there is no model {model} yet. If you meant {similar}, correct the input baseline.',
  Metrics: 'Metrics',
  Rules: 'Rules',
});
