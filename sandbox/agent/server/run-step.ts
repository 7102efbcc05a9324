/** Runs one step of a server job: its condition, its time limit, and the kind of work that its definition asks for. */
import { randomUUID } from 'node:crypto';
import type { DevOpsRun, ServiceConnection } from '../../contracts.ts';
import type { Masker } from '../masker.ts';
import type { TaskResult } from '../results.ts';
import { conditionHolds, resolveSetting, stepContext } from '../steps/conditions.ts';
import type { PlannedStep } from '../steps/plan.ts';
import { retriesOf, waitAfter } from '../steps/retry.ts';
import type { StepResult } from '../steps/run-step.ts';
import type { Issue } from '../steps/state.ts';
import { taskVersion } from '../task-definition.ts';
import type { Variables } from '../variables.ts';
import { type Decision, runDelay, runManualValidation } from './built-in.ts';
import { runChain } from './chain.ts';
import type { SignIn } from './connection.ts';
import { readExecution } from './execution.ts';
import { runHttpRequest } from './http-request.ts';
import { type Outcome, pause, type ServerTask, serverInputs } from './task.ts';

/** What the steps of a server job share. */
export interface ServerJobState {
  devops: DevOpsRun;
  /** Timeline record of the job. */
  recordId: string;
  variables: Variables;
  masker: Masker;
  connections: readonly ServiceConnection[];
  signIn: SignIn;
  status: TaskResult;
  /** What becomes of a manual validation, by the step's name or display name. */
  decisions: Readonly<Record<string, Decision>>;
  /** Aborted when the job is cancelled. */
  signal: AbortSignal;
  write(line: string): void;
  millisecondsPerMinute: number;
}

async function work(task: ServerTask, decision: Decision, timedOut: () => boolean): Promise<Outcome> {
  const { name, folder } = task.definition;
  // The sandbox's own definitions have no folder; a task of an extension may have their names.
  if (folder === '' && name === 'ManualValidation') return runManualValidation(task, decision, timedOut);
  if (folder === '' && name === 'Delay') return runDelay(task);
  const execution = readExecution(task.definition);
  return execution.kind === 'HttpRequest' ? runHttpRequest(execution, task) : runChain(execution, task);
}

interface Step {
  planned: PlannedStep;
  recordId: string;
  issues: Issue[];
  write(line: string): void;
}

function addIssue({ issues, write }: Step, type: Issue['type'], message: string): void {
  issues.push({ type, category: 'General', message, data: {} });
  write(`##[${type}]${message}`);
}

/**
 * Runs the work, and again while it fails and tries are left. Server tasks have retries as agent tasks do ("Retries for server
 * tasks", release notes of sprint 240); how long the service waits is not documented: the waits are the agent's.
 */
async function withRetries(
  step: Step,
  task: ServerTask,
  count: number,
  attempt: () => Promise<Outcome>,
): Promise<Outcome> {
  const retries = retriesOf(count, (message) => addIssue(step, 'warning', message));
  for (let failures = 1; ; failures++) {
    const mayTryAgain = (): boolean => failures <= retries && !task.signal.aborted;
    try {
      const outcome = await attempt();
      if (outcome !== 'Failed' || !mayTryAgain()) return outcome;
    } catch (error) {
      if (!mayTryAgain()) throw error;
      step.write((error as Error).message);
    }
    const { ms, message } = waitAfter(failures, retries);
    addIssue(step, 'warning', message);
    await pause(task, ms / 1000);
  }
}

/** Runs the task until it ends, its time is used up, or the job is cancelled. */
async function execute(step: Step, job: ServerJobState): Promise<TaskResult> {
  const { source, definition, inputs } = step.planned;
  const { variables } = job;
  const limit = new AbortController();
  const setting = (text: string): number =>
    Number(resolveSetting(text, stepContext(variables, job.status), variables)) || 0;
  const minutes = setting(source.timeoutInMinutes);
  const timer = minutes > 0 ? setTimeout(() => limit.abort(), minutes * job.millisecondsPerMinute) : undefined;
  const task: ServerTask = {
    definition,
    inputs: serverInputs(definition, inputs, variables.get),
    taskInstanceId: step.recordId,
    variable: variables.get,
    variables: () => variables.list().map(({ name, value }): [string, string] => [name, value]),
    connections: job.connections,
    signIn: job.signIn,
    onEvent: (listener) => job.devops.onEvent(listener),
    signal: AbortSignal.any([limit.signal, job.signal]),
    write: step.write,
    warn: (message) => addIssue(step, 'warning', message),
    millisecondsPerMinute: job.millisecondsPerMinute,
  };
  const decision = job.decisions[source.name] ?? job.decisions[step.planned.displayName] ?? 'approve';
  try {
    const outcome = await withRetries(step, task, setting(source.retryCountOnTaskFailure), () =>
      work(task, decision, () => limit.signal.aborted),
    );
    if (outcome !== 'Canceled' || !limit.signal.aborted) return outcome;
    addIssue(step, 'error', 'The task has timed out.');
    return 'Failed';
  } catch (error) {
    addIssue(step, 'error', job.masker.mask((error as Error).message));
    return 'Failed';
  } finally {
    clearTimeout(timer);
  }
}

async function resultOf(step: Step, job: ServerJobState): Promise<TaskResult> {
  const { planned } = step;
  if (planned.skipped) {
    addIssue(step, 'warning', planned.skipped);
    return 'Skipped';
  }
  const context = stepContext(job.variables, job.status);
  if (!conditionHolds(planned.condition, context)) return 'Skipped';
  step.write(`##[section]Starting: ${planned.displayName}`);
  const result = await execute(step, job);
  step.write(`##[section]Finishing: ${planned.displayName}`);
  const continues = resolveSetting(planned.source.continueOnError, context, job.variables).toLowerCase() === 'true';
  return result === 'Failed' && continues ? 'SucceededWithIssues' : result;
}

/** Runs the step, or skips it, and keeps its timeline record. */
export async function runServerStep(planned: PlannedStep, job: ServerJobState, order: number): Promise<StepResult> {
  const { source, definition, displayName } = planned;
  const recordId = randomUUID();
  const log: string[] = [];
  const write = (line: string): void => {
    const masked = job.masker.mask(line);
    log.push(masked);
    job.write(masked);
    job.devops.appendLog(recordId, [masked]);
  };
  const step: Step = { planned, recordId, issues: [], write };
  job.variables.set('System.TaskInstanceId', recordId);
  job.variables.set('System.TaskInstanceName', source.name);
  job.variables.set('System.TaskDisplayName', displayName);
  job.variables.recalculate();
  const now = (): string => new Date().toISOString();
  const task = { id: definition.id, name: definition.name, version: taskVersion(definition) };
  const about = { parentId: job.recordId, type: 'Task', name: displayName, refName: source.name, order, task };
  job.devops.updateRecord({ id: recordId, ...about, state: 'inProgress', startTime: now() });
  const result = await resultOf(step, job);
  const { issues } = step;
  const ended = { state: 'completed', result: result[0]!.toLowerCase() + result.slice(1), finishTime: now(), issues };
  job.devops.updateRecord({ id: recordId, ...ended });
  return { recordId, name: source.name, displayName, result, log, outputs: {}, issues };
}
