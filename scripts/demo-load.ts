/** Users of an online endpoint of the sandbox, who never stop sending requests. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from 'model-bridge-sandbox/contracts';
import { workspaceArmId } from 'model-bridge-sandbox/settings';
import { call } from './workspace-facts.ts';

const CLIENTS = 4;
const BODY = JSON.stringify({ customers: [{ months: 2, complaints: 4 }] });

/** Starts them. @returns what stops them and counts their requests, and those that were not answered with 200 */
export async function constantLoad(
  sandbox: Sandbox,
  endpoint: string,
  scoringUri: string,
): Promise<() => Promise<{ requests: number; failed: number }>> {
  const path = `${workspaceArmId(sandbox.settings)}/onlineEndpoints/${endpoint}/listKeys`;
  const { body } = await call(sandbox, 'POST', `${sandbox.azuremlUrl}${path}?api-version=2026-05-01`, {});
  const ca = readFileSync(sandbox.environment.NODE_EXTRA_CA_CERTS!);
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS, ca });
  return sendUntilStopped(agent, { clients: CLIENTS, pauseMs: 20 }, () => statusOf(agent, scoringUri, body.primaryKey));
}

/**
 * Clients that send one request after the other.
 * @param send sends one request over the agent. @returns its status; undefined when there was no answer
 * @returns what stops them, and counts their requests and those that were not answered with 200
 */
export function sendUntilStopped(
  agent: Agent,
  { clients, pauseMs }: { clients: number; pauseMs: number },
  send: () => Promise<number | undefined>,
): () => Promise<{ requests: number; failed: number }> {
  let [requests, failed, running] = [0, 0, true];
  const client = async (): Promise<void> => {
    while (running) {
      const status = await send();
      requests++;
      if (status !== 200) failed++;
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return async () => {
    running = false;
    await all;
    agent.destroy();
    return { requests, failed };
  };
}

/** 0 when there was no answer. The sandbox's hosts resolve in its own clients; this process connects by the address. */
function statusOf(agent: Agent, url: string, key: string): Promise<number> {
  const { hostname, port, host, pathname } = new URL(url);
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
    'Content-Length': BODY.length,
    Host: host,
  };
  return new Promise((resolve) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, servername: hostname, path: pathname, method: 'POST', headers },
      (answer) => {
        answer.resume();
        answer.on('error', () => resolve(0));
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', () => resolve(0));
    sent.end(BODY);
  });
}
