import { setMaxListeners } from 'node:events';
import { dirname } from 'node:path';
import { createAzureClient } from '../azure/client.ts';
import type { Pause } from '../azure/retries.ts';
import type { SenderOptions } from '../azure/sender.ts';
import { openWorkspace, type Workspace } from '../azureml/workspace.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { messageOf } from '../core/errors.ts';
import { english, fill } from '../core/message.ts';
import { type AgentPipeline, agentInputs, agentNetwork, agentPipeline, printError, taskPage } from './agent.ts';
import type { AzureTarget } from './azure-target.ts';
import { reportOf } from './failure.ts';
import { messages } from './messages.ts';
import type { Outcome, Pipeline, TaskInputs } from './pipeline.ts';
import { product } from './product.ts';

/** Everything outside that a use case may touch. */
export interface Ports {
  pipeline: Pipeline;
  clock: Clock;
  /** Signs in and finds the workspace. @param signal ends its requests; default: the run's own @throws UserError */
  connect(target: AzureTarget, signal?: AbortSignal): Promise<Workspace>;
  /** What the client of another service is opened with, so that it reaches it the way `connect` does. */
  outside: Outside;
}

export interface Outside extends SenderOptions {
  /** Masks a token. */
  onSecret: (secret: string) => void;
}

/**
 * The one way a task runs and the one funnel for its failures. A `UserError` becomes the result and an
 * error issue per problem; anything else is a defect of ours and is reported with its stack.
 * @param readInputs parses and validates all inputs before anything else happens
 * @param run the use case
 */
export function runTask<I>(
  readInputs: (inputs: TaskInputs) => I,
  run: (inputs: I, ports: Ports) => Promise<Outcome>,
): void {
  const cancellation = new AbortController();
  // Every request under way listens to it; more than ten at once is no leak.
  setMaxListeners(0, cancellation.signal);
  // SIGBREAK is what the agent sends second on Windows.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const)
    process.on(signal, () => cancellation.abort(new Error(`The agent sent ${signal}.`)));
  const folder = dirname(process.argv[1] ?? '.');
  const pipeline = agentPipeline(folder, cancellation.signal);
  const outside: Outside = {
    onSecret: (secret) => pipeline.mask(secret),
    product: product(),
    signal: cancellation.signal,
    network: agentNetwork(),
    onPause: (pause) => sayPause(pipeline, pause),
  };
  const ports: Ports = {
    pipeline,
    clock: systemClock,
    outside,
    async connect({ connection, ids, systemAccessToken }, signal = cancellation.signal) {
      return openWorkspace(await createAzureClient({ ...outside, connection, systemAccessToken, signal }), ids);
    },
  };
  const main = async (): Promise<void> => {
    const outcome = await run(Object.freeze(readInputs(agentInputs())), ports);
    pipeline.info(outcome.message);
    pipeline.finish(outcome.result, outcome.message);
  };
  main()
    .catch((error: unknown) => {
      if (cancellation.signal.aborted) pipeline.finish('Canceled', pipeline.message(messages.RunCancelled));
      else reportFailure(error, pipeline, taskPage(folder));
    })
    .finally(exitWhenPrinted);
}

/** Ends the process: timers and connections of requests that were given up would keep it alive, and the agent waits for it. */
function exitWhenPrinted(): void {
  process.stdout.write('', () => process.exit());
}

/** A pause as long as this is worth a line of the log. */
const LONG_PAUSE_MS = 15_000;

function sayPause(pipeline: Pipeline, { milliseconds, askedMilliseconds, error }: Pause): void {
  const [reason, pause] = [messageOf(error), formatDuration(milliseconds)];
  if (askedMilliseconds !== undefined)
    pipeline.say(messages.AskedToWait, { asked: formatDuration(askedMilliseconds), pause, reason });
  else if (milliseconds >= LONG_PAUSE_MS) pipeline.say(messages.TryingAgain, { pause, reason });
  else pipeline.debug(english(fill(messages.TryingAgain, { pause, reason })));
}

function reportFailure(error: unknown, pipeline: AgentPipeline, taskPage: string | undefined): void {
  const { lines, issues, summary, result, code } = reportOf(error, taskPage, pipeline.translate);
  for (const line of lines) pipeline.info(line);
  const cause = (error as Error | undefined)?.cause;
  if (cause) pipeline.debug(String((cause as Error).stack ?? cause));
  for (const issue of issues) pipeline.logError(issue, code);
  if (summary !== undefined) printError(summary);
  pipeline.finish('Failed', result);
}
