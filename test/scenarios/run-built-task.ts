/** Runs a built task (`npm run build`) as the agent does: environment, logging commands, signals and patience. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, parseCommand } from '../../sandbox/agent/commands/parse.ts';
import { ROOT } from '../../scripts/layout.ts';
import type { FakeAzure } from './fake-azure.ts';
import { SUBSCRIPTION, TENANT } from './fake-service.ts';

export interface TaskRun {
  /** `Succeeded`, `Failed`, ...: the last `task.complete`; undefined when there was none. */
  result: string | undefined;
  /** The message of `task.complete`. */
  message: string;
  outputs: Record<string, string>;
  issues: { type: string; message: string }[];
  /** What the task printed, without its logging commands (issues are in it as `##[error]...`). */
  log: string;
  /** Everything on stdout and stderr as it came. */
  raw: string;
  /** Values that the agent was asked to mask. */
  secrets: string[];
  exitCode: number | null;
  /** The signal that ended the process, if one did: `SIGKILL` when the agent lost its patience. */
  killedBy: NodeJS.Signals | null;
  /** Milliseconds from the start to the end of the process, and from `task.complete` to the end. */
  took: number;
  lingered: number;
}

export interface TaskRunOptions {
  /** The run is cancelled: after so many milliseconds, or when a line of the log or a request to the service matches. */
  cancel?: number | { log: RegExp } | { request: RegExp };
  /** Pipeline variables beside the usual ones: `{ 'Agent.ProxyUrl': '...' }`. */
  variables?: Record<string, string>;
  /** Further environment of the process. An undefined value takes a usual one away. */
  env?: Record<string, string | undefined>;
  /** Changes to the service connection. */
  connection?: { url?: string; auth?: { scheme: string; parameters: Record<string, string> }; data?: object };
  /** Folder of the sources; default: an empty one. */
  sources?: string;
  /** Time passes so many times as fast for the task (`fast-clock.cjs`); the agent's patience with it stays as it is. */
  speed?: number;
  /** Path of another Node; default: that of the environment variable `SCENARIO_NODE`, else the one that runs the tests. */
  node?: string;
  /** Hears the id of the process. */
  onStart?(pid: number): void;
}

const CONNECTION = '5ab0c1de-0000-4000-8000-00000000e001';

const FAST_CLOCK = join(ROOT, 'test/scenarios/fast-clock.cjs');

/** What the agent does when a run is cancelled: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
const CANCEL_SIGNALS: [after: number, signal: NodeJS.Signals][] = [
  [0, 'SIGINT'],
  [7_500, 'SIGTERM'],
  [10_000, 'SIGKILL'],
];
/** How long the agent waits for the process after `task.complete`. */
const AFTER_COMPLETE_MS = 5_000;

