/** Runs one step from its condition to its result (agent: StepsRunner.cs, TaskRunner.cs). */
import { randomUUID } from 'node:crypto';
import { finishBackground } from '../commands/execute.ts';
import { mergeResults, type TaskResult } from '../results.ts';
import { type Handlers, taskVersion } from '../task-definition.ts';
import { expandMacros } from '../variables.ts';
import { conditionHolds, resolveSetting, stepContext } from './conditions.ts';
import { type AgentContext, runTask } from './handler.ts';
import type { PlannedStep } from './plan.ts';
import { withRetries } from './retry.ts';
import { addError, addWarning, type Issue, type JobState, type StepShared, type StepState } from './state.ts';

export interface StepResult {
  recordId: string;
  /** `name:`, or the made-up one. */
  name: string;
  displayName: string;
  result: TaskResult;
  log: string[];
  outputs: Record<string, string>;
  issues: Issue[];
}

export interface StepRun {
  step: PlannedStep;
  displayName: string;
  handlers: Handlers;
  condition: string;
  shared: StepShared;
  order: number;
}

export interface JobRun {
  job: JobState;
  agent: AgentContext;
  /** Timeline record of the job. */
  recordId: string;
  /** Aborted when the job is cancelled. */
  signal: AbortSignal;
  /** Aborted when the cancelled job has used up its cancel timeout: even `always()` steps end then. */
  deadline: AbortSignal;
  write(line: string): void;
  millisecondsPerMinute: number;
}

const resultText = (result: TaskResult): string => result[0]!.toLowerCase() + result.slice(1);

function createState(run: JobRun, { step, shared }: StepRun, displayName: string): StepState {
  const recordId = randomUUID();
  const { job } = run;
  const state: StepState = {
    recordId,
    displayName,
    refName: step.source.name,
    job,
    shared,
    result: undefined,
    commandResult: undefined,
    percent: 0,
    operation: '',
    issues: [],
    errorCount: 0,
    warningCount: 0,
    outputs: {},
    details: new Map(),
    log: [],
    background: [],
    closed: false,
    forceCompletion() {},
    write(text) {
      for (const line of text.split(/\r?\n/)) {
        const masked = job.masker.mask(line);
        state.log.push(masked);
        run.write(masked);
        job.run.devops.appendLog(recordId, [masked]);
      }
    },
  };
  return state;
}

function printHeader(state: StepState, { step }: StepRun): void {
  const { definition } = step;
  const line = '='.repeat(78);
  state.write(`##[section]Starting: ${state.displayName}`);
  const rows: [string, string][] = [
    ['Task', definition.friendlyName],
    ['Description', definition.description ?? ''],
    ['Version', taskVersion(definition)],
    ['Author', definition.author ?? ''],
    ['Help', definition.helpUrl || definition.helpMarkDown || ''],
  ];
  state.write([line, ...rows.map(([name, value]) => `${name.padEnd(13)}: ${value}`), line].join('\n'));
}

function prepareVariables(state: StepState): void {
  const { variables, status } = state.job;
  variables.set('Task.DisplayName', state.displayName);
  variables.set('System.TaskDisplayName', state.displayName);
  variables.set('System.TaskInstanceId', state.recordId);
  variables.set('System.TaskInstanceName', state.refName);
  variables.set('Agent.JobStatus', status);
  variables.recalculate();
  // An expansion can make a variable secret that was not one before.
  for (const variable of variables.list())
    if (variable.secret && variable.value) state.job.masker.addVariable(variable.value);
}

