import { findOnlineEndpoint } from '../../../lib/azureml/online-reads.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import { allOf } from '../../../lib/core/words.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { progressOf } from '../../../lib/pipelines/plan-progress.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { earlierOf, ownVariables } from '../../../lib/rollout/earlier.ts';
import { endpointService } from '../../../lib/rollout/endpoint-service.ts';
import type { EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import type { RolloutStep } from '../../../lib/rollout/next-step.ts';
import { type RolloutEnd, rollOut } from '../../../lib/rollout/roll-out.ts';
import { openScorer, type Scorer } from '../../../lib/rollout/scoring.ts';
import { type Findings, rolloutChecks, type Samples } from './checks.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { BegunRollout, DeploymentPlan } from './plan-deployment.ts';
import { sayWaiting } from './say-waiting.ts';
import { trialChecks } from './trial.ts';
import { wordingOf } from './wording.ts';

/** How it ended, and what was found on the way. */
export interface CarriedOut extends Omit<RolloutEnd, 'error'> {
  findings: Findings;
  /** What was thrown when it failed, if anything was. */
  error: unknown;
}

/** Carries a rollout out and prints every step. */
export async function carryOut(
  begun: BegunRollout,
  { samples, datastores }: { samples: Samples; datastores: Datastores },
  inputs: Inputs,
  ports: Ports,
): Promise<CarriedOut> {
  const { pipeline, clock } = ports;
  const { workspace, plan } = begun;
  const { rollout } = plan;
  let scorer: Promise<Scorer> | undefined;
  const openOnce = (): Promise<Scorer> => {
    scorer ??= open(workspace, rollout.endpoint, inputs, ports);
    return scorer;
  };
  // Whether an endpoint has an address before its first deployment is known of managed ones alone.
  const hasAddress = async (): Promise<boolean> =>
    Boolean((await findOnlineEndpoint(workspace, rollout.endpoint, pipeline.signal))?.properties.scoringUri);
  const checks =
    inputs.endpointType === 'batch'
      ? trialChecks(begun, datastores, inputs, ports)
      : rolloutChecks(rollout, samples, { open: openOnce, hasAddress }, inputs, ports);
  let error: unknown;
  const end = await rollOut(rollout, {
    service: serviceFor(begun, datastores, ports),
    checks,
    clock,
    signal: pipeline.signal,
    onStep(step, state) {
      if (step.kind === 'claim') begun.mayBeClaimed = true;
      sayStep(step, state, plan, inputs, ports);
    },
    onFailure: (thrown) => {
      error = thrown;
      pipeline.say(messages.Failed, { deployment: rollout.deployment, reason: messageOf(thrown) });
    },
    onKept: (deployment, thrown) =>
      pipeline.warn(pipeline.message(messages.NotRemoved, { deployment, reason: messageOf(thrown) })),
    earlier: savedDefinition(plan, pipeline),
  });
  return { ...end, findings: checks.findings, error: end.error ?? error };
}

/** What the tags of the endpoint hold of a deployment that is changed in place. Says whose values anybody can read there. */
function savedDefinition({ rollout, present }: DeploymentPlan, pipeline: Pipeline): Record<string, string> {
  if (!present || rollout.strategy !== 'recreate' || rollout.change !== 'update') return {};
  const isSecret = (value: string): boolean => pipeline.hasSecret(value);
  const earlier = earlierOf(present, isSecret);
  const variables = Object.entries(ownVariables(present));
  const names = (secret: boolean): string[] =>
    variables.flatMap(([name, value]) => (isSecret(value) === secret ? [name] : []));
  const { endpoint, deployment } = rollout;
  if (names(false).length > 0)
    pipeline.say(messages.VariablesSaved, { endpoint, deployment, variables: allOf(names(false)) });
  if (names(true).length > 0) pipeline.say(messages.SecretsNotSaved, { deployment, variables: allOf(names(true)) });
  return earlier;
}

/** The endpoint's side of a rollout, whose waiting is printed. */
export function serviceFor(
  { kind, workspace, plan }: BegunRollout,
  datastores: Datastores,
  { pipeline, clock }: Ports,
) {
  const { rollout, endpoint, deployment } = plan;
  const { signal } = pipeline;
  const tellers = new Map<string, ReturnType<typeof sayWaiting>>();
  const told = (what: string): ReturnType<typeof sayWaiting> => {
    const known = tellers.get(what) ?? sayWaiting(what, pipeline);
    tellers.set(what, known);
    return known;
  };
  return endpointService({
    kind,
    workspace,
    plan: rollout,
    endpoint: withoutTraffic(endpoint),
    deployment,
    variables: plan.present ? ownVariables(plan.present) : {},
    apply: { datastores, clock, signal, tell: progressOf(deployment, pipeline, () => undefined) },
    tell: (what, ...said) => told(what)(...said),
  });
}

/** A new endpoint has no deployments that could get requests. */
function withoutTraffic(endpoint: DeploymentPlan['endpoint']): DeploymentPlan['endpoint'] {
  const body = endpoint.main.body as { properties: Record<string, unknown> };
  const { defaults: _, ...properties } = body.properties;
  if ('traffic' in properties) Object.assign(properties, { traffic: {}, mirrorTraffic: {} });
  return { ...endpoint, main: { ...endpoint.main, body: { ...body, properties } } };
}

async function open(
  workspace: Workspace,
  name: string,
  { allowHttp }: Inputs,
  { pipeline, clock }: Ports,
): Promise<Scorer> {
  const endpoint = await findOnlineEndpoint(workspace, name, pipeline.signal);
  if (!endpoint)
    throw new UserError({
      code: 'EndpointNotFound',
      message: `The endpoint '${name}' was deleted during the rollout.`,
      fix: 'Run the stage again to create it.',
    });
  const onSecret = (secret: string): void => pipeline.mask(secret);
  return openScorer(workspace, endpoint, { clock, signal: pipeline.signal, onSecret, allowHttp });
}

function sayStep(
  step: RolloutStep,
  state: EndpointState,
  { rollout }: DeploymentPlan,
  inputs: Inputs,
  { pipeline }: Ports,
): void {
  const words = wordingOf(inputs);
  const { endpoint, deployment, before } = rollout;
  switch (step.kind) {
    case 'createEndpoint':
      pipeline.say(step.replaces ? messages.StepReplaceEndpoint : messages.StepCreateEndpoint, { endpoint });
      break;
    case 'claim':
      pipeline.say(words.claim, { endpoint, traffic: words.traffic(before) });
      break;
    case 'await':
      pipeline.say(messages.StepAwait, { what: step.what });
      break;
    case 'deploy':
      pipeline.say((state.traffic[deployment] ?? 0) > 0 ? words.change : words.deploy, { deployment });
      break;
    case 'smoke':
      pipeline.say(words.test, { deployment });
      break;
    case 'mirror':
      pipeline.say(messages.StepMirror, { deployment, percent: step.percent });
      break;
    case 'traffic': {
      const traffic = words.traffic(step.traffic);
      pipeline.progress(step.percent, traffic);
      pipeline.say(words.share, { deployment, percent: step.percent, traffic });
      break;
    }
    case 'bake':
      break; // its check says it
    case 'wait':
      pipeline.say(messages.StepWait, { percent: state.traffic[deployment] ?? 0 });
      break;
    case 'release':
      pipeline.say(messages.StepRelease, { endpoint });
      break;
    case 'remove':
      pipeline.say(words.remove, { deployment: step.deployment });
      break;
    case 'restore':
      pipeline.say(words.restore, { traffic: words.traffic(step.traffic) });
      break;
    case 'redeploy':
      pipeline.say(messages.StepRedeploy, { deployment });
      break;
    case 'close':
      pipeline.say(messages.StepClose, { endpoint });
      break;
  }
}
