/** `pool: server`: steps that the service runs itself. */
import type { ServiceConnection } from '../contracts.ts';
import { createMasker } from './masker.ts';
import { mergeResults, type TaskResult } from './results.ts';
import type { Decision } from './server/built-in.ts';
import type { SignIn } from './server/connection.ts';
import { runServerStep, type ServerJobState } from './server/run-step.ts';
import type { PlannedStep } from './steps/plan.ts';
import type { StepResult } from './steps/run-step.ts';
import type { RunState } from './steps/state.ts';
import type { Variables } from './variables.ts';

export interface ServerJob {
  displayName: string;
  steps: PlannedStep[];
  run: RunState;
  /** Timeline record of the job. */
  recordId: string;
  variables: Variables;
  connections: readonly ServiceConnection[];
  signIn: SignIn;
  decisions: Readonly<Record<string, Decision>>;
  /** 0: no limit. */
  timeoutInMinutes: number;
  signal: AbortSignal;
  write(line: string): void;
  millisecondsPerMinute: number;
}

function createState(job: ServerJob, signal: AbortSignal): ServerJobState {
  const masker = createMasker();
  for (const { secret, value } of job.variables.list()) if (secret) masker.addVariable(value);
  for (const { parameters } of job.connections)
    for (const [name, value] of Object.entries(parameters)) if (/key|secret|password/i.test(name)) masker.add(value);
  const { recordId, variables, connections, signIn, decisions, write, millisecondsPerMinute } = job;
  const shared = { recordId, variables, connections, signIn, decisions, write, millisecondsPerMinute };
  return { ...shared, devops: job.run.devops, masker, signal, status: 'Succeeded' };
}

/** Runs the steps in order; those that follow a failed one run when their condition says so. */
export async function runServerJob(job: ServerJob): Promise<{ result: TaskResult; steps: StepResult[] }> {
  const limit = new AbortController();
  const minutes = job.timeoutInMinutes;
  const timer = minutes > 0 ? setTimeout(() => limit.abort(), minutes * job.millisecondsPerMinute) : undefined;
  const state = createState(job, AbortSignal.any([job.signal, limit.signal]));
  state.signal.addEventListener('abort', () => (state.status = 'Canceled'), { once: true });
  const steps: StepResult[] = [];
  job.write(`##[section]Starting: ${job.displayName}`);
  try {
    for (const [index, step] of job.steps.entries()) {
      const done = await runServerStep(step, state, index + 1);
      steps.push(done);
      if (done.result !== 'Skipped') state.status = mergeResults(state.status, done.result);
    }
  } finally {
    clearTimeout(timer);
  }
  if (limit.signal.aborted)
    job.write(`##[error]The server job ran longer than the maximum time of ${minutes} minutes and was canceled.`);
  job.write(`##[section]Finishing: ${job.displayName}`);
  return { result: state.status, steps };
}
