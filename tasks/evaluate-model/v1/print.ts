import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { type Baseline, findSimilarModel } from '../../../lib/gate/baseline.ts';
import type { GateReport } from '../../../lib/gate/verdict.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { metricTable, ruleTable } from '../../../lib/report/gate-report.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** Says what the candidate is compared with; a model that does not exist yet may be a misspelt one, which is a warning. */
export async function sayBaseline(
  baseline: Baseline | undefined,
  choice: Inputs['baseline'],
  workspace: Workspace,
  pipeline: Pipeline,
): Promise<void> {
  if (choice.kind === 'none') return pipeline.say(messages.BaselineNone);
  const { name: model } = choice;
  if (baseline) return pipeline.say(messages.Baseline, { model, version: baseline.version });
  const similar = await findSimilarModel(workspace, model);
  if (similar === undefined) pipeline.say(messages.NoBaseline, { model });
  else pipeline.warn(pipeline.message(messages.NoBaselineButLike, { model, similar }));
}

/** The tables of the metrics and of the rules. */
export function print(report: GateReport, pipeline: Pipeline): void {
  pipeline.say(messages.Metrics);
  pipeline.table(metricTable(report));
  pipeline.say(messages.Rules);
  pipeline.table(ruleTable(report));
}
