import { findBaseline } from '../../../lib/gate/baseline.ts';
import { findCandidate } from '../../../lib/gate/candidate.ts';
import { withHistories } from '../../../lib/gate/job-measured.ts';
import { readPictures } from '../../../lib/gate/pictures.ts';
import { type GateReport, judge } from '../../../lib/gate/verdict.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayStep } from '../../../lib/pipelines/say-step.ts';
import { gateRecord } from '../../../lib/report/gate-record.ts';
import { failureSentence, gateFailure, gateMarkdown, verdictSentence } from '../../../lib/report/gate-report.ts';
import type { Inputs } from './inputs.ts';
import { keepPictures } from './keep-pictures.ts';
import { setOutputs } from './outputs.ts';
import { paired } from './paired.ts';
import { print, sayBaseline, sayCandidate } from './print.ts';
import { judgedAnew, record } from './record.ts';
import { subjectOf } from './subject.ts';

/** Reads what was measured of the candidate and of the baseline, judges, reports, and ends as `onFail` says. */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const { target, rules, onFail } = inputs;
  const workspace = await connect(target);
  const found = await findCandidate(workspace, inputs.candidate, (job) => sayStep(job, pipeline));
  sayCandidate(found, pipeline);
  const { step } = inputs.candidate;
  const search = await findBaseline(workspace, inputs.baseline, { step, job: found.job });
  sayBaseline(search, pipeline);
  const candidate = { ...found, measured: await withHistories(workspace, found.measured, 'metrics', rules) };
  const baseline = search.baseline && (await withHistories(workspace, search.baseline.measured, 'baseline', rules));

  const report = await judgedAnew(workspace, found, inputs, pipeline, async () =>
    judge(rules, candidate.measured, baseline, await paired(inputs, search.baseline)),
  );
  print(report, pipeline);
  const subject = subjectOf(workspace, candidate, search.baseline);
  setOutputs(report, subject, pipeline);
  const shown = await readPictures(workspace, report, candidate.measured, pipeline.signal);
  keepPictures(shown.images, pipeline);
  pipeline.summary('model-gate.md', gateMarkdown(report, subject, pipeline.translate, shown));
  pipeline.attach('model-gate.json', JSON.stringify(gateRecord(report, subject, shown), null, 2));
  // Loaded for those who want it.
  if (inputs.commentOnPullRequest) await (await import('./comment.ts')).comment(report, subject, inputs, ports);
  await record(workspace, candidate, report, subject, inputs, ports);
  return outcomeOf(report, onFail, pipeline);
}

function outcomeOf(report: GateReport, onFail: Inputs['onFail'], pipeline: Pipeline): Outcome {
  const message = pipeline.translate(verdictSentence(report));
  if (report.verdict !== 'fail' || onFail === 'skip') return { result: 'Succeeded', message };
  if (onFail === 'fail') throw gateFailure(report);
  pipeline.warn(pipeline.translate(failureSentence(report)));
  return { result: 'SucceededWithIssues', message };
}
