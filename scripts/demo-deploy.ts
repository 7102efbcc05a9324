/** `npm run demo -- --deploy`: models are rolled out while users send requests all the time. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runPipeline } from 'model-bridge-sandbox/agent';
import type { Sandbox } from 'model-bridge-sandbox/contracts';
import { workspaceArmId } from 'model-bridge-sandbox/settings';
import { type Table, textTable } from '../lib/core/table.ts';
import { constantLoad } from './demo-load.ts';
import { ROOT, STAGE } from './layout.ts';
import { call } from './workspace-facts.ts';

const PROJECT = join(ROOT, 'examples/app-with-model');
const ENDPOINT = 'offers';

const GOOD = { intercept: -1, months: -0.08, complaints: 0.9 };
/** It calls every customer loyal. */
const WRONG = { intercept: -9, months: -0.08, complaints: 0.9 };

interface Release {
  title: string;
  weights: typeof GOOD;
  /** Whether it is to stay. */
  stays: boolean;
  /** The most requests in percent that may fail. */
  mostFailed: number;
  /** What goes wrong in Azure ML, begun before the rollout. @returns what ends it */
  trouble?: (sandbox: Sandbox, signal: AbortSignal) => () => void;
}

const RELEASES: readonly Release[] = [
  { title: 'a good model', weights: { ...GOOD, intercept: -1.1 }, stays: true, mostFailed: 0 },
  { title: 'a model that fails its smoke test', weights: WRONG, stays: false, mostFailed: 0 },
  {
    title: 'a model that is slow',
    weights: { ...GOOD, intercept: -1.2 },
    stays: false,
    mostFailed: 0,
    trouble: (sandbox) =>
      sandbox.online.misbehave({ kind: 'latency', endpoint: ENDPOINT, deployment: 'blue', delayMs: 700 }),
  },
  {
    title: 'a model that fails under load',
    weights: { ...GOOD, intercept: -1.3 },
    stays: false,
    // Half of the requests to a deployment that has half of them.
    mostFailed: 25,
    trouble: failingAtHalf,
  },
];

/** Every second request to the new deployment fails from the moment that it has half of the traffic. */
function failingAtHalf(sandbox: Sandbox, signal: AbortSignal): () => void {
  const done = new AbortController();
  void (async () => {
    while (!done.signal.aborted && !signal.aborted) {
      if ((await endpoint(sandbox)).properties.traffic.blue === 50) {
        sandbox.online.misbehave({ kind: 'errors', endpoint: ENDPOINT, deployment: 'blue', percent: 50 });
        return;
      }
      await sleep(100);
    }
  })();
  return () => {
    done.abort();
    sandbox.online.behave();
  };
}

async function endpoint(sandbox: Sandbox): Promise<any> {
  const path = `${workspaceArmId(sandbox.settings)}/onlineEndpoints/${ENDPOINT}`;
  return (await call(sandbox, 'GET', `${sandbox.azuremlUrl}${path}?api-version=2026-05-01`)).body;
}

/** Runs the demo. @returns the exit code: 0 when every release ended as it should */
export async function deployDemo(
  sandbox: Sandbox,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number> {
  const start = Date.now();
  const project = join(folder, 'project');
  mkdirSync(project, { recursive: true });
  cpSync(PROJECT, project, { recursive: true });
  const release = async (weights: typeof GOOD) => {
    writeFileSync(join(project, 'serving/model/weights.json'), JSON.stringify(weights));
    const run = await runPipeline({
      file: join(project, 'azure-pipelines-canary.yml'),
      sourcesFolder: project,
      tasksFolder: join(STAGE, 'tasks'),
      workFolder: join(folder, 'agent', String(Date.now())),
      parameters: { bakeMinutes: '0' },
      sandbox,
      signal,
      write: (line) => console.log(line),
    });
    return run.stages.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps)).find(({ name }) => name === 'deploy')!;
  };

  say('Releasing a first model, which gets all requests.');
  await release(GOOD);
  const { scoringUri } = (await endpoint(sandbox)).properties;
  const rows: string[][] = [];
  const surprises: string[] = [];
  for (const { title, weights, stays, mostFailed, trouble } of RELEASES) {
    signal.throwIfAborted();
    say(`Rolling out ${title}, while users send requests.`);
    const before = (await endpoint(sandbox)).properties.traffic;
    const began = Date.now();
    sandbox.online.resetCounts();
    const stop = await constantLoad(sandbox, ENDPOINT, scoringUri);
    const settle = trouble?.(sandbox, signal);
    const { outputs } = await release(weights);
    settle?.();
    const { requests, failed } = await stop();
    const { traffic } = (await endpoint(sandbox)).properties;
    const share = (100 * failed) / Math.max(1, requests);
    rows.push([
      title,
      outputs.result ?? 'none',
      shown(traffic),
      String(requests),
      String(failed),
      `${share.toFixed(1)} %`,
      `${Math.round((Date.now() - began) / 1000)} s`,
    ]);
    if (outputs.result !== (stays ? 'released' : 'rolledBack')) surprises.push(`${title}: ${outputs.result}.`);
    if (!stays && shown(traffic) !== shown(before)) surprises.push(`${title}: the traffic is ${shown(traffic)}.`);
    if (share > mostFailed || requests < 50) surprises.push(`${title}: ${failed} of ${requests} requests failed.`);
  }
  say(`Done in ${Math.round((Date.now() - start) / 1000)} seconds.`);
  console.log(textTable(tableOf(rows)).join('\n'));
  if (surprises.length === 0)
    console.log('\nThe good model serves; the other three gave way to the model before them.');
  for (const surprise of surprises) console.log(`\nNot as expected: ${surprise}`);
  return surprises.length === 0 ? 0 : 1;
}

function tableOf(rows: string[][]): Table {
  return {
    columns: ['Rolled out', 'End', 'Traffic now', 'Requests', 'Failed', 'Share', 'Time'],
    rows,
    right: [3, 4, 5, 6],
  };
}

function shown(traffic: Record<string, number>): string {
  return Object.entries(traffic)
    .map(([name, share]) => `${name} ${share} %`)
    .join(', ');
}
