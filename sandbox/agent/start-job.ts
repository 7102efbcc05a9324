/** Hands one job, or one copy of it, to an agent or to the service's own runner of server jobs. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExpressionContext } from './expression/evaluate.ts';
import { type JobCopy, jobVariables } from './job-variables.ts';
import type { TaskResult } from './results.ts';
import { runAgentJob } from './run-job.ts';
import type { Scope } from './run-scope.ts';
import { runServerJob } from './run-server-job.ts';
import { resolveSetting } from './steps/conditions.ts';
import type { StepResult } from './steps/run-step.ts';
import type { Variables } from './variables.ts';
import type { Job } from './yaml/model.ts';

export interface JobOutcome {
  result: TaskResult;
  steps: StepResult[];
  /** Names of outputs with secret values: `step.variable`. */
  secretOutputs: string[];
}

/** The job's name, with the stage's where another stage has a job of that name. */
function titleOf({ pipeline, stage }: Scope, job: Job, copy: JobCopy | undefined): string {
  const same = pipeline.stages
    .flatMap(({ jobs }) => jobs)
    .filter(({ name }) => name.toLowerCase() === job.name.toLowerCase());
  const name = same.length === 1 ? job.name : `${stage.name}.${job.name}`;
  return copy ? `${name}.${copy.name}` : name;
}

/** Variables of a job that exist without an agent. */
const isOfService = (name: string): boolean =>
  /^System\.(?!WorkFolder|DefaultWorkingDirectory|ArtifactsDirectory|Is)/i.test(name);

/** The PEM text of the sandbox's certificate authority, which the service's own requests trust. */
function certificateAuthority(environment: Record<string, string | undefined>): string {
  const file = environment.NODE_EXTRA_CA_CERTS;
  return file === undefined ? '' : readFileSync(file, 'utf8');
}

export interface JobStart {
  job: Job;
  copy: JobCopy | undefined;
  displayName: string;
  variables: Variables;
  recordId: string;
  context: ExpressionContext;
}

/** Runs the job's steps; resolves when no process of it is left. */
export async function startJob(scope: Scope, start: JobStart): Promise<JobOutcome> {
  const { job, copy, displayName, variables, recordId, context } = start;
  const { context: stages, stage } = scope;
  const { run, signal, forceSignal, millisecondsPerMinute } = stages;
  const plan = stages.plans.get(job)!;
  const title = titleOf(scope, job, copy);
  const prefix = scope.jobCount > 1 || copy ? `${title} | ` : '';
  const write = (line: string): void => stages.write(`${prefix}${line}`);
  const jobId = randomUUID();
  const { accessToken, oidcRequestUri } = await run.devops.jobCredentials(jobId);
  const workFolder = join(stages.workFolder, 'jobs', title);
  const own = Object.entries(jobVariables(stage, job, jobId, workFolder, oidcRequestUri, copy));
  for (const [name, value] of own) if (!job.server || isOfService(name)) variables.set(name, value);
  variables.set('System.AccessToken', accessToken, { secret: true });
  const minutes = (text: string): number => Number(resolveSetting(text, context, variables)) || 0;
  if (job.server) {
    variables.recalculate();
    const timeoutInMinutes = minutes(job.timeoutInMinutes);
    const signIn = { ca: certificateAuthority(stages.environment), oidcRequestUri, accessToken };
    const { connections, decisions } = stages;
    const server = { displayName, steps: plan.steps, run, recordId, variables, connections, decisions, signIn };
    const outcome = await runServerJob({ ...server, timeoutInMinutes, signal, write, millisecondsPerMinute });
    return { ...outcome, secretOutputs: [] };
  }
  const outcome = await runAgentJob(
    {
      id: jobId,
      displayName,
      steps: plan.steps,
      variables: variables.list(),
      connections: stages.connections,
      timeoutInMinutes: minutes(job.timeoutInMinutes),
      cancelTimeoutInMinutes: minutes(job.cancelTimeoutInMinutes),
    },
    {
      run,
      agent: {
        environment: stages.environment,
        system: { url: stages.collectionUrl, accessToken },
        nodePath: stages.nodePath,
        workFolder,
        repositories: stages.repositories,
        severalCheckouts: plan.steps.filter(({ definition }) => definition.name === 'checkout').length > 1,
      },
      recordId,
      signal,
      forceSignal,
      write,
      millisecondsPerMinute,
    },
  );
  const secretOutputs = outcome.steps.flatMap((step) =>
    Object.keys(step.outputs)
      .map((name) => `${step.name}.${name}`)
      .filter((name) => outcome.variables.find(name)?.secret),
  );
  return { result: outcome.result, steps: outcome.steps, secretOutputs };
}
