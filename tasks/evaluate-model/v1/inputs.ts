import { GATE_VARIABLES, parseBaseline, requireBaselineFor } from '../../../lib/gate/baseline.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { choice, optional, parsed, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  const rules = parseRules(required(inputs, 'rules'), GATE_VARIABLES);
  const baseline = parsed(inputs, 'baseline', parseBaseline, 'none');
  requireBaselineFor(rules, baseline);
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    rules,
    baseline,
    step: optional(inputs, 'step'),
    onFail: choice(inputs, 'onFail', ['fail', 'warn', 'skip'], 'fail'),
  };
}
