import assert from 'node:assert/strict';
import type { Metrics } from '../../../lib/azureml/metrics.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { english } from '../../../lib/core/message.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const gate = (rules: string, candidate: Metrics, baseline?: Metrics) =>
  judge(parseRules(rules, GATE_VARIABLES), measured(candidate), baseline && measured(baseline));

/** Rules that pass where zzz is missing, without a comparison. */
const EMPTY = [
  'zzz: higher, optional, at least 0.9',
  '!has(metrics.zzz) || metrics.zzz > 0.5',
  'has(metrics.zzz) ? metrics.zzz > 0.5 : true',
  '!has(metrics.zzz)',
  '!has(metrics.zzz) || metrics.auc > 0.9',
  'metrics.all(k, !(k in baseline) || metrics[k] >= baseline[k])',
];

describe('a gate of which every rule passes without a value', () => {
  for (const rule of EMPTY)
    it(`does not pass: ${rule}`, () => {
      assert.throws(
        () => gate(rule, { auc: 0.1 }, { f1: 0.3 }),
        (error: unknown) =>
          error instanceof UserError &&
          error.code === 'RuleInvalid' &&
          /The model is not judged, since every rule passed without the value of a metric: rule 1/.test(
            error.message,
          ) &&
          (rule.includes('in baseline') ||
            /There (is|are) no '.*metrics\.zzz'.*The candidate has 'auc'/.test(error.message)),
      );
    });

  for (const rule of EMPTY)
    it(`is a warning beside a rule that compares: ${rule}`, () => {
      const { verdict, warnings } = gate(`metrics.auc > 0\n${rule}`, { auc: 0.1 }, { f1: 0.3 });
      assert.equal(verdict, 'pass');
      assert.ok(warnings.map(english).some((one) => one.startsWith('Rule 2 passed without the value of a metric: ')));
    });

  it('passes when one value is compared, and without a baseline where a rule says what to do', () => {
    for (const rule of EMPTY.slice(1, 3)) assert.deepEqual(gate(rule, { zzz: 0.9 }).warnings, []);
    assert.equal(
      gate('metrics.all(k, !(k in baseline) || metrics[k] >= baseline[k])', { a: 1 }, { a: 1 }).verdict,
      'pass',
    );
    assert.equal(gate('!has(metrics.zzz) || metrics.auc > 0.05', { auc: 0.1 }).verdict, 'pass');
    assert.equal(gate('!has(baseline.auc) || metrics.auc >= baseline.auc', { auc: 0.1 }).verdict, 'pass');
    for (const rule of ['has(metrics.auc) && metrics.auc > 0', 'size(baseline) > 0 && metrics.auc > 0'])
      assert.deepEqual(gate(rule, { auc: 0.1 }, { auc: 0.1 }).warnings, []);
    assert.equal(gate('metrics.auc > 0.9\n!has(metrics.zzz)', { auc: 0.1 }).verdict, 'fail');
  });
});
