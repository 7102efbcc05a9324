import { type BaselineChoice, GATE_VARIABLES, parseBaseline, requireBaselineFor } from '../../../lib/gate/baseline.ts';
import { type AzureTarget, oneOfInputs, readAzureTarget, required } from '../../../lib/pipelines/azure-target.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { parseRules, type Rule } from '../../../lib/rules/rules.ts';

export interface EvaluateModelInputs {
  target: AzureTarget;
  jobName: string;
  rules: Rule[];
  baseline: BaselineChoice;
  step: string | undefined;
  onFail: 'fail' | 'warn' | 'skip';
}

export function readInputs(inputs: TaskInputs): EvaluateModelInputs {
  const rules = parseRules(required(inputs, 'rules'), GATE_VARIABLES);
  const baseline = parseBaseline(inputs.text('baseline') ?? 'none');
  requireBaselineFor(rules, baseline);
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    rules,
    baseline,
    step: inputs.text('step'),
    onFail: oneOfInputs(inputs, 'onFail', ['fail', 'warn', 'skip'], 'fail'),
  };
}
