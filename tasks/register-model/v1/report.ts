import { studioUrl } from '../../../lib/azureml/jobs.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { assetPage } from '../../../lib/azureml/studio-pages.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import { commitPage } from '../../../lib/lineage/commit-page.ts';
import { factsOfModel, type ModelSource, recordedMetrics } from '../../../lib/lineage/model-lineage.ts';
import { withoutCredentials } from '../../../lib/lineage/pipeline-run.ts';
import { recordedRun } from '../../../lib/lineage/recorded-run.ts';
import { tagJob } from '../../../lib/lineage/registered-tag.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { type RegisteredModel, registeredMarkdown } from '../../../lib/report/model-report.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** A version that was registered, now or by an earlier try of this step. */
interface Registration {
  model: ModelVersion;
  source: ModelSource;
  isNew: boolean;
}

/** Sets the outputs, marks the job with the version, and says what was registered: in a sentence and on the run's page. */
export async function report(
  workspace: Workspace,
  registration: Registration,
  { modelName, whatIf }: Inputs,
  pipeline: Pipeline,
): Promise<Outcome> {
  const { model, source, isNew } = registration;
  pipeline.setOutput('modelName', modelName);
  pipeline.setOutput('modelVersion', model.name);
  pipeline.setOutput('modelId', model.id);
  try {
    if (!whatIf) await tagJob(workspace, source.job, modelName, model.name);
  } catch (error) {
    // The model names its job; the tag is the way back, for people who begin at the job.
    pipeline.say(messages.JobNotTagged, { job: source.job.name, reason: messageOf(error) });
  }
  const values = { model: modelName, version: model.name, origin: originOf(source, pipeline) };
  const sentence = pipeline.message(isNew ? messages.Registered : messages.AlreadyRegistered, values);
  const rows = rowsOf(workspace, registration, modelName);
  const metrics = recordedMetrics(model);
  pipeline.summary('model-registration.md', registeredMarkdown({ sentence, isNew, rows, metrics }));
  return { result: 'Succeeded', message: `${sentence} ${provenance(model, pipeline)}`.trim() };
}

function originOf({ job, step, output, path, uri }: ModelSource, pipeline: Pipeline): string {
  const maker = step
    ? pipeline.message(messages.StepOfJob, { step, job: job.name })
    : pipeline.message(messages.OfJob, { job: job.name });
  if (output === '') return pipeline.message(messages.FromUri, { uri, maker });
  const place = path === '' ? output : `${output}/${path}`;
  return pipeline.message(messages.FromOutput, { output: place, maker });
}

/** Commit and data behind the model; empty when neither is known. */
function provenance(model: ModelVersion, pipeline: Pipeline): string {
  const { commit = '', branch = '' } = recordedRun(model.properties.properties) ?? {};
  // An upload is not a version of an asset: its address says nothing to people.
  const versions = (factsOfModel(model).data ?? []).filter(([, version]) => !version.includes('://'));
  const data = versions.map(([, version]) => version).join(', ');
  const parts = [
    ...(commit ? [pipeline.message(messages.Commit, { commit: commit.slice(0, 8), branch: shortBranch(branch) })] : []),
    ...(data ? [pipeline.message(messages.Data, { data })] : []),
  ];
  return parts.length > 0
    ? pipeline.message(messages.Provenance, { parts: parts.join(` ${pipeline.message(messages.And)} `) })
    : '';
}

function rowsOf(workspace: Workspace, { model, source }: Registration, name: string): RegisteredModel['rows'] {
  const { job, step, output, path } = source;
  const run = recordedRun(model.properties.properties);
  const { environment, data = [] } = factsOfModel(model);
  const commit = run?.commit ?? '';
  const repository = withoutCredentials(run?.repository ?? '');
  return [
    { name: 'Model', title: `${name} version ${model.name}`, link: assetPage(workspace, 'models', name, model.name) },
    { name: 'Type', title: model.properties.modelType },
    { name: 'Job', title: job.name, link: studioUrl(workspace, job) },
    { name: 'Step', title: step },
    { name: 'Output', title: path ? `${output}/${path}` : output },
    { name: run?.kind === 'release' ? 'Release' : 'Build', title: run?.number ?? '', link: run?.url },
    { name: 'Requested by', title: run?.requestedFor ?? '' },
    { name: 'Commit', title: commit.slice(0, 8), link: commitPage(repository, commit) },
    { name: 'Branch', title: shortBranch(run?.branch ?? '') },
    { name: 'Pull request', title: run?.pullRequest ?? '' },
    { name: 'Work items', title: (run?.workItems ?? []).join(', ') },
    { name: 'Data', title: data.map(([input, version]) => `${input}: ${version}`).join(', ') },
    { name: 'Environment', title: environment ?? '' },
  ];
}

function shortBranch(branch: string): string {
  return branch.replace(/^refs\/heads\//, '');
}
