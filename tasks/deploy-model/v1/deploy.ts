import type { Table } from '../../../lib/core/table.ts';
import { cancelWithRun } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { planTable } from '../../../lib/plan/show.ts';
import { createDatastores } from '../../../lib/plan/storage.ts';
import { batchRolloutTable } from '../../../lib/report/batch-rollout-report.ts';
import { rolloutTable } from '../../../lib/report/rollout-report.ts';
import { BATCH } from '../../../lib/rollout/batch-kind.ts';
import { changeTraffic } from '../../../lib/rollout/change-endpoint.ts';
import { requireAsPlanned } from '../../../lib/rollout/conflicts.ts';
import type { ReadEndpoint } from '../../../lib/rollout/endpoint-kind.ts';
import { ONLINE } from '../../../lib/rollout/online-kind.ts';
import { isReleased, type RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import { trafficText } from '../../../lib/rollout/saved-rollout.ts';
import { readGoldenData, readSmokeTests } from '../../../lib/rollout/smoke-file.ts';
import { checkBeforehand } from './beforehand.ts';
import { restoreOnCancel } from './cancelled.ts';
import { carryOut } from './carry-out.ts';
import type { Samples } from './checks.ts';
import { writtenNames } from './compile.ts';
import { editedEndpoint, endpointChanges } from './differences.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { ofInput } from './of-input.ts';
import { type BegunRollout, type DeploymentPlan, planDeployment } from './plan-deployment.ts';
import { readEndpoint } from './read-endpoint.ts';
import { reportRelease } from './release.ts';
import { sayWaiting } from './say-waiting.ts';
import { wordingOf } from './wording.ts';

/** Plans a rollout, prints the plan, carries it out, and reports what came of it. */
export async function deploy(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const samples = readSamples(inputs);
  const written = writtenNames(inputs);
  const workspace = await connect(inputs.target);
  pipeline.say(messages.Connected, { workspace: workspace.ids.workspaceName, region: workspace.location });
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret), pipeline.signal);
  const kind = inputs.endpointType === 'batch' ? BATCH : ONLINE;
  const read = await readEndpoint(kind, workspace, written.endpoint, inputs, ports);
  const plan = await planDeployment(workspace, read, written, inputs, { datastores, ports });
  show(plan, read, samples, inputs, ports);
  const { rollout } = plan;
  const begun: BegunRollout = { kind, workspace, plan, mayBeClaimed: rollout.earlierRollout?.how === 'resume' };
  const isUnchanged = isReleased(rollout, read.state);
  if (!isUnchanged) await checkBeforehand(begun, read, samples, inputs, ports);
  if (inputs.whatIf) {
    const { deployment } = rollout;
    const steps = stepTable(rollout, samples, inputs).rows.length;
    const message = isUnchanged
      ? pipeline.message(messages.WhatIfSame, { deployment })
      : pipeline.message(messages.WhatIfDone, { deployment, steps });
    return { result: 'Succeeded', message };
  }
  pipeline.setOutput('previousTraffic', trafficText(rollout.before));
  await updateEndpoint(begun, read, inputs, ports);
  const end = isUnchanged
    ? ({ end: 'unchanged', why: '', traffic: read.state.traffic } as const)
    : await cancelWithRun(pipeline, restoreOnCancel(begun, inputs, ports), () =>
        carryOut(begun, { samples, datastores }, inputs, ports),
      );
  return reportRelease(workspace, plan, end, inputs, ports);
}

function readSamples({ smokeTests, goldenData, sourcesFolder }: Inputs): Samples {
  return {
    smoke: smokeTests === undefined ? [] : ofInput('smokeTests', () => readSmokeTests(smokeTests, sourcesFolder)),
    golden: goldenData === undefined ? [] : ofInput('goldenData', () => readGoldenData(goldenData, sourcesFolder)),
  };
}

function checksOf({ smoke, golden }: Samples, { health }: Inputs) {
  const rules = smoke.length + golden.length === 0 ? [] : health.map(({ text }) => text);
  return { smokeTests: smoke.length, goldenRequests: golden.length, rules };
}

function stepTable(rollout: RolloutPlan, samples: Samples, inputs: Inputs): Table {
  if (inputs.endpointType === 'batch') return batchRolloutTable(rollout, inputs.trialInputs);
  return rolloutTable(rollout, checksOf(samples, inputs));
}

function show(
  plan: DeploymentPlan,
  { state }: ReadEndpoint,
  samples: Samples,
  inputs: Inputs,
  { pipeline }: Ports,
): void {
  const { rollout, deployment } = plan;
  if (isReleased(rollout, state)) return;
  const { earlierRollout } = rollout;
  if (earlierRollout) {
    const { saved, how } = earlierRollout;
    const found = { run: saved.run, traffic: wordingOf(inputs).traffic(saved.now) };
    if (how === 'undo') pipeline.say(messages.Undone, { ...found, deployment: saved.to });
    else if (saved.phase !== 'released') pipeline.say(messages.TakenUp, found);
  }
  if (inputs.mirror > 0 && rollout.mirror === 0)
    pipeline.warn(pipeline.message(messages.MirrorUnused, { deployment: rollout.deployment }));
  pipeline.table(planTable(deployment));
  pipeline.table(stepTable(rollout, samples, inputs));
}

/** Brings an endpoint that exists to what its file says; its traffic is the rollout's. */
async function updateEndpoint(
  { kind, workspace, plan }: BegunRollout,
  { state }: ReadEndpoint,
  inputs: Inputs,
  ports: Ports,
): Promise<void> {
  const { pipeline, clock } = ports;
  const { endpoint, rollout } = plan;
  // One whose creation failed takes no change: the rollout deletes it and creates it again.
  if (!state.exists || rollout.planned.isBroken || endpointChanges(endpoint, inputs).length === 0) return;
  await changeTraffic(
    {
      traffic: state.traffic,
      mirrorTraffic: state.mirrorTraffic,
      saved: state.saved,
      check: (now) => requireAsPlanned(now, rollout),
      edit: (resource) => editedEndpoint(resource, endpoint, inputs),
    },
    { clock, signal: pipeline.signal, tell: sayWaiting(state.name, pipeline), kind, workspace, endpoint: state.name },
  );
  pipeline.say(messages.EndpointUpdated, { endpoint: state.name });
}
