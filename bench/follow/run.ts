/**
 * `npm run bench:follow`: the stream task's process and the `jobs.stream` of Microsoft's Python SDK follow the same jobs in the
 * same sandbox at the same time. Prints, for each, how long after its end a job's end was noticed, requests to Resource Manager
 * and the data plane (blob traffic aside), CPU time, peak memory, and the lines of the log that were delivered; and the
 * ratios SDK / task. Needs `node scripts/setup-full.mjs` once. `BENCH_SECONDS` lists the jobs' durations (`15 45 120`).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from 'model-bridge-sandbox';
import type { Sandbox } from 'model-bridge-sandbox/contracts';
import { textTable } from '../../lib/core/table.ts';
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
  const sandbox = await startSandbox();
  const rows: string[][] = [];
  try {
    for (const seconds of DURATIONS) {
      const lines = seconds * LINES_PER_SECOND;
      const name = await submit(sandbox, lines);
      const first = sandbox.requests.length;
      const [task, sdk] = await Promise.all([
        follow(
          [process.execPath, join(STAGE, 'tasks/stream-job/v1/index.js')],
          taskEnvironment(sandbox, { JOBNAME: name }),
        ),
        follow([PYTHON, '-W', 'ignore', join(ROOT, 'bench/sdk.py'), 'stream', name], sdkEnvironment(sandbox)),
      ]);
      const ended = task.ended ?? sdk.ended ?? Number.NaN;
      const mine = sandbox.requests.slice(first);
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
    await sandbox.stop();
  }
  const columns = ['job', 'by', 'lag, s', 'requests', 'CPU, s', 'memory, MB', 'lines'];
  for (const line of textTable({ columns, rows })) console.log(line);
}

function ratios(sdk: Followed, task: Followed): string[] {
  return (['lag', 'requests', 'cpu', 'peak'] as const).map((one) => (sdk[one] / Math.max(1e-9, task[one])).toFixed(1));
}

/** Submits, with the task, a job that prints its lines and, last, when it ends. @returns its name */
async function submit(sandbox: Sandbox, lines: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-follow-'));
  const jobFile = join(folder, 'job.yml');
  const printing = `for n in $(seq ${lines}); do echo "bench line $n"; sleep ${1 / LINES_PER_SECOND}; done`;
  writeFileSync(
    jobFile,
    `type: command
command: |
  ${printing}; echo "bench end $(date +%s.%N)"
environment: azureml:AzureML-sklearn-1.5@latest
compute: azureml:cpu-cluster
experiment_name: follow
`,
  );
  const { output } = await run(
    [process.execPath, join(STAGE, 'tasks/submit-job/v1/index.js')],
    taskEnvironment(sandbox, { JOBFILE: jobFile, JOBNAME: `follow-${lines}` }),
  );
  const name = /setvariable variable=jobName;[^\]]*\](\S+)/.exec(output.join('\n'))?.[1];
  if (name === undefined) throw new Error(output.join('\n'));
  return name;
}

function taskEnvironment(sandbox: Sandbox, inputs: Record<string, string>): Record<string, string> {
  const connection = sandbox.connections.find(({ name }) => name === 'sandbox')!;
  return {
    PATH: process.env.PATH ?? '',
    ...sandbox.clientEnvironment,
    AGENT_TEMPDIRECTORY: mkdtempSync(join(tmpdir(), 'bench-follow-')),
    INPUT_CONNECTEDSERVICENAMEARM: connection.id,
    INPUT_RESOURCEGROUPNAME: sandbox.settings.resourceGroup,
    INPUT_WORKSPACENAME: sandbox.settings.workspaceName,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name}`, value])),
    SYSTEM_COLLECTIONURI: sandbox.devops.collectionUrl,
    SYSTEM_TEAMPROJECT: sandbox.devops.project.name,
    BUILD_BUILDID: '1',
    BUILD_BUILDNUMBER: 'bench.1',
    [`ENDPOINT_URL_${connection.id}`]: connection.url,
    [`ENDPOINT_AUTH_${connection.id}`]: JSON.stringify({
      scheme: connection.scheme,
      parameters: connection.parameters,
    }),
    [`ENDPOINT_DATA_${connection.id}`]: JSON.stringify(connection.data),
  };
}

function sdkEnvironment(sandbox: Sandbox): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'bench-follow-'));
  return { PATH: process.env.PATH ?? '', HOME: home, PYTHONUNBUFFERED: '1', ...sandbox.environment };
}

async function follow(command: string[], env: Record<string, string>) {
  const { output, cpu, peak, end } = await run(command, env);
  const text = output.join('\n');
  const lines = new Set(text.match(/bench line \d+/g)).size;
  const ended = /bench end ([\d.]+)/.exec(text)?.[1];
  return { end, cpu, peak: peak / 1024, lines, ended: ended === undefined ? undefined : Number(ended) * 1000 };
}

async function run(command: string[], env: Record<string, string>) {
  const child = spawn('python3', [join(HERE, 'measure.py'), ...command], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const end = Date.now();
  const output = Buffer.concat(chunks).toString().trim().split('\n');
  const { cpu, peak, code } = JSON.parse(output.pop()!) as { cpu: number; peak: number; code: number };
  if (code !== 0) throw new Error(`${command.join(' ')} failed:\n${output.join('\n')}`);
  return { output, cpu, peak, end };
}

await main();
