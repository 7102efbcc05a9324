import { getJobMetrics } from '../azureml/job-metrics.ts';
import { getMetrics, type Metrics } from '../azureml/metrics.ts';
import { findModelVersion, findNewestModelVersion, listModelNames, type ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { nearest } from '../core/words.ts';
import { hasMoreMetrics, madeByRun, recordedMetrics } from '../lineage/model-lineage.ts';
import { type Rule, reads } from '../rules/rules.ts';
import { messages } from './messages.ts';

/** What rules of the gate may read. */
export const GATE_VARIABLES = ['metrics', 'baseline'] as const;

/** What a candidate is compared with. */
export type BaselineChoice = { kind: 'none' } | { kind: 'model'; name: string; version: string };

/** A model version with the metrics that a candidate is compared with. */
export interface Baseline {
  model: string;
  version: string;
  metrics: Metrics;
}

/**
 * Reads `none`, `model:<name>` (its newest version), `model:<name>:<version>` or `model:<name>@latest`.
 * @throws UserError `BaselineInvalid`
 */
export function parseBaseline(text: string): BaselineChoice {
  const value = text.trim();
  if (value === '' || value === 'none') return { kind: 'none' };
  const match = /^model:([A-Za-z0-9][\w.-]*)(?::([\w.-]+)|@([\w.-]+))?$/.exec(value);
  if (!match) throw invalid(`it is '${value}'`);
  const [, name, version, label] = match as unknown as [string, string, string?, string?];
  if (label && label !== 'latest') throw invalid(`it names the label '${label}'`);
  return { kind: 'model', name, version: version ?? '@latest' };
}

/**
 * A rule that compares with a baseline needs one to be named: without, the gate would pass what it was meant to compare.
 * @throws UserError `BaselineMissing`
 */
export function requireBaselineFor(rules: readonly Rule[], baseline: BaselineChoice): void {
  const rule = rules.find(({ conditions }) => conditions.some((condition) => reads(condition, 'baseline')));
  if (!rule || baseline.kind !== 'none') return;
  throw new UserError({
    code: 'BaselineMissing',
    message: `Rule ${rule.line} reads 'baseline', but the baseline is 'none'.`,
    fix: 'Name a model as the baseline, for example model:churn; while that model does not exist yet, the verdict is noBaseline.',
  });
}

/**
 * Finds the model version that the choice names, with its metrics.
 * @param step only the metrics that this step logged
 * @returns undefined when the choice is 'none', or the newest version of a model that has none yet
 * @throws UserError `ModelNotFound`, `BaselineWithoutMetrics`, `ModelVersionsUnclear`
 */
export async function findBaseline(
  workspace: Workspace,
  choice: BaselineChoice,
  step?: string,
): Promise<Baseline | undefined> {
  if (choice.kind === 'none') return undefined;
  const { name, version } = choice;
  const isNewest = version === '@latest';
  const model = await (isNewest ? findNewestModelVersion(workspace, name) : findModelVersion(workspace, name, version));
  if (model) return { model: name, version: model.name, metrics: await metricsOf(workspace, model, step) };
  if (isNewest) return undefined;
  throw new UserError({
    code: 'ModelNotFound',
    message: fill(messages.BaselineNotFound, { version, model: name, workspace: workspace.ids.workspaceName }),
    fix: fill(messages.BaselineNotFoundFix, { model: name }),
  });
}

/** The model that was perhaps meant by a name that no model has: a name that was misspelt must not pass for a first model. */
export async function findSimilarModel(workspace: Workspace, name: string): Promise<string | undefined> {
  return nearest(name, await listModelNames(workspace));
}

/** As recorded when the model was registered, else as its run logged them. */
async function metricsOf(workspace: Workspace, model: ModelVersion, step: string | undefined): Promise<Metrics> {
  const ofStep = step ? recordedMetrics(model, step) : {};
  const recorded = Object.keys(ofStep).length > 0 ? ofStep : recordedMetrics(model);
  const maker = madeByRun(model);
  if (Object.keys(recorded).length > 0 && !(maker && hasMoreMetrics(model))) return recorded;
  const logged = !maker
    ? {}
    : maker.run === maker.job
      ? await getJobMetrics(workspace, maker.job)
      : await getMetrics(workspace, maker.run);
  // What was recorded can't change any more; what was not is as the run has it.
  if (Object.keys(logged).length > 0) return { ...logged, ...recorded };
  if (Object.keys(recorded).length > 0) return recorded;
  throw new UserError({
    code: 'BaselineWithoutMetrics',
    message: maker
      ? fill(messages.BaselineUnmeasured, { id: model.id, run: maker.run })
      : fill(messages.BaselineOfUnknownRun, { id: model.id }),
    fix: fill(messages.BaselineUnmeasuredFix),
  });
}

function invalid(what: string): UserError {
  return new UserError({
    code: 'BaselineInvalid',
    message: `${what}; allowed are 'none', 'model:<name>', 'model:<name>:<version>' and 'model:<name>@latest'.`,
    fix: 'For example model:churn compares with the newest version of the model churn.',
  });
}
