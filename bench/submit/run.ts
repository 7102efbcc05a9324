/**
 * `npm run bench:submit`: the submit task's process against Microsoft's Python SDK, side by side in one run against one
 * sandbox, the two in turn. Prints the ratios SDK / task of wall time, CPU time, peak memory, requests and bytes sent to
 * Azure Resource Manager and the data plane (blob traffic aside). Needs `node scripts/setup-full.mjs` once. `BENCH_ROUNDS`
 * is the number of rounds (3), `BENCH_ONLY` a part of the names of the scenarios to run. `BENCH_BUILD` is the `build/extension`
 * of another state of this repository, whose submit task then takes the SDK's part.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startSandbox } from 'model-bridge-sandbox';
import type { Sandbox } from 'model-bridge-sandbox/contracts';
import { textTable } from '../../lib/core/table.ts';
import { build } from '../../scripts/build.ts';
import { ROOT, STAGE } from '../../scripts/layout.ts';
import { writeManyFiles, writePipeline, writeSmall } from './projects.ts';

interface Cost {
  wall: number;
  cpu: number;
  peak: number;
  requests: number;
  bytes: number;
}

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const OTHER_BUILD = process.env.BENCH_BUILD;
const HERE = join(ROOT, 'bench/submit');
/** Has azure-ai-ml. */
const PYTHON = join(ROOT, '.venv/bin/python');

/** Environment of the task as the agent makes it (see docs/sandbox.md); a new step each time, so each submits a job of its own. */
function taskEnvironment(sandbox: Sandbox, jobFile: string, folder: string, run: number): Record<string, string> {
  const connection = sandbox.connections.find(({ name }) => name === 'sandbox')!;
  const temp = mkdtempSync(join(folder, 'agent-'));
  return {
    PATH: process.env.PATH ?? '',
    ...sandbox.clientEnvironment,
    TF_BUILD: 'True',
    AGENT_TEMPDIRECTORY: temp,
    SYSTEM_DEFAULTWORKINGDIRECTORY: dirname(jobFile),
    SYSTEM_COLLECTIONURI: sandbox.devops.collectionUrl,
    SYSTEM_TEAMPROJECT: sandbox.devops.project.name,
    SYSTEM_HOSTTYPE: 'build',
    BUILD_BUILDID: String(run),
    BUILD_BUILDNUMBER: `bench.${run}`,
    INPUT_CONNECTEDSERVICENAMEARM: connection.id,
    INPUT_RESOURCEGROUPNAME: sandbox.settings.resourceGroup,
    INPUT_WORKSPACENAME: sandbox.settings.workspaceName,
    INPUT_JOBFILE: jobFile,
    [`ENDPOINT_URL_${connection.id}`]: connection.url,
    [`ENDPOINT_AUTH_${connection.id}`]: JSON.stringify({
      scheme: connection.scheme,
      parameters: connection.parameters,
    }),
    [`ENDPOINT_DATA_${connection.id}`]: JSON.stringify(connection.data),
  };
}

async function measure(sandbox: Sandbox, command: string[], env: Record<string, string>, cwd: string): Promise<Cost> {
  const first = sandbox.requests.length;
  const child = spawn('python3', [join(HERE, 'measure.py'), ...command], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString().trim().split('\n');
  const { code, ...cost } = JSON.parse(lines.pop()!) as Cost & { code: number };
  const failed = code !== 0 || lines.some((line) => /task\.complete result=Failed/.test(line));
  if (failed) throw new Error(`${command.join(' ')} failed:\n${lines.join('\n')}`);
  const requests = sandbox.requests
    .slice(first)
    .filter(({ headers }) => !/log_metrics|mlflow/i.test(headers['user-agent'] ?? ''));
  const bytes = requests.reduce((sum, { body }) => sum + (body === undefined ? 0 : JSON.stringify(body).length), 0);
  return { ...cost, requests: requests.length, bytes };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

async function main(): Promise<void> {
  if (!OTHER_BUILD && !existsSync(PYTHON)) {
    console.error('azure-ai-ml is not installed. Run this first: node scripts/setup-full.mjs (it needs PyPI).');
    process.exitCode = 1;
    return;
  }
  await build();
  const folder = mkdtempSync(join(tmpdir(), 'bench-submit-'));
  let run = 0;
  const rows: string[][] = [];
  try {
    const scenarios: [name: string, write: (folder: string) => string, again: boolean][] = [
      ['small command job', writeSmall, false],
      ['100 steps, 60 local components, first', writePipeline, false],
      ['100 steps, 60 local components, unchanged', writePipeline, true],
      ['3000-file code folder, first', writeManyFiles, false],
      ['3000-file code folder, unchanged', writeManyFiles, true],
    ];
    for (const [name, write, again] of scenarios.filter(([name]) => name.includes(process.env.BENCH_ONLY ?? ''))) {
      const costs: Record<'task' | 'other', Cost[]> = { task: [], other: [] };
      for (let round = 0; round < ROUNDS; round++) {
        // Each side has a sandbox of its own, so that "first" is first for both.
        for (const side of ['task', 'other'] as const) {
          const project = join(folder, `${run}`);
          mkdirSync(project, { recursive: true });
          const jobFile = write(project);
          // Submitting is measured; a job that runs meanwhile would take the processor from it.
          const sandbox = await startSandbox({ holdJobs: true });
          try {
            const submit = (): Promise<Cost> =>
              side === 'task' || OTHER_BUILD
                ? measure(
                    sandbox,
                    [process.execPath, join(side === 'task' ? STAGE : OTHER_BUILD!, 'tasks/submit-job/v1/index.js')],
                    taskEnvironment(sandbox, jobFile, folder, run++),
                    project,
                  )
                : measure(
                    sandbox,
                    [PYTHON, join(ROOT, 'bench/sdk.py'), 'submit', jobFile],
                    { PATH: process.env.PATH ?? '', HOME: project, ...sandbox.environment },
                    project,
                  );
            if (again) await submit();
            costs[side].push(await submit());
          } finally {
            await sandbox.stop();
            run++;
          }
        }
      }
      const ratio = (field: keyof Cost): string => {
        const of = (list: Cost[]): number => median(list.map((cost) => cost[field]));
        return (of(costs.other) / Math.max(1e-9, of(costs.task))).toFixed(1);
      };
      const seconds = (list: Cost[]): string => median(list.map(({ wall }) => wall)).toFixed(2);
      rows.push([
        name,
        `${seconds(costs.other)} / ${seconds(costs.task)}`,
        ratio('wall'),
        ratio('cpu'),
        ratio('peak'),
        ratio('requests'),
        ratio('bytes'),
      ]);
      console.log(rows.at(-1)!.join('  '));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${OTHER_BUILD ? 'Other build' : 'SDK'} / task, medians of ${ROUNDS} rounds:\n`);
  for (const line of textTable({
    columns: ['Scenario', 'Seconds', 'Wall', 'CPU', 'Memory', 'Requests', 'Bytes'],
    rows,
    right: [1, 2, 3, 4, 5, 6],
  }))
    console.log(line);
}

await main();
