import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Metrics } from '../../../lib/azureml/metrics.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { gateJUnit } from '../../../lib/report/gate-junit.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const subject = { candidate: 'job train-7', candidateUrl: '', baseline: undefined };
const junit = (rules: string, candidate: Metrics, baseline?: Metrics): string =>
  gateJUnit(judge(parseRules(rules, GATE_VARIABLES), measured(candidate), baseline && measured(baseline)), subject);

describe('the verdict as JUnit XML', () => {
  it('has a test case for each rule', () => {
    const xml = junit('metrics.auc >= 0.9 && metrics.loss < 0.1\n# a comment\nauc: higher\nmetrics.auc > 0.5', {
      auc: 0.95,
      loss: 0.2,
    });
    assert.equal(
      xml,
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites>',
        '  <testsuite name="Model gate: job train-7" tests="3" failures="1" errors="0" skipped="1">',
        '    <testcase classname="Model gate" name="metrics.auc &gt;= 0.9 &amp;&amp; metrics.loss &lt; 0.1">',
        '      <failure message="metrics.loss &lt; 0.1 (loss 0.2)">metrics.auc &gt;= 0.9: pass (auc 0.95)',
        'metrics.loss &lt; 0.1: fail (loss 0.2)</failure>',
        '    </testcase>',
        '    <testcase classname="Model gate" name="auc: higher">',
        '      <skipped message="no baseline"/>',
        '    </testcase>',
        '    <testcase classname="Model gate" name="metrics.auc &gt; 0.5">',
        '      <system-out>metrics.auc &gt; 0.5: pass (auc 0.95)</system-out>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  it('says why a value fails, and what was left out', () => {
    assert.match(
      junit('metrics.a > 0', { a: Number.NaN }),
      /<failure message="metrics\.a &gt; 0 \(a is NaN \(not a number\)\)">/,
    );
    assert.match(junit('metrics.a > 0 || metrics.a > baseline.a', { a: -1 }), /failures="1"/);
    assert.match(junit('!(metrics.a > 0 || metrics.a > baseline.a)', { a: -1 }), /: pass without baseline \(a -1/);
  });

  it('is well-formed, and harmless to the agent, whatever a metric is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom(-1, 1), (odd, value) => {
        const name = `${odd.replace(/[$%{]/g, '')}<&>"'##vso[task.complete]`;
        fc.pre(!name.includes('*'));
        const rule = `metrics[${JSON.stringify(name)}] > 0`;
        const xml = gateJUnit(judge(parseRules(rule, GATE_VARIABLES), measured({ [name]: value }), undefined), {
          ...subject,
          candidate: name,
        });
        // biome-ignore lint/suspicious/noControlCharactersInRegex: XML does not allow them.
        assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
        assert.doesNotMatch(xml, /\p{Surrogate}/u);
        assert.doesNotMatch(xml, /##vso\[/);
        const texts = xml.replace(/<\/?[a-z-]+(?: [a-z]+="[^"<]*")*\/?>|<\?xml [^>]*>/g, '');
        assert.doesNotMatch(texts, /[<]|&(?!(?:amp|lt|gt|quot|#\d+);)/);
      }),
      { numRuns: 300 },
    );
  });
});
