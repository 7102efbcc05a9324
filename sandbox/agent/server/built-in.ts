/** The server tasks that the service carries out without a request: Delay and ManualValidation. */
import { type Outcome, pause, type ServerTask } from './task.ts';

/** What becomes of a manual validation: somebody approves or rejects it, or nobody answers. */
export type Decision = 'approve' | 'reject' | 'ignore';

export async function runDelay(task: ServerTask): Promise<Outcome> {
  const text = task.inputs.get('delayForMinutes') ?? '';
  const minutes = Number(text);
  if (Number.isNaN(minutes) || minutes < 0)
    throw new Error(`delayForMinutes must be a number of minutes, but is '${text}'.`);
  task.write(`Waiting for ${minutes} minutes.`);
  return pause(task, minutes * 60).then(
    () => 'Succeeded',
    () => 'Canceled',
  );
}

const untilEnded = ({ signal }: ServerTask): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * Waits for the decision. Nobody's decision is one when the step has used up its own time: `onTimeout` says which.
 * @param timedOut whether the time limit of the step has ended the task
 */
export async function runManualValidation(
  task: ServerTask,
  decision: Decision,
  timedOut: () => boolean,
): Promise<Outcome> {
  const instructions = task.inputs.get('instructions');
  if (instructions) task.write(`Instructions: ${instructions}`);
  if (decision === 'approve') {
    task.write('The sandbox approves the manual validation.');
    return 'Succeeded';
  }
  if (decision === 'reject') throw new Error('The manual validation was rejected.');
  task.write('Nobody decides about the manual validation.');
  await untilEnded(task);
  if (!timedOut()) return 'Canceled';
  if (task.inputs.get('onTimeout')?.toLowerCase() !== 'resume')
    throw new Error('The manual validation timed out and was rejected.');
  task.write('The manual validation timed out, and the run continues.');
  return 'Succeeded';
}
