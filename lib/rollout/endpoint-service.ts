import type { AzureRequest } from '../azure/client.ts';
import { type LongRunningPorts, sendAndPoll } from '../azure/long-running.ts';
import type { OnlineDeployment } from '../azureml/online-endpoints.ts';
import { findOnlineDeployment } from '../azureml/online-reads.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { type ApplyPorts, applyPlan } from '../plan/apply.ts';
import type { InspectedPlan } from '../plan/inspect.ts';
import { changeTraffic, untilIdle, whenFree } from './change-endpoint.ts';
import { requireAsPlanned, requireUntouched } from './conflicts.ts';
import { earlierOf, redeployment } from './earlier.ts';
import type { EndpointKind } from './endpoint-kind.ts';
import { deploymentOf } from './endpoint-state.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import type { RolloutService } from './roll-out.ts';

/** What a rollout in Azure ML needs. */
export interface EndpointRollout {
  kind: EndpointKind;
  workspace: Workspace;
  plan: RolloutPlan;
  /** Makes the endpoint, when there is none. */
  endpoint: InspectedPlan;
  /** Makes the deployment: stamped, and with everything that it refers to. */
  deployment: InspectedPlan;
  /** The online deployment as it was before, when it is changed in place. */
  earlier: OnlineDeployment | undefined;
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
    async createEndpoint() {
      await applyPlan(endpoint, workspace, { ...apply, send: follow('endpoint') });
    },
    async change({ claims, ...change }) {
      const check = claims ? requireAsPlanned : requireUntouched;
      const changed = { ...change, check: (state: Parameters<typeof check>[0]) => check(state, plan) };
      await changeTraffic(changed, { ...ports('endpoint'), kind, workspace, endpoint: name });
    },
    idle: (what) =>
      untilIdle(async () => {
        const state = await read();
        return what === 'endpoint' ? state.provisioningState : (deploymentOf(state, what)?.provisioningState ?? '');
      }, ports(what)),
    async deploy(replace) {
      if (replace) await send(kind.deletion(workspace, name, plan.deployment), plan.deployment);
      await applyPlan(deployment, workspace, { ...apply, send: follow(plan.deployment) });
    },
    async redeploy(saved) {
      // What this task has seen is complete; tags of a task that was killed have the most important of it.
      const seen = plan.earlierRollout?.how === 'resume' ? undefined : rollout.earlier;
      const present = seen ?? (await findOnlineDeployment(workspace, name, plan.deployment, signal));
      if (!present) return;
      const facts = seen ? earlierOf(workspace, seen) : saved;
      await send(redeployment(workspace, name, present, facts), plan.deployment);
    },
    async remove(deploymentName) {
      await send(kind.deletion(workspace, name, deploymentName), deploymentName);
    },
  };
}
