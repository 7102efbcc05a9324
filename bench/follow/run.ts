/**
 * `npm run bench:follow`: the stream task's process and the `jobs.stream` of Microsoft's Python SDK follow the same jobs in the
 * same sandbox at the same time. Prints, for each, how long after its end a job's end was noticed, requests to Resource Manager
 * and the data plane (blob traffic aside), CPU time, peak memory, and the lines of the log that were delivered; and the
 * ratios SDK / task. Needs `node scripts/setup-full.mjs` once. `BENCH_SECONDS` lists the jobs' durations (`15 45 120`).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../../lib/core/table.ts';
import { type RunsWorkspace, startRunsWorkspace } from '../../sandbox/test/runs-workspace.ts';
import { build } from '../../scripts/build.ts';
import { ROOT, STAGE } from '../../scripts/layout.ts';

const DURATIONS = (process.env.BENCH_SECONDS ?? '15 45 120').split(/\s+/).map(Number);
const LINES_PER_SECOND = 10;
const HERE = join(ROOT, 'bench/follow');
const PYTHON = join(ROOT, '.venv/bin/python');

/** How one side followed one job. */
interface Followed {
  /** Seconds from the job's end to the end of the following, its process's included. */
  lag: number;
  requests: number;
  cpu: number;
  /** Megabytes. */
  peak: number;
  lines: number;
}

async function main(): Promise<void> {
  if (!existsSync(PYTHON)) {
    console.error('azure-ai-ml is not installed. Run this first: node scripts/setup-full.mjs (it needs PyPI).');
    process.exitCode = 1;
    return;
  }
  await build();
  const workspace = await startRunsWorkspace();
  const rows: string[][] = [];
  try {
    for (const seconds of DURATIONS) {
      const name = `follow-${seconds}`;
      const lines = seconds * LINES_PER_SECOND;
      await workspace.submit(name, jobOf(workspace, lines));
      const first = workspace.sandbox.requests.length;
      const [task, sdk] = await Promise.all([
        follow([process.execPath, join(STAGE, 'tasks/stream-job/v1/index.js')], taskEnvironment(workspace, name)),
        follow([PYTHON, '-W', 'ignore', join(HERE, 'stream.py'), name], sdkEnvironment(workspace)),
      ]);
      const ended = Date.parse((await workspace.waitFor(name)).endTimeUtc);
      const mine = workspace.sandbox.requests.slice(first);
      const isTask = ({ headers }: (typeof mine)[number]) => /model-bridge\//.test(headers['user-agent'] ?? '');
      const isSdk = ({ headers }: (typeof mine)[number]) =>
        /azure-ai-ml|azsdk-python/.test(headers['user-agent'] ?? '');
      const both = {
        task: { ...task, lag: (task.end - ended) / 1000, requests: mine.filter(isTask).length },
        sdk: { ...sdk, lag: (sdk.end - ended) / 1000, requests: mine.filter(isSdk).length },
      };
      for (const [side, { lag, requests, cpu, peak, lines: shown }] of Object.entries(both) as [string, Followed][])
        rows.push([
          `${seconds} s`,
          side,
          lag.toFixed(1),
          String(requests),
          cpu.toFixed(2),
          peak.toFixed(0),
          `${shown} of ${lines}`,
        ]);
      rows.push([`${seconds} s`, 'SDK / task', ...ratios(both.sdk, both.task), '']);
    }
  } finally {
    await workspace.stop();
  }
  const columns = ['job', 'by', 'lag, s', 'requests', 'CPU, s', 'memory, MB', 'lines'];
  for (const line of textTable({ columns, rows })) console.log(line);
}

function ratios(sdk: Followed, task: Followed): string[] {
  return (['lag', 'requests', 'cpu', 'peak'] as const).map((one) => (sdk[one] / Math.max(1e-9, task[one])).toFixed(1));
}

function jobOf({ sandbox }: RunsWorkspace, lines: number): Record<string, unknown> {
  const { subscriptionId, resourceGroup, workspaceName } = sandbox.settings;
  const workspace = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspaceName}`;
  return {
    jobType: 'Command',
    command: `for n in $(seq ${lines}); do echo "bench line $n"; sleep ${1 / LINES_PER_SECOND}; done`,
    environmentId: `${workspace}/environments/AzureML-sklearn-1.5/versions/1`,
    computeId: 'cpu-cluster',
    experimentName: 'follow',
  };
}

function taskEnvironment({ sandbox }: RunsWorkspace, job: string): Record<string, string> {
  const connection = sandbox.connections.find(({ name }) => name === 'sandbox')!;
  return {
    PATH: process.env.PATH ?? '',
    ...sandbox.clientEnvironment,
    AGENT_TEMPDIRECTORY: mkdtempSync(join(tmpdir(), 'bench-follow-')),
    INPUT_CONNECTEDSERVICENAMEARM: connection.id,
    INPUT_RESOURCEGROUPNAME: sandbox.settings.resourceGroup,
    INPUT_WORKSPACENAME: sandbox.settings.workspaceName,
    INPUT_JOBNAME: job,
    [`ENDPOINT_URL_${connection.id}`]: connection.url,
    [`ENDPOINT_AUTH_${connection.id}`]: JSON.stringify({
      scheme: connection.scheme,
      parameters: connection.parameters,
    }),
    [`ENDPOINT_DATA_${connection.id}`]: JSON.stringify(connection.data),
  };
}

function sdkEnvironment({ sandbox }: RunsWorkspace): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'bench-follow-'));
  return { PATH: process.env.PATH ?? '', HOME: home, PYTHONUNBUFFERED: '1', ...sandbox.environment };
}

async function follow(command: string[], env: Record<string, string>) {
  const child = spawn('python3', [join(HERE, 'measure.py'), ...command], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const end = Date.now();
  const output = Buffer.concat(chunks).toString().trim().split('\n');
  const { cpu, peak, code } = JSON.parse(output.pop()!) as { cpu: number; peak: number; code: number };
  if (code !== 0) throw new Error(`${command.join(' ')} failed:\n${output.join('\n')}`);
  const lines = new Set(output.flatMap((line) => /bench line \d+/.exec(line)?.[0] ?? [])).size;
  return { end, cpu, peak: peak / 1024, lines };
}

await main();