/** @param folder of the task below `tasks`: `stream-job` */
export async function runBuiltTask(
  folder: string,
  azure: FakeAzure,
  inputs: Record<string, string>,
  options: TaskRunOptions = {},
): Promise<TaskRun> {
  const { cancel, node = process.env.SCENARIO_NODE ?? process.execPath } = options;
  const start = Date.now();
  const before = azure.requests.length;
  const child = spawn(node, [join(ROOT, `build/extension/tasks/${folder}/v1/index.js`)], {
    env: environment(azure, inputs, options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const timers: NodeJS.Timeout[] = [];
  const later = (milliseconds: number, signal: NodeJS.Signals): void => {
    timers.push(setTimeout(() => child.kill(signal), milliseconds));
  };
  let isCancelled = false;
  const cancelNow = (): void => {
    if (!isCancelled) for (const [milliseconds, signal] of CANCEL_SIGNALS) later(milliseconds, signal);
    isCancelled = true;
  };
  if (typeof cancel === 'number') timers.push(setTimeout(cancelNow, cancel));
  const watch =
    typeof cancel === 'object' && 'request' in cancel
      ? setInterval(() => azure.requests.slice(before).some(({ line }) => cancel.request.test(line)) && cancelNow(), 5)
      : undefined;

  const run: TaskRun = {
    result: undefined,
    message: '',
    outputs: {},
    issues: [],
    log: '',
    raw: '',
    secrets: [],
    exitCode: null,
    killedBy: null,
    took: 0,
    lingered: 0,
  };
  let completed = Number.NaN;
  onLines(child.stdout, (line) => {
    run.raw += `${line}\n`;
    const command = parseCommand(line);
    if (command) apply(run, command);
    else run.log += `${line}\n`;
    if (typeof cancel === 'object' && 'log' in cancel && cancel.log.test(line)) cancelNow();
    if (command?.event === 'complete' && Number.isNaN(completed)) {
      completed = Date.now();
      later(AFTER_COMPLETE_MS, 'SIGKILL');
    }
  });
  onLines(child.stderr, (line) => {
    run.raw += `${line}\n`;
    run.log += `${line}\n`;
  });
  const [exitCode, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  );
  for (const timer of timers) clearTimeout(timer);
  clearInterval(watch);
  const end = Date.now();
  return { ...run, exitCode, killedBy, took: end - start, lingered: Number.isNaN(completed) ? 0 : end - completed };
}

function apply(run: TaskRun, { event, properties, data }: Command): void {
  if (event === 'complete') {
    run.result = properties.get('result');
    run.message = data;
  } else if (event === 'logissue') {
    const type = properties.get('type') ?? '';
    run.issues.push({ type, message: data });
    run.log += `##[${type}]${data}\n`;
  } else if (event === 'setvariable') run.outputs[properties.get('variable') ?? ''] = data;
  else if (event === 'setsecret') run.secrets.push(data);
}

function onLines(stream: NodeJS.ReadableStream, hear: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) hear(line);
  });
  stream.on('end', () => rest !== '' && hear(rest));
}

/** The environment that the agent gives a task. */
function environment(
  azure: FakeAzure,
  inputs: Record<string, string>,
  { variables = {}, env = {}, connection = {}, sources, speed }: TaskRunOptions,
): NodeJS.ProcessEnv {
  const inUpperCase = (name: string): string => name.replace(/[. ]/g, '_').toUpperCase();
  const all: Record<string, string> = {
    'Agent.TempDirectory': mkdtempSync(join(tmpdir(), 'agent-temp-')),
    'System.DefaultWorkingDirectory': sources ?? mkdtempSync(join(tmpdir(), 'sources-')),
    'System.CollectionUri': 'https://dev.azure.example/org/',
    'System.TeamProject': 'project',
    'System.StageAttempt': '1',
    'System.TaskInstanceId': 'step-1',
    'System.OidcRequestUri': `${azure.url}/oidc`,
    'Build.BuildId': '7',
    'Build.BuildNumber': '7',
    ...variables,
  };
  const target = { connectedServiceNameARM: CONNECTION, resourceGroupName: 'rg', workspaceName: 'ws' };
  const { url = `${azure.url}/`, auth, data } = connection;
  return {
    PATH: process.env.PATH,
    NODE_EXTRA_CA_CERTS: azure.caFile,
    ...(speed ? { NODE_OPTIONS: `--require ${FAST_CLOCK}`, SCENARIO_SPEED: String(speed) } : {}),
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [inUpperCase(name), value])),
    ...Object.fromEntries(
      Object.entries({ ...target, ...inputs }).map(([name, value]) => [`INPUT_${inUpperCase(name)}`, value]),
    ),
    [`ENDPOINT_URL_${CONNECTION}`]: url,
    [`ENDPOINT_AUTH_${CONNECTION}`]: JSON.stringify(
      auth ?? {
        scheme: 'ServicePrincipal',
        parameters: { tenantid: TENANT, serviceprincipalid: CONNECTION, serviceprincipalkey: 's3cret-key' },
      },
    ),
    [`ENDPOINT_DATA_${CONNECTION}`]: JSON.stringify({
      subscriptionId: SUBSCRIPTION,
      environment: 'LabCloud',
      activeDirectoryAuthority: `${azure.url}/`,
      ...data,
    }),
    ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: 'sys.acc.tok',
    ...env,
  };
}
