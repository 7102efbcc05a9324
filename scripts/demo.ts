/**
 * `npm run demo`: builds the tasks, starts both clouds on this machine and runs the sample project's pipeline with them.
 * `npm run demo -- --break` trains a model that must not pass, and shows that nothing is registered then.
 * `npm run demo -- --deploy` rolls models out to users that never stop sending requests: a good one, and three that must not stay.
 * `npm run demo -- --gate` tells the gate's story in three acts: a first model, a better one, and a worse one.
 * Exits with 0 when the run ended as expected.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from 'model-bridge-sandbox';
import { type RunResult, runPipeline } from 'model-bridge-sandbox/agent';
import type { Sandbox } from 'model-bridge-sandbox/contracts';
import { type Table, textTable } from '../lib/core/table.ts';
import { build } from './build.ts';
import { deployDemo } from './demo-deploy.ts';
import { ROOT, STAGE } from './layout.ts';
import { modelVersions, stepMetrics } from './workspace-facts.ts';

const MODEL = 'breast-cancer';
const PROJECT = join(ROOT, 'examples/breast-cancer');
const FOLDER = join(ROOT, 'build/demo');

/** An untrained model: every probability is 0.5. */
const BROKEN = { epochs: '0' };

const PASSED = 'The model passed the gate and is registered. npm run demo -- --break shows what happens to a bad one.';
const STOPPED = 'The gate stopped the model: the job ran to its end, the rules failed, and nothing was registered.';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      break: { type: 'boolean', default: false },
      deploy: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
    },
  });
  const start = Date.now();
  checkPython();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const cancel = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancel.abort());

  say('Building the tasks.');
  await build();
  say('Starting the sandbox: Azure ML and Azure DevOps on this machine.');
  const sandbox = await startSandbox();
  try {
    if (values.deploy) return await deployDemo(sandbox, FOLDER, cancel.signal, say);
    if (values.gate) return await tellGateStory(sandbox, cancel.signal, start);
    say(
      `Running ${relative(ROOT, PROJECT)}/azure-pipelines.yml${values.break ? ' with a model that is not trained' : ''}.`,
    );
    const run = await runProject(sandbox, values.break ? BROKEN : {}, cancel.signal);
    writeLogs(run);
    const { table, surprises } = await judge(sandbox, run, values.break);
    say(`Done in ${Math.round((Date.now() - start) / 1000)} seconds.`);
    console.log(textTable(table).slice(2).join('\n'));
    if (surprises.length === 0) console.log(`\n${values.break ? STOPPED : PASSED}`);
    for (const surprise of surprises) console.log(`\nNot as expected: ${surprise}`);
    return surprises.length === 0 ? 0 : 1;
  } finally {
    await sandbox.stop();
  }
}

function checkPython(): void {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error('The sample project is Python: install Python 3 so that the command python3 is there.');
  }
}

function say(line: string): void {
  console.log(`\n=== ${line}\n`);
}

interface Act {
  title: string;
  epochs: string;
  verdict: string;
  /** The version that is registered; undefined when the gate stops the model. */
  version: string | undefined;
}

const ACTS: Act[] = [
  { title: 'a first model, with nothing to compare it with', epochs: '2', verdict: 'noBaseline', version: '1' },
  { title: 'a better one, which replaces it', epochs: '60', verdict: 'pass', version: '2' },
  { title: 'a worse one, which the gate stops', epochs: '1', verdict: 'fail', version: undefined },
];

