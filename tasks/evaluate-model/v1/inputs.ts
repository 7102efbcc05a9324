import { type BaselineChoice, parseBaseline, requireBaselineFor } from '../../../lib/gate/baseline.ts';
import { parseRules, type Rule } from '../../../lib/gate/rules.ts';
import { type AzureTarget, oneOfInputs, readAzureTarget, required } from '../../../lib/pipelines/azure-target.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

export interface EvaluateModelInputs {
  target: AzureTarget;
  jobName: string;
  rules: Rule[];
  baseline: BaselineChoice;
  step: string | undefined;
  onFail: 'fail' | 'warn' | 'skip';
}

export function readInputs(inputs: TaskInputs): EvaluateModelInputs {
  const rules = parseRules(required(inputs, 'rules'));
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
