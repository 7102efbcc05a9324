/** Runs pipelines with the tasks of the packed extension against a sandbox of its own. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import AdmZip from 'adm-zip';
import { stringify } from 'yaml';
import { type RunOptions, type RunResult, runPipeline } from '../../sandbox/agent/run.ts';
import type { StepResult } from '../../sandbox/agent/steps/run-step.ts';
import type { RecordedRequest, Sandbox } from '../../sandbox/contracts.ts';
import { type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { ROOT } from '../../scripts/layout.ts';
import { pack } from '../../scripts/package.ts';

/** The project whose job files the tests submit. */
const PROJECT = join(ROOT, 'test/fixtures/project');

/** A step of a pipeline, as it is written in YAML. */
export type Step = Record<string, unknown>;

export interface Fixture {
  sandbox: Sandbox;
  /** The tasks of the VSIX, unpacked. */
  tasksFolder: string;
  /** Runs a pipeline (a list of steps, or the whole file as data) with the project as the sources. */
  run(pipeline: Step[] | Record<string, unknown>, options?: Partial<RunOptions>): Promise<Run>;
  stop(): Promise<void>;
}

export interface Run extends RunResult {
  /** The agent's whole log. */
  log: string;
  /** A step by its name. */
  step(name: string): StepResult;
  /** What the Azure ML part received during the run. */
  requests: RecordedRequest[];
}

let packed: Promise<string> | undefined;

/** The tasks of the VSIX, unpacked once for all suites of the process. */
function packedTasks(): Promise<string> {
  packed ??= packOnce();
  return packed;
}

/** The run of mocha that this process belongs to: its workers share what one of them packs. */
const RUN = process.env.MOCHA_WORKER_ID === undefined ? process.pid : process.ppid;
const PACKED = join(ROOT, 'build/packed');

/** Packs and unpacks in one of the processes of a run; the others wait for it. */
async function packOnce(): Promise<string> {
  const folder = join(PACKED, String(RUN));
  const [lock, done] = [join(folder, 'lock'), join(folder, 'done')];
  mkdirSync(folder, { recursive: true });
  try {
    mkdirSync(lock);
  } catch {
    while (!existsSync(done)) await sleep(200);
    return join(folder, 'extension/tasks');
  }
  for (const other of readdirSync(PACKED)) if (!isRunning(other)) rmSync(join(PACKED, other), { recursive: true });
  new AdmZip(await pack()).extractAllTo(join(folder, 'extension'), true);
  writeFileSync(done, '');
  return join(folder, 'extension/tasks');
}

function isRunning(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

/** @param node that runs the tasks; default: the one that runs the tests */
export async function startFixture(node?: string, options: SandboxOptions = {}): Promise<Fixture> {
  const tasksFolder = await packedTasks();
  const sandbox = await startSandbox(options);
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'));
  return {
    sandbox,
    tasksFolder,
    async run(pipeline, options = {}) {
      const file = join(mkdtempSync(join(folder, 'run-')), 'azure-pipelines.yml');
      writeFileSync(file, stringify(Array.isArray(pipeline) ? { steps: pipeline } : pipeline));
      const first = sandbox.requests.length;
      const lines: string[] = [];
      const result = await runPipeline({
        file,
        sourcesFolder: PROJECT,
        tasksFolder,
        sandbox,
        workFolder: mkdtempSync(join(folder, 'work-')),
        write: (line) => lines.push(line),
        ...(node ? { nodePath: node } : {}),
        ...options,
      });
      const steps = result.stages.flatMap(({ jobs }) => jobs.flatMap((job) => job.steps));
      return {
        ...result,
        log: lines.join('\n'),
        step: (name) => {
          const found = steps.find((step) => step.name === name);
          if (!found) throw new Error(`No step ${name} in:\n${lines.join('\n')}`);
          return found;
        },
        requests: sandbox.requests.slice(first),
      };
    },
    async stop() {
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TARGET = { azureSubscription: 'sandbox', resourceGroupName: 'sandbox-rg', azureMLWorkspaceName: 'sandbox-ws' };

/** A step that runs one of the extension's tasks on the sandbox's workspace. */
export function task(type: string, name: string, inputs: Record<string, string>, more: Step = {}): Step {
  return { task: `${type}@1`, name, inputs: { ...TARGET, ...inputs }, ...more };
}

export const submit = (jobFile: string, inputs: Record<string, string> = {}, more: Step = {}): Step =>
  task('AzureMLSubmitJob', 'submit', { jobFile, ...inputs }, more);
export const stream = (inputs: Record<string, string> = {}, more: Step = {}): Step =>
  task('AzureMLStreamJob', 'stream', { jobName: '$(submit.jobName)', ...inputs }, more);
export const evaluate = (rules: string, inputs: Record<string, string> = {}, more: Step = {}): Step =>
  task('AzureMLEvaluateModel', 'gate', { jobName: '$(submit.jobName)', rules, ...inputs }, more);
export const register = (inputs: Record<string, string> = {}, more: Step = {}): Step =>
  task(
    'AzureMLRegisterModel',
    'register',
    { jobName: '$(submit.jobName)', outputName: 'model', modelName: 'm', modelType: 'custom', ...inputs },
    more,
  );

/** Requests that change something in the workspace. */
export function writes(requests: readonly RecordedRequest[]): string[] {
  return requests
    .filter(({ method, url }) => method !== 'GET' && method !== 'HEAD' && !/mlflow|listSecrets|\/rundata/.test(url))
    .map(({ method, url }) => `${method} ${url.split('?')[0]!.replace(/^.*\/workspaces\/[^/]+/, '')}`);
}

/** A fixture for the tests of one `describe`: the object is filled before them and stopped after them. */
export function useFixture(): Fixture {
  const fixture = {} as Fixture;
  before(async () => {
    Object.assign(fixture, await startFixture());
  });
  after(() => fixture.stop());
  afterEach(() => fixture.sandbox.faults.clear());
  return fixture;
}
