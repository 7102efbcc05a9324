import { endpointSecret } from '../../../lib/azureml/online-actions.ts';
import type { OnlineEndpoint } from '../../../lib/azureml/online-endpoints.ts';
import { mayDo } from '../../../lib/azureml/permissions.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { InspectedPlan } from '../../../lib/plan/inspect.ts';
import type { ReadEndpoint } from '../../../lib/rollout/endpoint-kind.ts';
import { openScorer, scoringAddress } from '../../../lib/rollout/scoring.ts';
import type { Samples } from './checks.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { BegunRollout } from './plan-deployment.ts';
import { checkTrialInputs } from './trial-request.ts';

/** Actions of Azure RBAC (Microsoft's documentation of endpoint authentication). */
const PROVIDER = 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints';

/**
 * Checks with reads alone what otherwise shows only after minutes, when the deployment is made: inputs of the trial, the address
 * of an endpoint that exists, and the right to read its key.
 * @throws UserError
 */
export async function checkBeforehand(
  { workspace, plan }: BegunRollout,
  read: ReadEndpoint,
  samples: Samples,
  inputs: Inputs,
  ports: Ports,
): Promise<void> {
  const { endpoint, deployment } = plan.rollout;
  if (inputs.endpointType === 'batch')
    return checkTrialInputs(workspace, plan.deployment, { endpoint, deployment }, inputs);
  const isSending = samples.smoke.length + samples.golden.length > 0;
  const { provisioningState } = read.state;
  const resource = provisioningState === 'Succeeded' ? (read.resource as OnlineEndpoint) : undefined;
  const isAddressed = Boolean(resource?.properties.scoringUri);
  if (isSending && resource && isAddressed) scoringAddress(resource, inputs.allowHttp);
  if (!isSending && !inputs.provideCredential) return;
  if (!resource) return requireKeyReader(workspace, plan.endpoint);
  if (inputs.whatIf) return;
  const { pipeline, clock } = ports;
  const onSecret = (secret: string): void => pipeline.mask(secret);
  const { allowHttp } = inputs;
  if (isSending && isAddressed)
    await openScorer(workspace, resource, { clock, signal: pipeline.signal, onSecret, allowHttp });
  else if (inputs.provideCredential) {
    const secret = await endpointSecret(workspace, resource);
    if (secret) onSecret(secret);
  }
}

/** The key of an endpoint that does not exist can't be read; whether the connection may read it can be. @throws UserError `Forbidden` */
async function requireKeyReader(workspace: Workspace, { main }: InspectedPlan): Promise<void> {
  const { authMode = 'key' } = (main.body as { properties: { authMode?: string } }).properties;
  const mode = authMode.toLowerCase();
  if (mode !== 'key' && mode !== 'amltoken') return;
  const action = `${PROVIDER}/${mode === 'key' ? 'listKeys' : 'token'}/action`;
  if ((await mayDo(workspace.client, workspace.path, action)) !== false) return;
  throw new UserError({
    code: 'Forbidden',
    message: fill(messages.MayNotReadKey, { action }),
    fix: fill(messages.MayNotReadKeyFix),
  });
}