/** Result of the handler with all that can end it: failure, timeout, cancellation. */
async function execute(state: StepState, stepRun: StepRun, run: JobRun): Promise<void> {
  const { step, handlers, condition } = stepRun;
  const { job } = run;
  const abort = new AbortController();
  let ended: 'timeout' | 'cancel' | undefined;
  const end = (why: 'timeout' | 'cancel'): void => {
    ended ??= why;
    abort.abort();
  };
  const onCancel = (): void => {
    if (conditionHolds(condition, stepContext(job.variables, 'Canceled'))) return;
    addError(state, 'The Operation will be canceled. The next steps may not contain expected logs.');
    end('cancel');
  };
  const onDeadline = (): void => end('cancel');
  const context = stepContext(job.variables, job.status);
  const setting = (text: string): string => resolveSetting(text, context, job.variables);
  const minutes = Number(setting(step.source.timeoutInMinutes)) || 0;
  const timer = minutes > 0 ? setTimeout(() => end('timeout'), minutes * run.millisecondsPerMinute) : undefined;
  // A step that starts after the cancellation has had its condition judged already.
  if (!run.signal.aborted) run.signal.addEventListener('abort', onCancel, { once: true });
  if (run.deadline.aborted) end('cancel');
  else run.deadline.addEventListener('abort', onDeadline, { once: true });
  try {
    const retries = Number(setting(step.source.retryCountOnTaskFailure)) || 0;
    await withRetries(state, retries, abort.signal, () => runTask(state, step, handlers, run.agent, abort.signal));
  } catch (error) {
    if (!ended) {
      addError(state, (error as Error).message);
      state.result = mergeResults(state.result, 'Failed');
    }
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', onCancel);
    run.deadline.removeEventListener('abort', onDeadline);
  }
  await finishBackground(state);
  if (ended === 'timeout') addError(state, 'The task has timed out.');
  if (ended) state.result = ended === 'timeout' ? 'Failed' : 'Canceled';
}

/** Output variables as the timeline shows them: a secret's value is never sent. */
function outputVariables(state: StepState): Record<string, { value: string | null; isSecret: boolean }> {
  const entries = Object.entries(state.outputs).map(([name, value]) => {
    const isSecret = state.job.variables.find(`${state.refName}.${name}`)?.secret ?? false;
    return [name, { value: isSecret ? null : value, isSecret }] as const;
  });
  return Object.fromEntries(entries);
}

function finish(state: StepState, stepRun: StepRun, run: JobRun): StepResult {
  for (const detail of state.details.values())
    if (detail.state !== 'Completed')
      run.job.run.devops.updateRecord({ id: detail.id, state: 'completed', result: 'succeeded', percentComplete: 100 });
  const result = state.result ?? 'Succeeded';
  run.job.run.devops.updateRecord({
    id: state.recordId,
    state: 'completed',
    result: resultText(result),
    finishTime: new Date().toISOString(),
    percentComplete: 100,
    issues: state.issues,
    errorCount: state.errorCount,
    warningCount: state.warningCount,
    currentOperation: state.operation || null,
    variables: outputVariables(state),
  });
  const { recordId, displayName, log, outputs, issues } = state;
  return { recordId, name: stepRun.step.source.name, displayName, result, log, outputs, issues };
}

/** Runs the step, or skips it, and merges its result into the job's status. */
export async function runStep(stepRun: StepRun, run: JobRun): Promise<StepResult> {
  const { job } = run;
  const { step, condition } = stepRun;
  const state = createState(run, stepRun, expandMacros(stepRun.displayName, job.variables.get));
  prepareVariables(state);
  job.run.devops.updateRecord({
    id: state.recordId,
    parentId: run.recordId,
    type: 'Task',
    name: state.displayName,
    refName: state.refName,
    order: stepRun.order,
    state: 'inProgress',
    startTime: new Date().toISOString(),
    task: { id: step.definition.id, name: step.definition.name, version: taskVersion(step.definition) },
    attempt: 1,
  });
  let runs = false;
  if (step.skipped) {
    state.write(`##[section]Skipping: ${state.displayName}`);
    addWarning(state, step.skipped);
    state.result = 'Skipped';
  } else
    try {
      runs = conditionHolds(condition, stepContext(job.variables, job.status));
    } catch (error) {
      addError(state, (error as Error).message);
      state.result = 'Failed';
    }
  if (runs) {
    printHeader(state, stepRun);
    await execute(state, stepRun, run);
    if (state.commandResult) state.result = mergeResults(state.result, state.commandResult);
    const continues = resolveSetting(
      step.source.continueOnError,
      stepContext(job.variables, job.status),
      job.variables,
    );
    if (state.result === 'Failed' && continues.toLowerCase() === 'true') state.result = 'SucceededWithIssues';
    state.write(`##[section]Finishing: ${state.displayName}`);
  } else if (!state.result) {
    state.result = 'Skipped';
    state.write(`##[section]Skipping: ${state.displayName}`);
    state.write(`Evaluating: ${condition}`);
    state.write('Result: False');
  }
  if (state.result === 'Failed' || state.result === 'SucceededWithIssues')
    job.status = mergeResults(job.status, state.result);
  return finish(state, stepRun, run);
}
