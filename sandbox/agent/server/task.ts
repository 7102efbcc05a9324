/** A server task that runs: its inputs, what its texts may name, and how it is ended. */
import type { PlanEvent, ServiceConnection } from '../../contracts.ts';
import { dictionary, type Value } from '../expression/values.ts';
import type { TaskDefinition } from '../task-definition.ts';
import { expandMacros } from '../variables.ts';
import { endpointValue, type SignIn } from './connection.ts';

export type Outcome = 'Succeeded' | 'SucceededWithIssues' | 'Failed' | 'Canceled';

export interface ServerTask {
  definition: TaskDefinition;
  /** With defaults, and `$(x)` filled in. */
  inputs: ReadonlyMap<string, string>;
  /** Id of the step's timeline record. */
  taskInstanceId: string;
  /** A variable of the job. */
  variable(name: string): string | undefined;
  variables(): [string, string][];
  connections: readonly ServiceConnection[];
  signIn: SignIn;
  /** Calls back for every event of the plan until the returned function is called. */
  onEvent(listener: (event: PlanEvent) => void): () => void;
  /** Aborted when the step is cancelled or has used up its time. */
  signal: AbortSignal;
  write(line: string): void;
  warn(message: string): void;
  millisecondsPerMinute: number;
}

/** The inputs as the service has them: defaults, trimmed, `$(x)` filled in once. */
export function serverInputs(
  { inputs = [] }: TaskDefinition,
  given: ReadonlyMap<string, string>,
  variable: (name: string) => string | undefined,
): Map<string, string> {
  const known = new Map(inputs.map(({ name, defaultValue }) => [name, String(defaultValue ?? '')]));
  for (const [name, value] of given) known.set(name, value);
  return new Map([...known].map(([name, value]) => [name, expandMacros(value.trim(), variable)]));
}

/** What a text of the task may name: outputs of a chain's requests, inputs, `endpoint.<name>`, variables. */
export function lookUpFor(task: ServerTask, connection: ServiceConnection | undefined, outputs?: Map<string, Value>) {
  const lowered = new Map([...task.inputs].map(([name, value]) => [name.toLowerCase(), value]));
  return (name: string): string | undefined => {
    const output = outputs?.get(name);
    if (output !== undefined && output !== null) return String(output);
    const endpoint = /^endpoint\.(.+)$/i.exec(name)?.[1];
    if (endpoint !== undefined) return connection && endpointValue(connection, endpoint);
    return lowered.get(name.toLowerCase()) ?? task.variable(name);
  };
}

/** `variables` of an expression. */
export const variablesOf = (task: ServerTask, outputs: Map<string, Value> = new Map()): [string, Value][] => [
  ...dictionary([...task.variables(), ...outputs]),
];

/** Resolves after that time of the pipeline's clock; rejects when the task is ended before. */
export function pause(task: ServerTask, seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new Error('The task was canceled.'));
    };
    const timer = setTimeout(
      () => {
        task.signal.removeEventListener('abort', onAbort);
        resolve();
      },
      (seconds / 60) * task.millisecondsPerMinute,
    );
    if (task.signal.aborted) onAbort();
    else task.signal.addEventListener('abort', onAbort, { once: true });
  });
}
