import { withPatience } from '../../../lib/azureml/workspace.ts';
import { timeLimit } from '../../../lib/core/clock.ts';
import { formatDuration } from '../../../lib/core/duration.ts';
import type { Begun } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { createDatastores } from '../../../lib/plan/storage.ts';
import { type Abandoned, abandon } from '../../../lib/rollout/abandon.ts';
import type { RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import { trafficText } from '../../../lib/rollout/saved-rollout.ts';
import { serviceFor } from './carry-out.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { BegunRollout } from './plan-deployment.ts';
import { wordingOf } from './wording.ts';

/** Of the 10 seconds between the agent's first signal and its last. */
const RESTORE_WITHIN_MS = 8_000;
/** For one try, however late it is. */
const LEAST_MS = 500;

/** Restores the earlier traffic when the run is cancelled in the middle of a rollout, and says what is left to do. */
export function restoreOnCancel(begun: BegunRollout, inputs: Inputs, ports: Ports): Begun {
  const { pipeline, clock } = ports;
  const { workspace, plan } = begun;
  // The agent's time counts from its signal, and an answer may have been waited for since.
  let end: number | undefined;
  const onAbort = (): void => {
    end = clock.now() + RESTORE_WITHIN_MS;
  };
  pipeline.signal.addEventListener('abort', onAbort, { once: true });
  return {
    async cancel() {
      // What the tags say is another rollout's.
      if (!begun.mayBeClaimed) return report(undefined, plan.rollout, inputs, ports);
      const left = (end ?? clock.now() + RESTORE_WITHIN_MS) - clock.now();
      const signal = timeLimit(Math.max(LEAST_MS, left));
      const within = { ...ports, pipeline: { ...pipeline, signal } };
      const patient = withPatience(workspace, { signal, retry: 'quick' });
      const datastores = createDatastores(patient, (secret) => pipeline.mask(secret), signal);
      const service = serviceFor({ ...begun, workspace: patient }, datastores, within);
      pipeline.say(messages.Abandoning, { endpoint: plan.rollout.endpoint });
      report(await abandon(plan.rollout, { service, clock, signal }), plan.rollout, inputs, ports);
    },
  };
}

/** Says what became of a cancelled rollout, to people and, with the output `result`, to a later step. */
function report(abandoned: Abandoned | undefined, rollout: RolloutPlan, inputs: Inputs, { pipeline }: Ports): void {
  const { endpoint, deployment, before } = rollout;
  if (!abandoned) {
    pipeline.say(messages.NothingToAbandon, { endpoint });
    return;
  }
  if (abandoned.isReleased) {
    pipeline.setOutput('result', 'released');
    pipeline.say(messages.ReleasedBefore, { endpoint, deployment });
    return;
  }
  const words = wordingOf(inputs);
  const { isSent, isRedefined, why } = abandoned;
  const isStopped = inputs.onFailure === 'stop';
  const traffic = abandoned.traffic === undefined ? 'unknown' : words.traffic(abandoned.traffic);
  const isRestored = isSent && !isStopped && !isRedefined;
  pipeline.setOutput('result', isRestored ? 'rolledBack' : 'stopped');
  pipeline.setOutput('endpointName', endpoint);
  pipeline.setOutput('deploymentName', deployment);
  if (isSent || abandoned.traffic)
    pipeline.setOutput('traffic', trafficText(isSent && !isStopped ? before : (abandoned.traffic ?? {})));
  const earlier = words.traffic(before);
  if (isStopped) pipeline.warn(pipeline.message(words.abandonedAsIs, { endpoint, traffic, earlier }));
  else if (!isSent) {
    const within = formatDuration(RESTORE_WITHIN_MS);
    pipeline.warn(
      pipeline.message(words.abandonFailed, { endpoint, within, traffic, earlier, reason: why.replace(/\.?$/, '.') }),
    );
  } else pipeline.say(words.abandoned, { endpoint, traffic: earlier });
  if (isRedefined) pipeline.warn(pipeline.message(messages.DefinitionLeft, { endpoint, deployment }));
}
