import { getBatchDeployment, getBatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { getComponent, parseComponentReference } from '../../../lib/azureml/components.ts';
import { getJob, studioUrl } from '../../../lib/azureml/jobs.ts';
import { followJob } from '../../../lib/follow/follow.ts';
import { begunJob, cancelWithRun } from '../../../lib/pipelines/cancel-with-run.ts';
import { jobPrinter } from '../../../lib/pipelines/job-printer.ts';
import { logPrinter } from '../../../lib/pipelines/kept-logs.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { jobFailure } from '../../../lib/report/job-report.ts';
import type { RolloutChecks } from '../../../lib/rollout/roll-out.ts';
import type { InvocationAnswer } from '../../../lib/start/batch-invocation.ts';
import type { Findings } from './checks.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { BegunRollout } from './plan-deployment.ts';
import { missingOutputs } from './trial-outputs.ts';
import { trialRequest } from './trial-request.ts';

/**
 * The check of a batch deployment: a trial invocation of it, before it becomes the default one, has to complete and to
 * write its outputs.
 */
export function trialChecks(
  { workspace, plan }: BegunRollout,
  datastores: Datastores,
  inputs: Inputs,
  ports: Ports,
): RolloutChecks & { findings: Findings } {
  const { pipeline } = ports;
  const { endpoint: endpointName, deployment: name } = plan.rollout;
  const invoke = async (): Promise<string> => {
    const endpoint = await getBatchEndpoint(workspace, endpointName);
    const deployment = await getBatchDeployment(workspace, endpoint, name);
    const componentId = deployment.properties.deploymentConfiguration?.componentId?.assetId;
    const component = componentId ? await getComponent(workspace, parseComponentReference(componentId)) : undefined;
    const request = await trialRequest(workspace, { endpoint, deployment: name, component: component?.spec }, inputs);
    return (await workspace.client.send<InvocationAnswer>(request)).body.name;
  };
  /** Follows the job with its logs; it ends with the run. @throws UserError when it did not complete */
  const followTrial = async (jobName: string, signal: AbortSignal): Promise<void> => {
    const { clock } = ports;
    // It ends as well when somebody else has changed the endpoint.
    const ending = { ...pipeline, signal };
    const job = await getJob(workspace, jobName);
    const logs = { choice: 'all' as const, positions: {}, ...logPrinter(pipeline) };
    const tell = jobPrinter(pipeline, clock.now);
    const begun = begunJob({ name: jobName, workspace }, inputs.target, { ...ports, pipeline: ending });
    const end = await cancelWithRun(ending, begun, () =>
      followJob(workspace, jobName, {
        clock,
        signal,
        tell,
        logs,
        onPositions: () => undefined,
        interval: undefined,
        steps: job.properties.jobType !== 'Command',
      }),
    );
    if (end.status !== 'Completed') throw jobFailure(jobName, end, studioUrl(workspace, job));
  };
  const findings: Findings = { smoke: [], golden: undefined, baked: [], trial: undefined };
  return {
    findings,
    async prepare() {},
    async smoke(signal) {
      if (Object.keys(inputs.trialInputs).length === 0) {
        pipeline.say(messages.NoTrial);
        return undefined;
      }
      const jobName = await invoke();
      pipeline.say(messages.TrialStarted, { job: jobName, deployment: name });
      await followTrial(jobName, signal);
      const missing = await missingOutputs(workspace, jobName, datastores);
      if (missing.length > 0)
        return pipeline.message(messages.TrialWroteNothing, { job: jobName, outputs: missing.join(', ') });
      findings.trial = jobName;
      return undefined;
    },
    bake: async () => undefined,
  };
}
