import { getJobMetrics } from '../../../lib/azureml/job-metrics.ts';
import { getJob, requireCompleted, studioUrl } from '../../../lib/azureml/jobs.ts';
import { findBaseline } from '../../../lib/gate/baseline.ts';
import { type GateReport, judge } from '../../../lib/gate/verdict.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayStep } from '../../../lib/pipelines/say-step.ts';
import { failureSentence, gateFailure, gateMarkdown, verdictSentence } from '../../../lib/report/gate-report.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { print, sayBaseline } from './print.ts';

/** Reads the candidate's and the baseline's metrics, judges them, reports, and ends as `onFail` says. */
export async function run(inputs: Inputs, { pipeline, connect }: Ports): Promise<Outcome> {
  const { target, jobName, rules, step, onFail } = inputs;
  const workspace = await connect(target);
  const job = await getJob(workspace, jobName);
  sayStep(job, pipeline);
  await requireCompleted(workspace, job);
  pipeline.say(messages.Candidate, { job: jobName });
  const candidate = await getJobMetrics(workspace, jobName, step);
  const baseline = await findBaseline(workspace, inputs.baseline, step);
  await sayBaseline(baseline, inputs.baseline, workspace, pipeline);
  const report = judge(rules, candidate, baseline?.metrics);
  print(report, pipeline);
  pipeline.setOutput('verdict', report.verdict);
  const subject = {
    candidate: `job ${jobName}`,
    candidateUrl: studioUrl(workspace, job),
    baseline: baseline && `model ${baseline.model} version ${baseline.version}`,
  };
  pipeline.summary('model-gate.md', gateMarkdown(report, subject, pipeline.translate));
  return outcomeOf(report, onFail, pipeline);
}

function outcomeOf(report: GateReport, onFail: Inputs['onFail'], pipeline: Pipeline): Outcome {
  const message = pipeline.translate(verdictSentence(report));
  if (report.verdict !== 'fail' || onFail === 'skip') return { result: 'Succeeded', message };
  if (onFail === 'fail') throw gateFailure(report);
  pipeline.warn(pipeline.translate(failureSentence(report)));
  return { result: 'SucceededWithIssues', message };
}
