/** What the stories about rollouts share: the step, an endpoint that serves, a client that never rests. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { armClient } from '../../sandbox/test/http.ts';
import { score } from '../../sandbox/test/online-workspace.ts';
import { sendUntilStopped } from '../../scripts/demo-load.ts';
import { type Fixture, type Run, type Step, task } from '../e2e/fixture.ts';

/** A step that deploys to the endpoint that its file names, under the name of the step's outputs. */
export const deployFiles = (inputs: Record<string, string> = {}, more: Step = {}): Step =>
  task(
    'AzureMLDeployModel',
    'deploy',
    {
      endpointFile: 'serving/endpoint.yml',
      deploymentFile: 'serving/deployment.yml',
      smokeTests: 'serving/smoke.yml',
      bakeMinutes: '0',
      ...inputs,
    },
    more,
  );

export const deploy = (inputs: Record<string, string> = {}, more: Step = {}): Step =>
  deployFiles({ endpointName: 'churn', ...inputs }, more);

export const behaving = (behaviour: string): Record<string, string> => ({
  overrides: `environment_variables.BEHAVIOUR=${behaviour}`,
});

export async function arm(fixture: Fixture, path: string): Promise<any> {
  return (await (await armClient(fixture.sandbox)).call('GET', path)).body;
}

/** Traffic and record of the rollout, as the endpoint has them. */
export async function endpoint(
  fixture: Fixture,
): Promise<{ traffic: Record<string, number>; phase: string | undefined }> {
  const { properties, tags } = await arm(fixture, 'onlineEndpoints/churn');
  return { traffic: properties.traffic, phase: tags['rollout.phase'] };
}

/** Releases a first deployment, which serves everybody. */
export async function releaseFirst(fixture: Fixture, inputs: Record<string, string> = {}): Promise<Run> {
  const run = await fixture.run([deploy({ deploymentName: 'blue', ...inputs })]);
  assert.equal(run.result, 'succeeded', run.log);
  return run;
}

/** A client of the endpoint that sends requests one after the other until it is stopped. */
export async function constantLoad(
  fixture: Fixture,
  clients = 4,
): Promise<() => Promise<{ requests: number; failed: number }>> {
  const { sandbox } = fixture;
  const { scoringUri } = (await arm(fixture, 'onlineEndpoints/churn')).properties;
  const keys = await (await armClient(sandbox)).call('POST', 'onlineEndpoints/churn/listKeys', {});
  const key = keys.body.primaryKey as string;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  return sendUntilStopped(agent, { clients, pauseMs: 2 }, async () => {
    const answer = await score(sandbox, scoringUri, { key, agent, body: { data: [[1, 2]] } }).catch(() => undefined);
    return answer?.status;
  });
}

/** Requests that change the endpoint or its deployments. */
export function writesOf(fixture: Fixture, first: number): string[] {
  return fixture.sandbox.requests
    .slice(first)
    .filter(({ method, url }) => /^(?:PUT|DELETE|PATCH)$/.test(method) && url.includes('/onlineEndpoints/churn'))
    .map(({ method, url }) => `${method} ${url.replace(/^.*\/onlineEndpoints\/churn/, '').split('?')[0]}`);
}

/** Kills the process of the task that this process has started, as when the agent is lost. */
export function killTask(): boolean {
  for (const pid of descendants(process.pid))
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('AzureMLDeployModel')) {
      process.kill(pid, 'SIGKILL');
      return true;
    }
  return false;
}

function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}
