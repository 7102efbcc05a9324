import { resolve } from 'node:path';
import type { WorkspaceIds } from '../../../lib/azureml/ids.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import {
  type BaselineChoice,
  GATE_VARIABLES,
  KNOWN_VALUES,
  parseBaseline,
  requireBaselineFor,
} from '../../../lib/gate/baseline-choice.ts';
import type { CandidateChoice } from '../../../lib/gate/candidate.ts';
import { parseModelChoice } from '../../../lib/gate/model-choice.ts';
import { anyReads } from '../../../lib/gate/verdict.ts';
import { type PipelineRun, seriesId, stepId } from '../../../lib/lineage/pipeline-run.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { choice, flag, optional, parsed, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { parseRules, type Rule } from '../../../lib/rules/rules.ts';
import { messages } from './messages.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  const rules = parseRules(required(inputs, 'rules'), GATE_VARIABLES, KNOWN_VALUES);
  const baseline = inFolder(parsed(inputs, 'baseline', parseBaseline, 'none'), inputs);
  requireBaselineFor(rules, baseline);
  const target = readAzureTarget(inputs);
  const run = readPipelineRun(inputs);
  return {
    target,
    candidate: readCandidate(inputs, target.ids),
    rules,
    baseline,
    predictions: readPredictionFiles(inputs, rules),
    onFail: choice(inputs, 'onFail', ['fail', 'warn', 'skip'], 'fail'),
    recordVerdict: flag(inputs, 'recordVerdict', true),
    whatIf: flag(inputs, 'whatIf', false),
    commentOnPullRequest: flag(inputs, 'commentOnPullRequest', false),
    pullRequest: readPullRequest(inputs, run),
    run,
  };
}

/**
 * The pull request that the run validates, where the token of the job reaches it: in Azure Repos, whose builds have the number
 * in `System.PullRequest.PullRequestId`.
 */
function readPullRequest(
  inputs: TaskInputs,
  run: PipelineRun,
): { number: string; repository: string; key: string } | 'none' | 'elsewhere' {
  const number = inputs.variable('System.PullRequest.PullRequestId') ?? '';
  const repository = inputs.variable('Build.Repository.ID') ?? '';
  if (!/^\d+$/.test(number)) return 'none';
  const isAzureRepos = inputs.variable('Build.Repository.Provider')?.toLowerCase() === 'tfsgit';
  if (!isAzureRepos || repository === '') return 'elsewhere';
  return { number, repository, key: seriesId(run) || stepId(run) };
}

/** A file of metrics is named from the folder that the job works in. */
function inFolder(baseline: BaselineChoice, inputs: TaskInputs): BaselineChoice {
  if (baseline.kind !== 'file') return baseline;
  return { ...baseline, path: resolve(inputs.variable('System.DefaultWorkingDirectory') ?? '.', baseline.path) };
}

/** A variable that nothing set must not pass for a value. */
function given(inputs: TaskInputs, name: string): string | undefined {
  return inputs.text(name) && required(inputs, name);
}

/** There is one candidate: a job, a model, or a file alone; a file may go along with either. @throws UserError `InputMissing`, `InputInvalid` */
function readCandidate(inputs: TaskInputs, ids: WorkspaceIds): CandidateChoice {
  const jobName = given(inputs, 'jobName');
  const model = given(inputs, 'model') && parsed(inputs, 'model', (text) => parseModelChoice(text, ids));
  const metricsFile = given(inputs, 'metricsFile') && inputs.path('metricsFile');
  if (jobName && model)
    throw new UserError({
      code: 'InputInvalid',
      message: fill(messages.TwoCandidates),
      fix: fill(messages.TwoCandidatesFix),
    });
  if (!jobName && !model && !metricsFile) {
    throw new UserError({
      code: 'InputMissing',
      message: fill(messages.NoCandidate),
      fix: fill(messages.NoCandidateFix),
    });
  }
  return { jobName, step: optional(inputs, 'step'), model: model || undefined, metricsFile };
}

/** @throws UserError `InputMissing` when a rule reads what the files are for */
function readPredictionFiles(
  inputs: TaskInputs,
  rules: readonly Rule[],
): { candidate: string; baseline: string } | undefined {
  const rule = rules.find((one) => anyReads([one], 'paired'));
  if (!rule) return undefined;
  const files = {
    predictions: given(inputs, 'predictions') && inputs.path('predictions'),
    baselinePredictions: given(inputs, 'baselinePredictions') && inputs.path('baselinePredictions'),
  };
  const path = (input: keyof typeof files): string => {
    const found = files[input];
    if (found) return found;
    throw new UserError({
      code: 'InputMissing',
      message: fill(messages.PairedMissing, { line: rule.line, input }),
      fix: fill(messages.PairedMissingFix),
    });
  };
  return { candidate: path('predictions'), baseline: path('baselinePredictions') };
}