/** Runs the pipeline three times, and shows how each model compared with the one before. */
async function tellGateStory(sandbox: Sandbox, signal: AbortSignal, start: number): Promise<number> {
  const rows: string[][] = [];
  const surprises: string[] = [];
  for (const [index, { title, epochs, verdict, version }] of ACTS.entries()) {
    say(`Act ${index + 1}: ${title} (${epochs} epochs).`);
    const run = await runProject(sandbox, { epochs }, signal);
    const steps = run.stages.flatMap((stage) => stage.jobs).flatMap((job) => job.steps);
    const output = (step: string, name: string): string | undefined =>
      steps.find((found) => found.name === step)?.outputs[name];
    const registered = output('register', 'modelVersion');
    const is = { verdict: output('gate', 'verdict'), version: registered, baseline: output('gate', 'baseline') };
    if (is.verdict !== verdict) surprises.push(`act ${index + 1}: the verdict is ${is.verdict}.`);
    if (is.version !== version) surprises.push(`act ${index + 1}: the version is ${is.version}.`);
    const jobName = output('submit', 'jobName');
    const { accuracy = Number.NaN, log_loss: loss = Number.NaN } = jobName ? await stepMetrics(sandbox, jobName) : {};
    const what = registered ? `registered as ${MODEL}:${registered}` : 'not registered';
    const numbers = [accuracy, loss].map((value) => value.toFixed(4));
    rows.push([`${index + 1}`, ...numbers, is.baseline ?? '', is.verdict ?? 'none', what]);
  }
  say(`Done in ${Math.round((Date.now() - start) / 1000)} seconds.`);
  const columns = ['Act', 'Accuracy', 'Log loss', 'Compared with', 'Verdict', 'Model'];
  console.log(textTable({ columns, rows, right: [1, 2] }).join('\n'));
  for (const surprise of surprises) console.log(`\nNot as expected: ${surprise}`);
  return surprises.length === 0 ? 0 : 1;
}

async function runProject(
  sandbox: Sandbox,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<RunResult> {
  const log = createWriteStream(join(FOLDER, 'agent.log'), { flags: 'a' });
  try {
    return await runPipeline({
      file: join(PROJECT, 'azure-pipelines.yml'),
      sourcesFolder: PROJECT,
      tasksFolder: join(STAGE, 'tasks'),
      workFolder: join(FOLDER, 'agent'),
      parameters,
      sandbox,
      signal,
      write(line) {
        console.log(line);
        log.write(`${line}\n`);
      },
    });
  } finally {
    await new Promise((done) => log.end(done));
  }
}

/** One file per step, numbered in the order of the run. */
function writeLogs(run: RunResult): void {
  const steps = run.stages.flatMap((stage) => stage.jobs).flatMap((job) => job.steps);
  mkdirSync(join(FOLDER, 'steps'));
  for (const [index, step] of steps.entries()) {
    const name = `${String(index + 1).padStart(2, '0')} ${step.displayName.replace(/[^\w .-]/g, '_')}.log`;
    writeFileSync(join(FOLDER, 'steps', name), `${step.log.join('\n')}\n`);
  }
}

/** Holds what the pipeline said against what the workspace has. */
async function judge(
  sandbox: Sandbox,
  run: RunResult,
  broken: boolean,
): Promise<{ table: Table; surprises: string[] }> {
  const steps = run.stages.flatMap((stage) => stage.jobs).flatMap((job) => job.steps);
  const output = (step: string, name: string) => steps.find((found) => found.name === step)?.outputs[name];
  const jobName = output('submit', 'jobName');
  const verdict = output('gate', 'verdict');
  const metrics = jobName ? await stepMetrics(sandbox, jobName) : {};
  const versions = await modelVersions(sandbox, MODEL);

  const surprises: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) surprises.push(what);
  };
  expect(verdict === (broken ? 'fail' : 'noBaseline'), `the verdict is ${verdict}.`);
  expect(run.result === (broken ? 'failed' : 'succeeded'), `the run ${run.result}.`);
  if (broken) {
    expect(versions.length === 0, `the workspace has ${versions.length} version(s) of the model.`);
  } else {
    const registered = output('register', 'modelVersion');
    expect(registered !== undefined && versions[0]?.name === registered, 'the registered version does not exist.');
  }

  const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  const rows = [
    ['pipeline run', `${run.buildNumber} ${run.result}`],
    ['job', jobName ?? 'not submitted'],
    ['metrics', numbers.join(', ') || 'none'],
    ['verdict', verdict ?? 'none'],
    ['model', versions[0] ? `${MODEL}:${versions[0].name}` : `nothing registered${broken ? ', as it must be' : ''}`],
    [
      'logs',
      `${relative(process.cwd(), FOLDER)}/agent.log, and one file per step in ${relative(process.cwd(), FOLDER)}/steps`,
    ],
  ];
  return { table: { columns: ['', ''], rows }, surprises };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
