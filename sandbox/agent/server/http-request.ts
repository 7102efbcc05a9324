/** `HttpRequest`: one request, and with `WaitForCompletion` the events that its receiver posts to the plan. */
import type { PlanEvent } from '../../contracts.ts';
import { timeLimit } from '../../time-limit.ts';
import type { EventLimit, HttpRequestExecution } from './execution.ts';
import { filled, holds, send } from './request.ts';
import type { Outcome, ServerTask } from './task.ts';

const outcomes: Record<string, Outcome> = {
  succeeded: 'Succeeded',
  succeededwithissues: 'SucceededWithIssues',
  failed: 'Failed',
  canceled: 'Canceled',
};

interface Waiting {
  /** Resolves with TaskCompleted's result; rejects when an event is late or the task is ended. */
  completed: Promise<Outcome>;
  /** The time limits of the events count from now on. */
  startClocks(): void;
  stop(): void;
}

/** Listens before the request is sent: the receiver may be quicker than its own answer. */
function waitForEvents(task: ServerTask, limits: readonly EventLimit[]): Waiting {
  const timers = new Map<string, NodeJS.Timeout>();
  let settle = { resolve: (_outcome: Outcome): void => {}, reject: (_error: Error): void => {} };
  const completed = new Promise<Outcome>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Nobody may be waiting yet when it fails.
  completed.catch(() => {});
  const onEvent = ({ name, taskId, result = '' }: PlanEvent): void => {
    if (taskId.toLowerCase() !== task.taskInstanceId.toLowerCase()) return;
    task.write(`Event ${name}${result && `: ${result}`}`);
    clearTimeout(timers.get(name));
    if (name === 'TaskCompleted') settle.resolve(outcomes[result.toLowerCase()] ?? 'Failed');
  };
  const onAbort = (): void => settle.reject(new Error('The task was canceled.'));
  const stopListening = task.onEvent(onEvent);
  if (task.signal.aborted) onAbort();
  else task.signal.addEventListener('abort', onAbort, { once: true });
  return {
    completed,
    startClocks() {
      for (const { event, seconds } of limits) {
        const late = (): void => settle.reject(new Error(`The event ${event} did not come within ${seconds} seconds.`));
        timers.set(event, setTimeout(late, (seconds / 60) * task.millisecondsPerMinute));
      }
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      task.signal.removeEventListener('abort', onAbort);
      stopListening();
    },
  };
}

/** Tells the receiver that the task has been cancelled, when the definition says how. */
async function sendCancel({ cancel }: HttpRequestExecution, task: ServerTask): Promise<void> {
  if (!cancel) return;
  // The task's own signal has ended already.
  const signal = timeLimit(20_000);
  await send(cancel, task, { signal }).catch((error: Error) => task.warn(`Canceling: ${error.message}`));
}

/** Runs the request. Throws the reason when it fails without an answer, and when an event is late. */
export async function runHttpRequest(execution: HttpRequestExecution, task: ServerTask): Promise<Outcome> {
  const { execute, limits } = execution;
  const waits = filled(execute.waitForCompletion, execute, task).toLowerCase() === 'true';
  const waiting = waits ? waitForEvents(task, limits) : undefined;
  try {
    const answer = await send(execute, task);
    if (!waiting) {
      if (holds(execute.expression, execute, task, answer)) return 'Succeeded';
      throw new Error('The answer does not meet the success criteria.');
    }
    task.write('Waiting for the event TaskCompleted.');
    waiting.startClocks();
    return await waiting.completed;
  } catch (error) {
    if (!task.signal.aborted) throw error;
    await sendCancel(execution, task);
    return 'Canceled';
  } finally {
    waiting?.stop();
  }
}
