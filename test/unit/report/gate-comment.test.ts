/** The gate's report as a comment of a pull request. */
import assert from 'node:assert/strict';
import { english } from '../../../lib/core/message.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { gateComment } from '../../../lib/report/gate-comment.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

describe('The comment of a pull request', () => {
  it('links to the run of a project whose name has blanks and parentheses', () => {
    const report = judge(parseRules('metrics.auc >= 0.9', GATE_VARIABLES), measured({ auc: 1 }), undefined);
    const url = 'https://dev.azure.com/org/My%20ML%20(new)/_build/results?buildId=7';
    const subject = { candidate: 'j', candidateUrl: '', baseline: undefined };
    const text = gateComment(report, subject, { number: '7', url }, english);
    assert.match(text, /\(https:\/\/dev\.azure\.com\/org\/My%20ML%20%28new%29\/_build\/results\?buildId=7\)/);
  });
});
