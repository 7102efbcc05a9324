/** Runs a step's task: the Node handler of an extension task, or a built-in one. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../builtin/context.ts';
import { runBuiltin } from '../builtin/run.ts';
import { processLine } from '../commands/execute.ts';
import { scriptEnvironment, taskEnvironment } from '../environment.ts';
import { runProcess } from '../process.ts';
import { chooseHandler, type Handlers, type TaskDefinition, taskVersion } from '../task-definition.ts';
import { agentInputs, connectionIds } from '../task-inputs.ts';
import { expandMacros } from '../variables.ts';
import type { PlannedStep } from './plan.ts';
import type { StepState } from './state.ts';

/** What is the same for all steps of a job. */
export interface AgentContext {
  /** The agent's own environment. */
  environment: Record<string, string | undefined>;
  system: { url: string; accessToken: string };
  nodePath: string;
  /** Agent.WorkFolder */
  workFolder: string;
  /** The pipeline's own first, under the alias `self`. */
  repositories: readonly Repository[];
  /** Each of several repositories of a job has a folder of its own below the sources folder. */
  severalCheckouts: boolean;
}

/** How long the agent still waits after `task.complete done=true`. */
const forcedCompletionMs = 5000;

/** The task's own folder on the agent: a copy, as after a download, so that a task can't reach beyond its package. */
function installTask(definition: TaskDefinition, workFolder: string): string {
  const folder = join(workFolder, '_tasks', `${definition.name}_${definition.id}`, taskVersion(definition));
  if (!existsSync(folder)) cpSync(definition.folder, folder, { recursive: true, dereference: true });
  return folder;
}

function setting(state: StepState, agent: AgentContext, name: string): string | undefined {
  return state.job.variables.get(name) ?? agent.environment[name];
}

/** Promise that resolves 5 s after the step asked for its completion; output is dropped from then on. */
function watchForcedCompletion(state: StepState): { abandoned: Promise<void>; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const abandoned = new Promise<void>((resolve) => {
    state.forceCompletion = () => {
      timer ??= setTimeout(() => {
        state.closed = true;
        resolve();
      }, forcedCompletionMs);
    };
  });
  return { abandoned, stop: () => clearTimeout(timer) };
}

interface Launch {
  state: StepState;
  agent: AgentContext;
  environment: Record<string, string>;
  signal: AbortSignal;
}

async function launch(
  { state, agent, environment, signal }: Launch,
  program: { file: string; args: string[]; cwd: string; wholeGroup?: boolean },
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<number | undefined> {
  const { abandoned, stop } = watchForcedCompletion(state);
  try {
    return await runProcess({
      ...program,
      environment,
      signal,
      abandoned,
      onLine,
      sigintTimeout: Number(setting(state, agent, 'PROCESS_SIGINT_TIMEOUT') ?? 7500),
      sigtermTimeout: Number(setting(state, agent, 'PROCESS_SIGTERM_TIMEOUT') ?? 2500),
      gracefulOnly: setting(state, agent, 'USE_GRACEFUL_PROCESS_SHUTDOWN')?.toLowerCase() === 'true',
    });
  } finally {
    stop();
  }
}

async function runNode(run: Launch, step: PlannedStep, handlers: Handlers, inputs: Map<string, string>): Promise<void> {
  const handler = chooseHandler(handlers);
  if (!handler)
    throw new Error(
      'The current operating system is not capable of running this task. That typically means the task was written for Windows only.',
    );
  const { state, agent } = run;
  const folder = installTask(step.definition, agent.workFolder);
  const lookUp = (name: string): string | undefined =>
    name.toLowerCase() === 'currentdirectory' ? folder : (inputs.get(name) ?? state.job.variables.get(name));
  const target = join(folder, expandMacros(handler.target, lookUp));
  if (!existsSync(target))
    throw new Error(
      `The task's file '${target}' does not exist: ${step.definition.name} names it in task.json as '${handler.target}'.`,
    );
  const cwd = handler.workingDirectory
    ? expandMacros(handler.workingDirectory, lookUp)
    : state.job.variables.get('System.DefaultWorkingDirectory')!;
  const code = await launch(run, { file: agent.nodePath, args: [target], cwd }, (line) => processLine(state, line));
  if (code !== undefined && code !== 0)
    throw new Error(`Exit code ${code} returned from process: file name '${agent.nodePath}', arguments '"${target}"'.`);
}

/** One attempt at the step; throws to fail it with that message. */
export async function runTask(
  state: StepState,
  step: PlannedStep,
  handlers: Handlers,
  agent: AgentContext,
  signal: AbortSignal,
): Promise<void> {
  const { variables } = state.job;
  const sourcesFolder = variables.get('Build.SourcesDirectory')!;
  const lookUp = variables.get;
  const inputs = agentInputs(step.definition, step.inputs, { lookUp, environment: agent.environment, sourcesFolder });
  const ids = connectionIds(step.definition, inputs);
  const stepEnv = new Map([...step.source.env].map(([name, value]) => [name, expandMacros(value, lookUp)]));
  const environment = taskEnvironment({
    agent: agent.environment,
    stepEnv,
    variables,
    inputs,
    connections: state.job.connections.filter(({ id }) => ids.includes(id)),
    system: agent.system,
    taskVariables: state.shared.taskVariables,
    paths: state.job.paths,
  });
  if (!step.builtin) return runNode({ state, agent, environment, signal }, step, handlers, inputs);
  const scripts = scriptEnvironment(environment);
  const run: Launch = { state, agent, environment: scripts, signal };
  return runBuiltin(step.definition.name, {
    state,
    inputs: withEmptyPaths(step, inputs, sourcesFolder),
    environment: scripts,
    workingDirectory: variables.get('System.DefaultWorkingDirectory')!,
    tempFolder: variables.get('Agent.TempDirectory')!,
    repositories: agent.repositories,
    severalCheckouts: agent.severalCheckouts,
    signal,
    processLine: (line) => processLine(state, line),
    run: ({ onLine, ...program }) => launch(run, { ...program, wholeGroup: true }, onLine),
  });
}

/** The agent turns an empty `filePath` into the repository's root; the in-box tasks undo that (`filePathSupplied`). */
function withEmptyPaths(step: PlannedStep, inputs: Map<string, string>, sourcesFolder: string): Map<string, string> {
  const isEmptyPath = (name: string): boolean =>
    (step.definition.inputs ?? []).some(
      (input) => input.name === name && input.type === 'filePath' && !input.required,
    ) && inputs.get(name)?.replace(/\/$/, '') === sourcesFolder.replace(/\/$/, '');
  return new Map([...inputs].map(([name, value]) => [name, isEmptyPath(name) ? '' : value]));
}
