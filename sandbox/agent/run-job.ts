/** Runs one job on the agent: its folders and variables, then pre-job, main and post-job steps. */
import { mkdirSync, rmSync } from 'node:fs';
import type { ServiceConnection } from '../contracts.ts';
import { jobFolders } from './job-variables.ts';
import { createMasker } from './masker.ts';
import { endOrphans } from './orphans.ts';
import type { TaskResult } from './results.ts';
import type { AgentContext } from './steps/handler.ts';
import type { PlannedStep } from './steps/plan.ts';
import { type JobRun, runStep, type StepResult, type StepRun } from './steps/run-step.ts';
import type { JobState, RunState, StepShared } from './steps/state.ts';
import { createVariables, expandMacros, type Variable, type Variables } from './variables.ts';

export interface AgentJob {
  id: string;
  displayName: string;
  steps: PlannedStep[];
  variables: Pick<Variable, 'name' | 'value' | 'secret' | 'readOnly'>[];
  connections: readonly ServiceConnection[];
  timeoutInMinutes: number;
  cancelTimeoutInMinutes: number;
}

export interface AgentJobContext {
  run: RunState;
  agent: AgentContext;
  recordId: string;
  signal: AbortSignal;
  forceSignal: AbortSignal;
  write(line: string): void;
  millisecondsPerMinute: number;
}

/** Authorization parameters whose values are not secret (agent: Worker.cs); `serviceprincipalid` is masked. */
const notMasked = new Set(
  'role scope tenantid issuedat expiresat audience authenticationtype authorizationtype accesstokentype accesstokenfetchingmethod usewindowssecurity unsecured oauthaccesstokenissupplied completecallbackpayload acceptuntrustedcertificates'.split(
    ' ',
  ),
);

function createJobState(job: AgentJob, context: AgentJobContext): JobState {
  const variables = createVariables();
  for (const { name, value, secret, readOnly } of job.variables) variables.set(name, value, { secret, readOnly });
  variables.recalculate();
  const masker = createMasker(Number(context.agent.environment.AZP_IGNORE_SECRETS_SHORTER_THAN ?? 0) || 0);
  for (const variable of variables.list()) if (variable.secret) masker.addVariable(variable.value);
  for (const { parameters } of job.connections)
    for (const [name, value] of Object.entries(parameters)) if (!notMasked.has(name.toLowerCase())) masker.add(value);
  masker.add(context.agent.system.accessToken);
  // The values of endpoint data are expanded once, when the job starts.
  const expandAll = (data: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(data).map(([name, value]) => [name, expandMacros(value, variables.get)]));
  const connections = job.connections.map((connection) => ({
    ...connection,
    parameters: { ...connection.parameters },
    data: expandAll(connection.data),
  }));
  const debug = variables.get('System.Debug')?.toLowerCase() === 'true';
  return { id: job.id, run: context.run, variables, masker, connections, paths: [], status: 'Succeeded', debug };
}

function createShared(step: PlannedStep): StepShared {
  const { restrictions, outputVariables = [] } = step.definition;
  const target = step.source.target;
  const settable = [restrictions?.settableVariables?.allowed, target?.settableVariables].find(
    (list) => list !== undefined,
  );
  return {
    taskVariables: createVariables(),
    restricted: restrictions?.commands?.mode?.toLowerCase() === 'restricted' || (target?.restricted ?? false),
    settable,
    declaredOutputs: new Set(outputVariables.map(({ name }) => name.toLowerCase())),
  };
}

/** All step runs in the agent's order: pre-job parts, main parts, post-job parts backwards. */
function orderSteps(steps: readonly PlannedStep[]): StepRun[] {
  const withShared = steps.map((step) => ({ step, shared: createShared(step) }));
  const before: Omit<StepRun, 'order'>[] = [];
  const main: Omit<StepRun, 'order'>[] = [];
  const after: Omit<StepRun, 'order'>[] = [];
  for (const { step, shared } of withShared) {
    const { prejobexecution, execution, postjobexecution } = step.definition;
    const part = (handlers: StepRun['handlers'], displayName = step.displayName, condition = step.condition) => ({
      step,
      shared,
      handlers,
      displayName,
      condition,
    });
    if (step.skipped) {
      main.push(part({}));
      continue;
    }
    if (prejobexecution) before.push(part(prejobexecution, `Pre-job: ${step.displayName}`, 'succeeded()'));
    if (execution || step.builtin) main.push(part(execution ?? {}));
    if (postjobexecution) after.unshift(part(postjobexecution, `Post-job: ${step.displayName}`, 'always()'));
  }
  return [...before, ...main, ...after].map((run, index) => ({ ...run, order: index + 1 }));
}

/** Cancels the job after its time limit, and ends a cancelled job for good after its cancel timeout. */
function watchTime(job: AgentJob, state: JobState, context: AgentJobContext) {
  const [cancel, deadline] = [new AbortController(), new AbortController()];
  const timers: NodeJS.Timeout[] = [];
  const after = (minutes: number, act: () => void): void => {
    if (minutes > 0) timers.push(setTimeout(act, minutes * context.millisecondsPerMinute));
  };
  const onCancel = (): void => {
    state.status = 'Canceled';
    after(job.cancelTimeoutInMinutes, () => deadline.abort());
    cancel.abort();
  };
  const onForce = (): void => deadline.abort();
  if (context.forceSignal.aborted) onForce();
  else context.forceSignal.addEventListener('abort', onForce, { once: true });
  if (context.signal.aborted) onCancel();
  else context.signal.addEventListener('abort', onCancel, { once: true });
  after(job.timeoutInMinutes, () => {
    context.write(
      `##[error]The job running on agent Sandbox Agent ran longer than the maximum time of ${job.timeoutInMinutes} minutes. For more information, see https://go.microsoft.com/fwlink/?linkid=2077134`,
    );
    onCancel();
  });
  const stop = (): void => {
    timers.forEach(clearTimeout);
    context.signal.removeEventListener('abort', onCancel);
    context.forceSignal.removeEventListener('abort', onForce);
  };
  return { signal: cancel.signal, deadline: deadline.signal, stop };
}

export interface AgentJobResult {
  result: TaskResult;
  steps: StepResult[];
  variables: Variables;
}

/** Runs the job; resolves when the last post-job step has ended and no process of it is left. */
export async function runAgentJob(job: AgentJob, context: AgentJobContext): Promise<AgentJobResult> {
  const folders = jobFolders(context.agent.workFolder);
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const state = createJobState(job, context);
  const time = watchTime(job, state, context);
  const { agent, recordId, write, millisecondsPerMinute } = context;
  const run: JobRun = {
    job: state,
    agent,
    recordId,
    write,
    millisecondsPerMinute,
    signal: time.signal,
    deadline: time.deadline,
  };
  const results: StepResult[] = [];
  write(`##[section]Starting: ${job.displayName}`);
  try {
    for (const step of orderSteps(job.steps)) results.push(await runStep(step, run));
  } finally {
    time.stop();
    if (state.variables.get('process.clean')?.toLowerCase() !== 'false')
      endOrphans(state.variables.get('VSTS_PROCESS_LOOKUP_ID')!, write);
    rmSync(folders.temp, { recursive: true, force: true });
  }
  write(`##[section]Finishing: ${job.displayName}`);
  return { result: state.status, steps: results, variables: state.variables };
}
