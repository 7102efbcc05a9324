import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { findBatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { deploymentLogs, endpointSecret } from '../../../lib/azureml/online-actions.ts';
import { findOnlineEndpoint } from '../../../lib/azureml/online-reads.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import { english, fill } from '../../../lib/core/message.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { releaseManifest } from '../../../lib/report/release-manifest.ts';
import { rolloutMarkdown } from '../../../lib/report/rollout-report.ts';
import { rolloutText } from '../../../lib/report/rollout-text.ts';
import { diagnoseDeployment, lastLines } from '../../../lib/rollout/diagnosis.ts';
import { originOf } from '../../../lib/rollout/model-origin.ts';
import { trafficText } from '../../../lib/rollout/saved-rollout.ts';
import type { ServedModel } from '../../../lib/rollout/served-model.ts';
import type { CarriedOut } from './carry-out.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { DeploymentPlan } from './plan-deployment.ts';
import { wordingOf } from './wording.ts';

/** How a rollout ended; `unchanged` when there was nothing to do. */
export type RolloutResult = CarriedOut | { end: 'unchanged'; why: ''; traffic: CarriedOut['traffic'] };

/** Sets outputs, writes the release's file and the summary, and says how it ended. @throws UserError when it was not released */
export async function reportRelease(
  workspace: Workspace,
  plan: DeploymentPlan,
  result: RolloutResult,
  inputs: Inputs,
  ports: Ports,
): Promise<Outcome> {
  const { pipeline } = ports;
  const { rollout, model } = plan;
  const { end, traffic, why } = result;
  const { endpoint, deployment, before } = rollout;
  pipeline.setOutput('result', end);
  pipeline.setOutput('endpointName', endpoint);
  pipeline.setOutput('deploymentName', deployment);
  pipeline.setOutput('traffic', trafficText(traffic));
  pipeline.setOutput('previousTraffic', trafficText(before));
  setModel(model, inputs, ports);
  const scoringUri = await setAddress(workspace, endpoint, inputs, ports).catch((error: unknown) => {
    // Whatever is read now, the rollout has ended as it has.
    pipeline.warn(pipeline.message(messages.AddressUnknown, { endpoint, reason: messageOf(error) }));
    return '';
  });
  pipeline.setOutput('report', end === 'unchanged' ? '' : rolloutText(result.findings));
  if (end !== 'unchanged') {
    const title = outcomeSentence(plan, result, inputs, ports);
    pipeline.summary('rollout.md', rolloutMarkdown({ title, plan: rollout, traffic, why, ...result.findings }));
  }
  if (end === 'released' || end === 'unchanged' || end === 'waiting') {
    const manifest = releaseManifest({ workspace, rollout, model, traffic, scoringUri, run: inputs.run, result: end });
    const path = resolve(inputs.sourcesFolder, inputs.releaseFile);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
    pipeline.setOutput('releaseFile', path);
    pipeline.say(messages.ReleaseFile, { path });
    return { result: 'Succeeded', message: outcomeSentence(plan, result, inputs, ports) };
  }
  throw await notReleased(workspace, plan, result as CarriedOut, inputs, ports);
}

/** Which model it is, and where it comes from. */
function setModel(model: ServedModel, { run }: Inputs, { pipeline }: Ports): void {
  const { job, build, buildUrl, commit } = originOf(model, run);
  pipeline.setOutput('modelId', model.id);
  pipeline.setOutput('modelName', model.name);
  pipeline.setOutput('modelVersion', model.version);
  pipeline.setOutput('modelJob', job);
  pipeline.setOutput('modelBuild', build);
  pipeline.setOutput('modelBuildUrl', buildUrl);
  pipeline.setOutput('modelCommit', commit);
}

/** Where the endpoint is reached, and with what. @returns the address; empty when it is not known */
async function setAddress(
  workspace: Workspace,
  endpoint: string,
  inputs: Inputs,
  { pipeline }: Ports,
): Promise<string> {
  const isBatch = inputs.endpointType === 'batch';
  const online = isBatch ? undefined : await findOnlineEndpoint(workspace, endpoint);
  const found = isBatch ? await findBatchEndpoint(workspace, endpoint) : online;
  const scoringUri = found?.properties.scoringUri ?? '';
  pipeline.setOutput('scoringUri', scoringUri);
  const secret = inputs.provideCredential && online ? await endpointSecret(workspace, online) : undefined;
  if (inputs.provideCredential && online && secret === undefined)
    pipeline.warn(pipeline.message(messages.NoKey, { endpoint }));
  if (secret !== undefined) {
    pipeline.mask(secret);
    pipeline.setOutput('endpointKey', secret, { secret: true });
  }
  return scoringUri;
}

function outcomeSentence(
  { rollout }: DeploymentPlan,
  { end, traffic: now, why }: RolloutResult,
  inputs: Inputs,
  { pipeline }: Ports,
): string {
  const { deployment, endpoint } = rollout;
  const words = wordingOf(inputs);
  const traffic = words.traffic(now);
  switch (end) {
    case 'released':
      return pipeline.message(words.released, { deployment, endpoint, traffic });
    case 'unchanged':
      return pipeline.message(words.unchanged, { deployment, endpoint, traffic });
    case 'waiting':
      return pipeline.message(messages.Waiting, { deployment, traffic, percent: now[deployment] ?? 0 });
    case 'rolledBack':
      return pipeline.message(words.rolledBack, { deployment, endpoint, traffic, reason: sentence(why) });
    case 'stopped':
      return pipeline.message(words.stopped, { deployment, endpoint, traffic, reason: sentence(why) });
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What the service's operation that failed is called. */
const PROVISIONING_FAILED = 'OperationFailed';
const REFUSED = 'RequestRefused';

/** The error of a rollout that was not released. Traffic is restored already; now the reason is looked for. */
async function notReleased(
  workspace: Workspace,
  plan: DeploymentPlan,
  result: CarriedOut,
  inputs: Inputs,
  ports: Ports,
): Promise<UserError> {
  const { pipeline } = ports;
  const { rollout } = plan;
  const { deployment, endpoint } = rollout;
  const { end, traffic: now, why, error } = result;
  // They say themselves what happened and what to do.
  if (error instanceof UserError && ['TrafficChanged', 'NotRestored'].includes(error.code)) return error;
  const logs = inputs.endpointType === 'online' ? await readLogs(workspace, endpoint, deployment, ports) : [];
  const { isKnown, cause, next } = diagnoseDeployment(
    why,
    logs.map(({ text }) => text),
  );
  const failedAs = error instanceof UserError ? error.code : undefined;
  // A deployment without quota is refused before any operation begins.
  const isProvisioning = failedAs === PROVISIONING_FAILED || (failedAs === REFUSED && isKnown);
  sayLogs(logs, { deployment, isProvisioning }, pipeline);
  const words = wordingOf(inputs);
  const traffic = words.traffic(now);
  const known = error instanceof UserError && error.fix !== undefined ? error.fix : undefined;
  const advice = isProvisioning
    ? english(fill(messages.DiagnosedFix, { cause, next }))
    : (known ?? english(end === 'stopped' ? fill(messages.StoppedFix) : fill(words.rolledBackFix, { deployment })));
  const values = { deployment, endpoint, traffic, reason: sentence(why) };
  return new UserError(
    {
      code: isProvisioning ? 'DeploymentFailed' : end === 'rolledBack' ? 'RolledBack' : 'RolloutStopped',
      message: end === 'rolledBack' ? fill(words.rolledBack, values) : fill(words.stopped, values),
      fix: advice,
    },
    { cause: error },
  );
}

const LOG_LINES = 200;

type Container = Parameters<typeof deploymentLogs>[3];

/** What a container of a deployment has logged. */
interface ContainerLog {
  container: Container;
  text: string;
}

async function readLogs(
  workspace: Workspace,
  endpoint: string,
  deployment: string,
  { pipeline }: Ports,
): Promise<ContainerLog[]> {
  const logs: ContainerLog[] = [];
  for (const container of ['InferenceServer', 'StorageInitializer'] as const) {
    try {
      const text = await deploymentLogs(workspace, endpoint, deployment, container, LOG_LINES);
      logs.push({ container, text });
    } catch (error) {
      pipeline.debug(pipeline.message(messages.DeploymentLogUnread, { deployment, reason: messageOf(error) }));
    }
  }
  return logs;
}

/** Shows what the scoring server logged, and of a deployment that did not start what fetched its model, too. */
function sayLogs(
  logs: readonly ContainerLog[],
  { deployment, isProvisioning }: { deployment: string; isProvisioning: boolean },
  pipeline: Ports['pipeline'],
): void {
  for (const { container, text } of logs) {
    const isServer = container === 'InferenceServer';
    const lines = lastLines(text);
    if (lines.length === 0 || (!isServer && !isProvisioning)) continue;
    pipeline.group(
      pipeline.message(isServer ? messages.DeploymentLog : messages.InitializerLog, { deployment }),
      lines,
    );
  }
}
