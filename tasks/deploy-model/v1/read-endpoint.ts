import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { whenIdle } from '../../../lib/rollout/change-endpoint.ts';
import type { EndpointKind, ReadEndpoint } from '../../../lib/rollout/endpoint-kind.ts';
import { isBusy } from '../../../lib/rollout/endpoint-state.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { sayWaiting } from './say-waiting.ts';

/**
 * Reads the endpoint that something is planned for. While it changes, perhaps because of a task that was cut off, Azure shows what
 * was before: so that is waited for, except by a what-if.
 * @throws UserError `EndpointBusy`
 */
export async function readEndpoint(
  kind: EndpointKind,
  workspace: Workspace,
  endpoint: string,
  { whatIf }: Pick<Inputs, 'whatIf'>,
  { pipeline, clock }: Ports,
): Promise<ReadEndpoint> {
  const { signal } = pipeline;
  const read = await kind.read(workspace, endpoint, signal);
  if (!isBusy(read.state.provisioningState)) return read;
  if (whatIf) {
    pipeline.warn(pipeline.message(messages.PlannedWhileBusy, { endpoint }));
    return read;
  }
  pipeline.say(messages.StepAwait, { what: endpoint });
  return whenIdle({ kind, workspace, endpoint, clock, signal, tell: sayWaiting(endpoint, pipeline) });
}
