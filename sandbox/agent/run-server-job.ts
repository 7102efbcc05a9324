/** `pool: server`: steps that the service runs itself. */
import { randomUUID } from 'node:crypto';
import type { TaskResult } from './results.ts';
import type { PlannedStep } from './steps/plan.ts';
import type { StepResult } from './steps/run-step.ts';
import type { Issue } from './steps/state.ts';
import { expandMacros } from './variables.ts';

export interface ServerJob {
  displayName: string;
  steps: PlannedStep[];
  variable(name: string): string | undefined;
  signal: AbortSignal;
  write(line: string): void;
  millisecondsPerMinute: number;
}

type Outcome = Extract<TaskResult, 'Succeeded' | 'Canceled'>;

async function delay(job: ServerJob, minutes: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish('Succeeded'), minutes * job.millisecondsPerMinute);
    const onAbort = (): void => finish('Canceled');
    function finish(outcome: Outcome): void {
      clearTimeout(timer);
      job.signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    }
    if (job.signal.aborted) onAbort();
    else job.signal.addEventListener('abort', onAbort, { once: true });
  });
}

async function runServerTask(
  { definition, inputs }: PlannedStep,
  job: ServerJob,
  log: (line: string) => void,
): Promise<Outcome> {
  const input = (name: string): string => expandMacros(inputs.get(name) ?? '', job.variable);
  if (definition.name === 'ManualValidation') {
    if (input('instructions')) log(`Instructions: ${input('instructions')}`);
    log('The sandbox approves manual validations by itself.');
    return 'Succeeded';
  }
  if (definition.name === 'Delay') {
    const minutes = Number(input('delayForMinutes'));
    if (Number.isNaN(minutes) || minutes < 0)
      throw new Error(`delayForMinutes must be a number of minutes, but is '${input('delayForMinutes')}'.`);
    log(`Waiting for ${minutes} minutes.`);
    return delay(job, minutes);
  }
  throw new Error(`The sandbox can't run the server task ${definition.name} yet. It runs ManualValidation and Delay.`);
}

/** Runs the steps in order until one fails. */
export async function runServerJob(job: ServerJob): Promise<{ result: TaskResult; steps: StepResult[] }> {
  const steps: StepResult[] = [];
  let result: TaskResult = 'Succeeded';
  job.write(`##[section]Starting: ${job.displayName}`);
  for (const step of job.steps) {
    const log: string[] = [];
    const write = (line: string): void => {
      log.push(line);
      job.write(line);
    };
    const issues: Issue[] = [];
    let outcome: TaskResult = 'Skipped';
    if (step.skipped) {
      issues.push({ type: 'warning', category: 'General', message: step.skipped, data: {} });
      write(`##[warning]${step.skipped}`);
    } else if (result === 'Succeeded') {
      write(`##[section]Starting: ${step.displayName}`);
      outcome = await runServerTask(step, job, write).catch((error: Error): TaskResult => {
        issues.push({ type: 'error', category: 'General', message: error.message, data: {} });
        write(`##[error]${error.message}`);
        return 'Failed';
      });
      write(`##[section]Finishing: ${step.displayName}`);
      result = outcome;
    }
    const { displayName, source } = step;
    steps.push({ recordId: randomUUID(), name: source.name, displayName, result: outcome, log, outputs: {}, issues });
  }
  job.write(`##[section]Finishing: ${job.displayName}`);
  return { result, steps };
}
