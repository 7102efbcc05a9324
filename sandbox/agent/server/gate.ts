/** Gates of a classic release: a task is evaluated again and again until it passes or the gate's time is used up. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../contracts.ts';
import { timeLimit } from '../../time-limit.ts';
import type { Value } from '../expression/values.ts';
import { findTask, readTaskDefinitions } from '../task-definition.ts';
import { missingInputs, resolveAliases, resolveConnections } from '../task-inputs.ts';
import { createVariables, type Variables } from '../variables.ts';
import { runChain } from './chain.ts';
import { readExecution } from './execution.ts';
import { runHttpRequest } from './http-request.ts';
import { type ServerTask, serverInputs } from './task.ts';

export interface GateOptions {
  /** `AzureMLJobGate@1` */
  task: string;
  /** By name or alias, as in YAML; service connections by name or id. */
  inputs: Record<string, string>;
  tasksFolder: string;
  sandbox: Pick<Sandbox, 'devops' | 'connections' | 'clientEnvironment'>;
  /** Variables of the release. */
  variables?: Record<string, string>;
  /** The time between the beginnings of two evaluations; at least 5 on the real service, which this does not check. */
  minutesBetweenEvaluations: number;
  /** The gate fails when it has not passed by then. */
  timeoutInMinutes: number;
  millisecondsPerMinute?: number;
  signal?: AbortSignal;
  write(line: string): void;
}

export interface GateResult {
  result: 'succeeded' | 'failed' | 'canceled';
  /** Why each evaluation did not pass, or 'passed'. */
  evaluations: string[];
}

/** The task with its inputs checked, as the release editor does it. */
function prepare(options: GateOptions, variables: Variables) {
  const definition = findTask(readTaskDefinitions(options.tasksFolder), options.task);
  if (!definition.runsOn?.some((kind) => kind.toLowerCase() === 'servergate'))
    throw new Error(`Task ${definition.name} is not a gate: it runs on ${definition.runsOn?.join(', ')}.`);
  const { inputs } = resolveAliases(definition, new Map(Object.entries(options.inputs)), 'The gate');
  const [unknown] = resolveConnections(definition, inputs, options.sandbox.connections, variables.get);
  if (unknown) throw new Error(`The gate's input ${unknown.input} names no service connection: '${unknown.name}'.`);
  const [missing] = missingInputs(definition, inputs);
  if (missing) throw new Error(`The gate's input ${missing} is required.`);
  return { definition, inputs: serverInputs(definition, inputs, variables.get) };
}

/** What a gate's variables say of itself: the hub is `gates`. */
function gateVariables({ sandbox, variables = {} }: GateOptions): Variables {
  const { devops } = sandbox;
  const all = createVariables();
  for (const [name, value] of Object.entries(variables)) all.set(name, value);
  all.set('System.HostType', 'gates');
  all.set('System.CollectionUri', devops.collectionUrl);
  all.set('System.TeamProjectId', devops.project.id);
  all.set('System.TeamProject', devops.project.name);
  all.recalculate();
  return all;
}

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/**
 * Evaluates a gate until it passes. The outputs of a chain's requests stay from one evaluation to the next. Throws when the
 * task is not a gate or an input is missing.
 */
export async function runGate(options: GateOptions): Promise<GateResult> {
  const { sandbox, write, millisecondsPerMinute = 60_000, signal: cancel = new AbortController().signal } = options;
  const variables = gateVariables(options);
  const { definition, inputs } = prepare(options, variables);
  const run = sandbox.devops.createRun({
    definitionName: 'release',
    branch: '',
    commit: '',
    reason: '',
    repository: '',
  });
  const jobId = randomUUID();
  const ca = readFileSync(sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!, 'utf8');
  const limit = timeLimit(Math.ceil(options.timeoutInMinutes * millisecondsPerMinute));
  const signal = AbortSignal.any([limit, cancel]);
  const task: ServerTask = {
    definition,
    inputs,
    taskInstanceId: randomUUID(),
    variable: variables.get,
    variables: () => variables.list().map(({ name, value }): [string, string] => [name, value]),
    connections: sandbox.connections,
    signIn: { ca, ...(await run.jobCredentials(jobId)) },
    onEvent: (listener) => run.onEvent(listener),
    signal,
    write,
    warn: (message) => write(`##[warning]${message}`),
    millisecondsPerMinute,
  };
  const outputs = new Map<string, Value>();
  const evaluate = async (): Promise<string> => {
    const execution = readExecution(definition);
    const work =
      execution.kind === 'HttpRequest' ? runHttpRequest(execution, task) : runChain(execution, task, outputs);
    return work.then(
      (outcome) => (outcome === 'Succeeded' ? 'passed' : outcome),
      (error: Error) => error.message,
    );
  };
  const evaluations: string[] = [];
  while (!signal.aborted) {
    const next = sleep(options.minutesBetweenEvaluations * millisecondsPerMinute, signal);
    const outcome = await evaluate();
    evaluations.push(outcome);
    write(`Evaluation ${evaluations.length}: ${outcome}`);
    if (outcome === 'passed') break;
    await next;
  }
  const result = evaluations.at(-1) === 'passed' ? 'succeeded' : cancel.aborted ? 'canceled' : 'failed';
  run.complete(result);
  return { result, evaluations };
}
