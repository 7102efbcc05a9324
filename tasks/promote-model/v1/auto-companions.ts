import { parseAssetId } from '../../../lib/azureml/asset-ids.ts';
import { findJob } from '../../../lib/azureml/jobs.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import type { AssetName } from '../../../lib/azureml/registry-writes.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { madeByRun } from '../../../lib/lineage/model-lineage.ts';
import { listOwnSteps } from '../../../lib/lineage/own-steps.ts';
import { PREFIX } from '../../../lib/lineage/stamp.ts';
import { boundStep } from '../../../lib/lineage/step-flow.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { messages } from './messages.ts';

/** The environment in which the model was made, when it is one with a name that a copy needs; the log says why it is not. */
export function recordedEnvironment(model: ModelVersion, pipeline: Pipeline): AssetName | undefined {
  const recorded = model.properties.properties?.[`${PREFIX}environment`] ?? '';
  const [, name = '', version = ''] = /^azureml:([^:/@]+):([^:/@]+)$/.exec(recorded) ?? [];
  if (recorded === '') pipeline.say(messages.EnvironmentUnknown);
  else if (name === '' || name.startsWith('AzureML-')) pipeline.say(messages.EnvironmentShared, { name: recorded });
  else if (name === 'CliV2AnonymousEnvironment') pipeline.say(messages.EnvironmentAnonymous);
  else return { kind: 'environments', name, version };
  return undefined;
}

/** The component of the step that made the model, when it is a registered one. @param workspace that has the job; a registry has none */
export async function recordedComponent(
  model: ModelVersion,
  workspace: Workspace | undefined,
  pipeline: Pipeline,
): Promise<AssetName | undefined> {
  const made = madeByRun(model);
  const job = workspace && made ? await findJob(workspace, made.job) : undefined;
  // An output of the pipeline is one of a step.
  const output = model.properties.properties?.[`${PREFIX}output`] ?? '';
  const key =
    job &&
    made &&
    ((await listOwnSteps(workspace!, job)).get(made.run) ??
      (made.run === job.name ? boundStep(job, output) : undefined));
  const component = key === undefined ? undefined : parseAssetId(job!.properties.jobs![key]!.componentId ?? '');
  const isNamed = component && !component.registry && !isAnonymous(component.name);
  if (isNamed) return { kind: 'components', name: component.name, version: component.version };
  pipeline.say(component ? messages.ComponentShared : messages.ComponentUnknown);
  return undefined;
}

/** Anonymous components are called `azureml_anonymous`, or by the GUID that the service gives them (recorded). */
function isAnonymous(name: string): boolean {
  return name === 'azureml_anonymous' || /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(name);
}
