import { type LongRunningPorts, sendAndPoll } from '../../../lib/azure/long-running.ts';
import { getBatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { getOnlineEndpoint } from '../../../lib/azureml/online-reads.ts';
import { UserError } from '../../../lib/core/errors.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { BATCH } from '../../../lib/rollout/batch-kind.ts';
import { changeTraffic, whenFree } from '../../../lib/rollout/change-endpoint.ts';
import { requireAsPlanned } from '../../../lib/rollout/conflicts.ts';
import { ONLINE } from '../../../lib/rollout/online-kind.ts';
import { plannedRedeployment } from '../../../lib/rollout/redeploy.ts';
import { planRestore, type RestorePlan } from '../../../lib/rollout/restore.ts';
import { rolloutId } from '../../../lib/rollout/rollout-id.ts';
import { isOwnTraffic, trafficText } from '../../../lib/rollout/saved-rollout.ts';
import { writtenNames } from './compile.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { readEndpoint } from './read-endpoint.ts';
import { sayWaiting } from './say-waiting.ts';
import { wordingOf } from './wording.ts';

/** Restores the traffic, and the definition, from before the last rollout: finished or cut off. */
export async function rollBack(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, clock, connect } = ports;
  const { endpoint } = writtenNames(inputs);
  const workspace = await connect(inputs.target);
  const words = wordingOf(inputs);
  const kind = inputs.endpointType === 'batch' ? BATCH : ONLINE;
  const { state } = await readEndpoint(kind, workspace, endpoint, inputs, ports);
  // The error of an endpoint that does not exist names those that do.
  if (!state.exists) await (kind === BATCH ? getBatchEndpoint : getOnlineEndpoint)(workspace, endpoint);
  const plan = planRestore(state);
  pipeline.setOutput('endpointName', endpoint);
  pipeline.setOutput('previousTraffic', trafficText(state.traffic));
  const traffic = words.traffic(plan?.to ?? state.traffic);
  if (!plan) return done(pipeline.message(words.nothingToRestore, { endpoint, traffic }), state.traffic, ports);
  const { saved, from, to } = plan;
  const { to: deployment, run } = saved;
  pipeline.say(words.restorePlan, {
    endpoint,
    from: words.traffic(from),
    to: words.traffic(to),
    deployment,
    run,
  });
  if (saved.phase === 'running' && saved.id !== rolloutId(inputs.run) && clock.now() / 1000 < saved.until)
    pipeline.warn(pipeline.message(messages.MayBeAtIt, { run, deployment }));
  if (!isOwnTraffic(saved, state.traffic))
    pipeline.warn(pipeline.message(messages.NotAsLeft, { endpoint, traffic: words.traffic(saved.now) }));
  if (inputs.whatIf)
    return { result: 'Succeeded', message: pipeline.message(words.restoreWhatIf, { endpoint, traffic }) };
  const following: LongRunningPorts = { clock, signal: pipeline.signal, tell: sayWaiting(endpoint, pipeline) };
  const planned = { saved: state.saved, traffic: state.traffic };
  await changeTraffic(
    {
      traffic: to,
      mirrorTraffic: saved.mirror,
      // A task that is still rolling out must see from now on that it is over.
      saved: { ...saved, now: to, from, phase: plan.redeploys ? 'stopped' : 'rolledBack' },
      check: (now) => requireAsPlanned(now, { planned }),
    },
    { ...following, kind, workspace, endpoint },
  );
  if (plan.redeploys) await redeploy(plan);
  return done(pipeline.message(words.restored, { endpoint, traffic }), to, ports);

  async function redeploy({ saved: kept }: RestorePlan): Promise<void> {
    const { signal } = pipeline;
    let secretIsMissing: UserError | undefined;
    const request = await plannedRedeployment(workspace, { endpoint, deployment }, kept.earlier, { signal }).catch(
      (error: unknown) => {
        if (!(error instanceof UserError) || error.code !== 'SecretNotSaved') throw error;
        secretIsMissing = error;
        return undefined;
      },
    );
    if (request) {
      pipeline.say(messages.StepRedeploy, { deployment });
      await whenFree(() => sendAndPoll(workspace.client, request, following), following);
    }
    const before = { saved: { ...kept, now: to, from, phase: 'stopped' as const }, traffic: to };
    await changeTraffic(
      {
        traffic: to,
        mirrorTraffic: kept.mirror,
        saved: { ...kept, now: to, from: to, phase: 'rolledBack' },
        check: (now) => requireAsPlanned(now, { planned: before }),
      },
      { ...following, kind, workspace, endpoint },
    );
    // Its record is closed all the same: it would be in the way of the rollout that deploys the earlier version again.
    if (secretIsMissing) throw secretIsMissing;
  }
}

function done(message: string, traffic: RestorePlan['to'], { pipeline }: Ports): Outcome {
  pipeline.setOutput('result', 'rolledBack');
  pipeline.setOutput('traffic', trafficText(traffic));
  return { result: 'Succeeded', message };
}
