import { findJob, type Job, statusNow } from '../azureml/jobs.ts';
import { findModelVersion, type ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { madeByRun } from '../lineage/model-lineage.ts';
import type { BaselineChoice } from './baseline-choice.ts';
import { baselineNotCompleted, findEarlierJob } from './earlier-build.ts';
import { measureJob, measureModel } from './job-measured.ts';
import { findLiveModel } from './live-model.ts';
import type { Measured } from './measured.ts';
import { messages } from './messages.ts';
import { readMetricsFile } from './metrics-file.ts';
import { findChosenVersion } from './model-versions.ts';

/** What a candidate is compared with. */
export interface Baseline {
  /** `model churn version 3`, `job train-7` */
  label: string;
  measured: Measured;
}

/** What the search for a baseline gives. */
export interface BaselineSearch {
  /** Undefined when the choice is `none`, and while there is nothing to compare with. */
  baseline: Baseline | undefined;
  /** Why there is none. */
  why?: FilledMessage;
  /** How it was found: the deployment with the most traffic. */
  says?: FilledMessage[];
  /** What may not be as it was meant: a model that does not exist but is spelled like another one. */
  warnings?: FilledMessage[];
}

export interface BaselineContext {
  /** Only the metrics that this step logged. */
  step?: string | undefined;
  /** The candidate's job, by which earlier builds are found. */
  job?: Job | undefined;
}

/**
 * Finds what a candidate is compared with, and what was measured of it. That there is none is only what the service says in
 * every way; what it can't say, or does not let us read, is an error.
 * @throws UserError `ModelNotFound`, `JobNotFound`, `JobNotCompleted`, `BaselineWithoutMetrics`, `ModelVersionsUnclear`, `FileNotFound`, ...
 */
export async function findBaseline(
  workspace: Workspace,
  choice: BaselineChoice,
  { step, job }: BaselineContext = {},
): Promise<BaselineSearch> {
  switch (choice.kind) {
    case 'none':
      return { baseline: undefined };
    case 'file':
      return { baseline: { label: `file ${choice.path}`, measured: await readMetricsFile(choice.path) } };
    case 'job':
      return { baseline: await ofJob(workspace, choice.name, step) };
    case 'build': {
      const { job: earlier, build, ...said } = await findEarlierJob(workspace, choice.id, job);
      return { ...said, baseline: earlier && (await measuredJob(workspace, earlier.name, step, `build ${build} `)) };
    }
    case 'endpoint': {
      const { model, ...said } = await findLiveModel(workspace, choice.name);
      if (!model) return { ...said, baseline: undefined };
      return {
        ...said,
        baseline: await ofModel(workspace, model.name, model.version, step, `endpoint ${choice.name}, `),
      };
    }
    case 'model':
      return ofChosenVersion(workspace, choice, step);
  }
}

async function ofChosenVersion(
  workspace: Workspace,
  { name, version }: Extract<BaselineChoice, { kind: 'model' }>,
  step: string | undefined,
): Promise<BaselineSearch> {
  if (version.kind !== 'version') {
    const { model, ...said } = await findChosenVersion(workspace, name, version);
    return { ...said, baseline: model && (await ofModel(workspace, name, model, step)) };
  }
  const model = await findModelVersion(workspace, name, version.version);
  if (!model) {
    throw new UserError({
      code: 'ModelNotFound',
      message: fill(messages.BaselineNotFound, {
        version: version.version,
        model: name,
        workspace: workspace.ids.workspaceName,
      }),
      fix: fill(messages.BaselineNotFoundFix, { model: name }),
    });
  }
  const baseline = await ofModel(workspace, name, model, step);
  const isArchived = model.properties.isArchived === true;
  return { baseline, warnings: isArchived ? [fill(messages.Archived, { baseline: baseline.label })] : [] };
}

async function ofModel(
  workspace: Workspace,
  name: string,
  version: ModelVersion,
  step: string | undefined,
  before = '',
): Promise<Baseline> {
  const found = await measureModel(workspace, version, step);
  if (found) return { label: `${before}model ${name} version ${version.name}`, measured: found };
  const maker = madeByRun(version);
  throw new UserError({
    code: 'BaselineWithoutMetrics',
    message: maker
      ? fill(messages.BaselineUnmeasured, { id: version.id, run: maker.run })
      : fill(messages.BaselineOfUnknownRun, { id: version.id }),
    fix: fill(messages.BaselineUnmeasuredFix),
  });
}

/** A job that still runs, failed or was cancelled has not shown what its model is worth. */
async function ofJob(workspace: Workspace, name: string, step: string | undefined): Promise<Baseline> {
  const job = await findJob(workspace, name);
  if (!job) {
    throw new UserError({
      code: 'JobNotFound',
      message: fill(messages.BaselineJobNotFound, { job: name, workspace: workspace.ids.workspaceName }),
      fix: fill(messages.BaselineJobNotFoundFix),
    });
  }
  const status = await statusNow(workspace, job);
  if (status !== 'Completed') throw baselineNotCompleted(fill(messages.BaselineNotCompleted, { job: name, status }));
  return measuredJob(workspace, name, step);
}

async function measuredJob(
  workspace: Workspace,
  name: string,
  step: string | undefined,
  before = '',
): Promise<Baseline> {
  const found = await measureJob(workspace, name, step);
  if (Object.keys(found.metrics).length > 0) return { label: `${before}job ${name}`, measured: found };
  throw new UserError({
    code: 'BaselineWithoutMetrics',
    message: fill(messages.BaselineJobUnmeasured, { job: name }),
    fix: fill(messages.BaselineUnmeasuredFix),
  });
}
