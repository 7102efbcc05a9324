/** Many jobs, each followed by a process of the built task, all of them together, with faults in every twentieth answer. */
import { readFileSync } from 'node:fs';
import {
  answers,
  type Behaviour,
  cutsAnswer,
  dropsConnection,
  startFakeAzure,
} from '../../test/scenarios/fake-azure.ts';
import { runBuiltTask, type TaskRun } from '../../test/scenarios/run-built-task.ts';
import { random } from './random.ts';

export interface ManyJobs {
  jobs: number;
  /** Tasks whose result, status, or lines are not the job's. */
  lost: string[];
  requests: number;
  faults: number;
  seconds: number;
  /** Largest memory of a process, in megabytes, in the first and in the last third of its time: medians over the processes. */
  memory: { first: number; last: number };
}

const STATUSES = ['Completed', 'Completed', 'Completed', 'Failed', 'Canceled'] as const;
const RESULTS: Record<string, string> = { Completed: 'Succeeded', Failed: 'Failed', Canceled: 'Failed' };
const LOG = 'user_logs/std_log.txt';
const LINES_PER_SECOND = 20;

export async function followManyJobs({ jobs = 50, seconds = 90, faultShare = 0.05, seed = 1 } = {}): Promise<ManyJobs> {
  const chance = random(seed);
  const azure = await startFakeAzure();
  let faults = 0;
  const FAULTS: Behaviour[] = [
    answers(500, {}),
    answers(503, {}),
    answers(429, {}, { 'Retry-After': '2' }),
    answers(401, {}),
    answers(200, '<html>busy</html>', { 'Content-Type': 'text/html' }),
    dropsConnection(),
    cutsAnswer(),
  ];
  const start = Date.now();
  const names = Array.from({ length: jobs }, (_, nth) => `job-${nth}`);
  const ends = new Map(
    names.map((name) => [name, { at: 15_000 + chance() * (seconds - 15) * 1000, status: pick(STATUSES, chance) }]),
  );
  const logOf = (name: string): string => {
    const age = Math.min(Date.now() - start, ends.get(name)!.at);
    return Array.from(
      { length: Math.floor((age / 1000) * LINES_PER_SECOND) },
      (_, nth) => `${name} line ${nth}\n`,
    ).join('');
  };
  for (const name of names)
    azure.addJob(name).logFiles = { [LOG]: `${azure.url}/logs/${name}/${LOG}?sig=s1gn4tures1gn4ture` };
  azure.on(/./, (request, usual, response) => {
    const name = /job-\d+/.exec(request.path)?.[0];
    const job = name === undefined ? undefined : azure.jobs.get(name);
    if (name && job) {
      const { at, status } = ends.get(name)!;
      if (Date.now() - start >= at) job.status = job.properties.status = status;
      if (request.path.startsWith('/logs/')) azure.logs.set(`${name}/${LOG}`, logOf(name));
    }
    // Who has no token is not refused one; a page is content where content is asked for.
    const isLog = request.path.startsWith('/logs/');
    const possible = FAULTS.filter((_, nth) =>
      nth === 3 ? request.headers.authorization !== undefined : nth !== 4 || !isLog,
    );
    if (chance() >= faultShare) return usual();
    faults++;
    return pick(possible, chance)(request, usual, response);
  });
  const memory: { first: number[]; last: number[] } = { first: [], last: [] };
  const runs = await Promise.all(
    names.map(async (name) => {
      const samples: number[] = [];
      const run = await runBuiltTask(
        'stream-job',
        azure,
        { jobName: name, pollInterval: '2' },
        {
          onStart: (pid) => samplePeriodically(pid, samples),
        },
      );
      memory.first.push(largest(samples.slice(0, Math.ceil(samples.length / 3))));
      memory.last.push(largest(samples.slice(-Math.ceil(samples.length / 3))));
      return { name, run };
    }),
  );
  const took = (Date.now() - start) / 1000;
  azure.stop();
  const lost = runs.flatMap(({ name, run }) => problemsOf(name, run, ends.get(name)!.status, logOf(name)));
  return {
    jobs,
    lost,
    requests: azure.requests.length,
    faults,
    seconds: took,
    memory: { first: median(memory.first), last: median(memory.last) },
  };
}

function problemsOf(name: string, run: TaskRun, status: string, log: string): string[] {
  const problems: string[] = [];
  if (run.result !== RESULTS[status] || run.outputs.status !== status)
    problems.push(`${name} is ${status}; the task says ${run.result}, ${run.outputs.status}: ${run.message}`);
  const shown = run.log.split('\n').filter((line) => line.startsWith('| '));
  const written = log
    .split('\n')
    .filter(Boolean)
    .map((line) => `| ${line}`);
  if (shown.join('\n') !== written.join('\n')) problems.push(`${name}: ${shown.length} of ${written.length} lines`);
  if (run.killedBy !== null) problems.push(`${name} was killed by ${run.killedBy}`);
  return problems;
}

/** Resident memory in megabytes, twice a second, while the process lives. */
function samplePeriodically(pid: number, samples: number[]): void {
  const timer = setInterval(() => {
    try {
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (kilobytes === undefined) clearInterval(timer);
      else samples.push(Number(kilobytes) / 1024);
    } catch {
      clearInterval(timer);
    }
  }, 500);
}

function pick<T>(list: readonly T[], chance: () => number): T {
  return list[Math.floor(chance() * list.length)]!;
}

function largest(values: number[]): number {
  return Math.max(0, ...values);
}

function median(values: number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
