/** `HttpRequestChain`: requests one after the other, each repeated while its polling expression holds. */
import type { HttpsAnswer } from '../../https-request.ts';
import type { Value } from '../expression/values.ts';
import { evaluateCriteria } from './criteria.ts';
import type { ChainExecution, ChainLink } from './execution.ts';
import { filled, holds, send } from './request.ts';
import { type Outcome, pause, type ServerTask, variablesOf } from './task.ts';

/** Sends the request until it need not be repeated. */
async function poll(link: ChainLink, task: ServerTask, outputs: Map<string, Value>): Promise<HttpsAnswer> {
  for (;;) {
    const answer = await send(link.request, task, { outputs });
    const { continuePolling, request } = link;
    if (continuePolling === '' || !holds(continuePolling, request, task, answer, outputs)) return answer;
    task.write(`Next request in ${link.retrySeconds} seconds.`);
    await pause(task, link.retrySeconds);
  }
}

/**
 * Runs the chain; throws when a request fails or its answer does not meet its expression.
 * @param outputs what the requests give each other; a gate keeps it from one evaluation to the next
 */
export async function runChain(
  { links }: ChainExecution,
  task: ServerTask,
  outputs = new Map<string, Value>(),
): Promise<Outcome> {
  try {
    for (const link of links) {
      const { request, skip } = link;
      if (skip !== '' && holds(skip, request, task, undefined, outputs)) continue;
      const answer = await poll(link, task, outputs);
      for (const [name, expression] of link.outputs) {
        const scope = { answer, inputs: task.inputs, variables: variablesOf(task, outputs) };
        outputs.set(name, evaluateCriteria(filled(expression, request, task, outputs), scope));
      }
      if (!holds(request.expression, request, task, answer, outputs))
        throw new Error('The answer does not meet the success criteria.');
    }
    return 'Succeeded';
  } catch (error) {
    if (task.signal.aborted) return 'Canceled';
    throw error;
  }
}
