import { setMaxListeners } from 'node:events';
import { dirname } from 'node:path';
import { createAzureClient } from '../azure/client.ts';
import { explainFailure } from '../azure/failures.ts';
import { openWorkspace, type Workspace } from '../azureml/workspace.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { formatProblem, messageOf } from '../core/errors.ts';
import { agentInputs, agentPipeline, finish, logError } from './agent.ts';
import type { AzureTarget } from './azure-target.ts';
import type { Outcome, Pipeline, TaskInputs } from './pipeline.ts';

/** Everything outside that a use case may touch. */
export interface Ports {
  pipeline: Pipeline;
  clock: Clock;
  /** Signs in and finds the workspace. @throws UserError */
  connect(target: AzureTarget): Promise<Workspace>;
}

/** Name and version of the extension, as the user agent of requests. */
const PRODUCT = 'model-bridge/0.1.0';
const DOCS = 'https://github.com/model-bridge/model-bridge/blob/main/docs';

/**
 * The one way a task runs and the one funnel for its failures. A `UserError` becomes the result and one error issue;
 * anything else is a defect of ours and is told with its stack.
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
  const pipeline = agentPipeline(dirname(process.argv[1] ?? '.'), cancellation.signal);
  const ports: Ports = {
    pipeline,
    clock: systemClock,
    async connect({ connection, ids, systemAccessToken }) {
      const client = await createAzureClient({
        connection,
        systemAccessToken,
        onSecret: (secret) => pipeline.mask(secret),
        product: PRODUCT,
        signal: cancellation.signal,
      });
      return openWorkspace(client, ids);
    },
  };
  const main = async (): Promise<void> => {
    const outcome = await run(Object.freeze(readInputs(agentInputs())), ports);
    pipeline.info(outcome.message);
    finish(outcome.result, outcome.message);
  };
  main().catch((error: unknown) => {
    if (cancellation.signal.aborted) finish('Canceled', 'The run was cancelled.');
    else reportFailure(error, pipeline);
  });
}

/** Text that ends as a sentence does; messages of services often don't. */
function sentence(text: string): string {
  return /[.!?\]^]$/.test(text.trimEnd()) ? text : `${text}.`;
}

function reportFailure(error: unknown, pipeline: Pipeline): void {
  const known = explainFailure(error);
  if (known) {
    const { message, fix, docs, problems, code } = known;
    const placed = problems.length === 1 ? problems[0]! : undefined;
    if (problems.length > 1) for (const problem of problems) pipeline.info(formatProblem(problem));
    const see = docs && `See ${DOCS}/${docs}.md`;
    const text = [placed ? `${message} ${formatProblem(placed)}` : message, fix, see, `[${code}]`];
    const whole = text.flatMap((part) => (part ? [sentence(part)] : [])).join(' ');
    logError({ message: whole, code, problems });
    finish('Failed', whole);
    return;
  }
  pipeline.info((error as Error | undefined)?.stack ?? String(error));
  const cause = (error as Error | undefined)?.cause;
  if (cause) pipeline.debug(String((cause as Error).stack ?? cause));
  const whole = `This is a defect of the task: ${messageOf(error)} Please report it with the lines above at ${DOCS}/support.md.`;
  logError({ message: whole, code: 'Defect', problems: [] });
  finish('Failed', whole);
}
