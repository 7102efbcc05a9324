import type { GateReport } from '../../../lib/gate/verdict.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { gateJUnit } from '../../../lib/report/gate-junit.ts';
import { failedRules, type GateSubject } from '../../../lib/report/gate-report.ts';

/** The verdict for later steps and stages, and the rules as test results. */
export function setOutputs(report: GateReport, subject: GateSubject, pipeline: Pipeline): void {
  pipeline.setOutput('verdict', report.verdict);
  pipeline.setOutput('failedRules', failedRules(report).join('; '));
  pipeline.setOutput('baseline', subject.baseline ?? 'none');
  pipeline.setOutput('junitFile', pipeline.attach('model-gate-junit.xml', gateJUnit(report, subject)));
}
