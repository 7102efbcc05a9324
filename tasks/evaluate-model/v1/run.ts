import { getJobMetrics } from '../../../lib/azureml/job-metrics.ts';
import { getJob, requireCompleted, studioUrl } from '../../../lib/azureml/jobs.ts';
import { getMetrics, type Metrics } from '../../../lib/azureml/metrics.ts';
import {
  findModelVersion,
  findNewestModelVersion,
  listModelNames,
  type ModelVersion,
} from '../../../lib/azureml/models.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { nearest } from '../../../lib/core/nearest.ts';
import type { BaselineChoice } from '../../../lib/gate/baseline.ts';
import { type GateReport, judge } from '../../../lib/gate/verdict.ts';
import { madeByRun, recordedMetrics } from '../../../lib/lineage/model-lineage.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { gateMarkdown, metricTable, ruleTable, verdictSentence } from '../../../lib/report/gate-report.ts';
import type { EvaluateModelInputs } from './inputs.ts';

/** Reads the candidate's and the baseline's metrics, judges them, reports, and ends as `onFail` says. */
export async function run(inputs: EvaluateModelInputs, { pipeline, connect }: Ports): Promise<Outcome> {
  const { target, jobName, rules, baseline: choice, step, onFail } = inputs;
  const workspace = await connect(target);
  const job = await getJob(workspace, jobName);
  requireCompleted(job, 'a model is judged');
  pipeline.say('Candidate', jobName);
  const candidate = await getJobMetrics(workspace, jobName, step);
  const model = await findBaseline(workspace, choice, pipeline);
  const report = judge(rules, candidate, model && (await baselineMetrics(workspace, model, step)));
  print(report, pipeline);
  pipeline.setOutput('verdict', report.verdict);
  const subject = {
    candidate: `job ${jobName}`,
    candidateUrl: studioUrl(job),
    baseline: model && choice.kind === 'model' ? `model ${choice.name} version ${model.name}` : undefined,
  };
  pipeline.summary('model-gate.md', gateMarkdown(report, subject));
  return outcomeOf(report, onFail, pipeline);
}

async function findBaseline(
  workspace: Workspace,
  choice: BaselineChoice,
  pipeline: Pipeline,
): Promise<ModelVersion | undefined> {
  if (choice.kind === 'none') {
    pipeline.say('BaselineNone');
    return undefined;
  }
  const { name, version } = choice;
  const model =
    version === '@latest'
      ? await findNewestModelVersion(workspace, name)
      : await findModelVersion(workspace, name, version);
  if (model) pipeline.say('Baseline', name, model.name);
  else if (version === '@latest') await sayNoBaseline(workspace, name, pipeline);
  else {
    throw new UserError({
      code: 'ModelNotFound',
      message: `The baseline, version ${version} of the model '${name}', is not in the workspace '${workspace.ids.workspaceName}'.`,
      fix: `Write model:${name} to compare with the newest version, if there is one.`,
      docs: 'tasks/evaluate-model',
    });
  }
  return model;
}

/** A name that was misspelt must not look like a first model. */
async function sayNoBaseline(workspace: Workspace, name: string, pipeline: Pipeline): Promise<void> {
  const like = nearest(name, await listModelNames(workspace));
  if (like === undefined) pipeline.say('NoBaseline', name);
  else pipeline.warn(pipeline.message('NoBaselineButLike', name, like));
}

/** As recorded when the model was registered, else as its run logged them. */
async function baselineMetrics(workspace: Workspace, model: ModelVersion, step: string | undefined): Promise<Metrics> {
  const ofStep = step ? recordedMetrics(model, step) : {};
  const recorded = Object.keys(ofStep).length > 0 ? ofStep : recordedMetrics(model);
  if (Object.keys(recorded).length > 0) return recorded;
  const maker = madeByRun(model);
  const logged = !maker
    ? {}
    : maker.run === maker.job
      ? await getJobMetrics(workspace, maker.job)
      : await getMetrics(workspace, maker.run);
  if (Object.keys(logged).length > 0) return logged;
  throw new UserError({
    code: 'BaselineWithoutMetrics',
    message: `The baseline ${model.id} has no metrics: none were recorded at its registration, and ${maker ? `its run ${maker.run} logged none` : 'no run of it is known'}.`,
    fix: 'Register models with AzureMLRegisterModel, which records their metrics, or choose another baseline.',
    docs: 'tasks/evaluate-model',
  });
}

function print(report: GateReport, pipeline: Pipeline): void {
  pipeline.say('Metrics');
  pipeline.table(metricTable(report));
  pipeline.say('Rules');
  pipeline.table(ruleTable(report));
}

function outcomeOf(report: GateReport, onFail: EvaluateModelInputs['onFail'], pipeline: Pipeline): Outcome {
  const sentence = verdictSentence(report);
  if (report.verdict !== 'fail' || onFail === 'skip') return { result: 'Succeeded', message: sentence };
  const failed = report.rules.flatMap(({ conditions }) => conditions.filter(({ result }) => result === 'fail'));
  const reasons = failed.map(({ condition, values }) => `${condition.text} (${values})`);
  if (onFail === 'warn') {
    pipeline.warn(`${sentence} Failed: ${reasons.join('; ')}.`);
    return { result: 'SucceededWithIssues', message: sentence };
  }
  throw new UserError({
    code: 'GateFailed',
    message: `${sentence} Failed: ${reasons.join('; ')}.`,
    fix: 'Improve the model, or change the rules if they are wrong.',
    docs: 'tasks/evaluate-model',
  });
}
