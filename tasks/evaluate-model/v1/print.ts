import { allOf } from '../../../lib/core/words.ts';
import type { BaselineSearch } from '../../../lib/gate/baseline.ts';
import type { Candidate } from '../../../lib/gate/candidate.ts';
import type { GateReport } from '../../../lib/gate/verdict.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { metricTable, ruleTable } from '../../../lib/report/gate-report.ts';
import { messages } from './messages.ts';

/** Says what is judged, and which metrics of it don't count. */
export function sayCandidate({ label, measured }: Candidate, pipeline: Pipeline): void {
  pipeline.say(messages.Candidate, { candidate: label });
  for (const { step, status, names } of measured.notCounted)
    pipeline.warn(pipeline.message(messages.NotCounted, { step, status, names: allOf(names) }));
}

/** Says what the candidate is compared with, or why there is nothing yet. */
export function sayBaseline({ baseline, why, says = [], warnings = [] }: BaselineSearch, pipeline: Pipeline): void {
  for (const sentence of says) pipeline.info(pipeline.translate(sentence));
  const isWarning = why !== undefined && warnings.includes(why);
  for (const warning of warnings.filter((one) => one !== why)) pipeline.warn(pipeline.translate(warning));
  if (baseline) pipeline.say(messages.Baseline, { baseline: baseline.label });
  else if (!why) pipeline.say(messages.BaselineNone);
  else if (isWarning) pipeline.warn(pipeline.message(messages.NoBaseline, { why: pipeline.translate(why) }));
  else pipeline.say(messages.NoBaseline, { why: pipeline.translate(why) });
}

/** The tables of the metrics and of the rules, and what may not be as it was meant. */
export function print(report: GateReport, pipeline: Pipeline): void {
  for (const warning of report.warnings) pipeline.warn(pipeline.translate(warning));
  pipeline.say(messages.Metrics);
  pipeline.table(metricTable(report));
  pipeline.say(messages.Rules);
  pipeline.table(ruleTable(report));
}
