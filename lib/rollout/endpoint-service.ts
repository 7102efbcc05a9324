import type { AzureRequest } from '../azure/client.ts';
import { type LongRunningPorts, sendAndPoll } from '../azure/long-running.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { type ApplyPorts, applyPlan } from '../plan/apply.ts';
import type { InspectedPlan } from '../plan/inspect.ts';
import { changeTraffic, sendChange, untilIdle, whenFree } from './change-endpoint.ts';
import type { EndpointKind } from './endpoint-kind.ts';
import { deploymentOf, PROVISIONED_WITHIN_MS } from './endpoint-state.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { plannedRedeployment } from './redeploy.ts';
import type { RolloutService } from './rollout-service.ts';

/** What a rollout in Azure ML needs. */
export interface EndpointRollout {
  kind: EndpointKind;
  workspace: Workspace;
  plan: RolloutPlan;
  /** Makes the endpoint, when there is none. */
  endpoint: InspectedPlan;
  /** Makes the deployment: stamped, and with everything that it refers to. */
  deployment: InspectedPlan;
  /** Variables of the deployment as it is now; empty when there is none. */
  variables: Readonly<Record<string, string>>;
  apply: Omit<ApplyPorts, 'send'>;
  /** Hears what the service says while it is waited for. @param what `endpoint`, or the name of a deployment */
  tell: (what: string, status: string, milliseconds: number) => void;
}

/** A rollout's side of Azure ML. */
export function endpointService(rollout: EndpointRollout): RolloutService {
  const { kind, workspace, plan, endpoint, deployment, apply, tell } = rollout;
  const { clock, signal } = apply;
  const name = plan.endpoint;
  const ports = (what: string): LongRunningPorts => ({ clock, signal, tell: (...said) => tell(what, ...said) });
  const follow =
    (what: string): NonNullable<ApplyPorts['send']> =>
    (client, request) =>
      whenFree(() => sendAndPoll(client, request, ports(what)), ports(what));
  const send = (request: AzureRequest, what: string): Promise<unknown> =>
    follow(what)(workspace.client, request, ports(what));
  const read = async () => (await kind.read(workspace, name, signal)).state;
  return {
    read,
    async createEndpoint(replace) {
      if (replace) await send(kind.removal(workspace, name), 'endpoint');
      await applyPlan(endpoint, workspace, { ...apply, send: follow('endpoint') });
    },
    async change(change) {
      await changeTraffic(change, { ...ports('endpoint'), kind, workspace, endpoint: name });
    },
    send: (change) => sendChange(change, { kind, workspace, endpoint: name, signal }),
    idle: (what) =>
      untilIdle(
        what === 'endpoint' ? { what: name } : { what, withinMs: PROVISIONED_WITHIN_MS },
        async () => {
          const state = await read();
          return what === 'endpoint' ? state.provisioningState : (deploymentOf(state, what)?.provisioningState ?? '');
        },
        ports(what),
      ),
    async deploy(replace) {
      if (replace) await send(kind.deletion(workspace, name, plan.deployment), plan.deployment);
      await applyPlan(deployment, workspace, { ...apply, send: follow(plan.deployment) });
    },
    async redeploy(earlier) {
      const names = { endpoint: name, deployment: plan.deployment };
      const known = rollout.variables;
      await send(await plannedRedeployment(workspace, names, earlier, { known, signal }), plan.deployment);
    },
    async remove(deploymentName) {
      await send(kind.deletion(workspace, name, deploymentName), deploymentName);
    },
  };
}
