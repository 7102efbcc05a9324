/** Executes logging commands as strictly as the agent (WorkerCommandManager.cs). */
import { mergeResults } from '../results.ts';
import { addError, addWarning, type StepState } from '../steps/state.ts';
import { artifactEvents } from './artifact.ts';
import { buildEvents } from './build.ts';
import type { Events } from './event.ts';
import { type Command, mentionsCommand, parseCommand } from './parse.ts';
import { resultsEvents } from './results.ts';
import { taskEvents } from './task.ts';

const areas: Record<string, Events> = {
  task: taskEvents,
  artifact: artifactEvents,
  build: buildEvents,
  results: resultsEvents,
  codecoverage: { publish: { run: (state) => state.write('Code coverage is not kept by the sandbox.') } },
  telemetry: { publish: { run: () => {}, restricted: true } },
};

/** Areas that exist, but only for other kinds of jobs. */
const otherHosts: Record<string, string> = { release: 'release' };

const documentation = 'https://go.microsoft.com/fwlink/?LinkId=817296';

function fail(state: StepState, line: string, error: Error): void {
  addError(
    state,
    `Unable to process command '${line}' successfully. Please reference documentation (${documentation})`,
  );
  addError(state, error.message);
  state.commandResult = mergeResults(state.commandResult, 'Failed');
}

function execute(state: StepState, command: Command, line: string): void {
  const events = Object.hasOwn(areas, command.area) ? areas[command.area] : undefined;
  if (!events) {
    addWarning(
      state,
      `Cannot find command extension for ##vso[${command.area}.command]. Please reference documentation (${documentation})`,
    );
    return;
  }
  try {
    const event = Object.hasOwn(events, command.event) ? events[command.event] : undefined;
    if (!event)
      throw new Error(
        `##vso[${command.area}.${command.event}] is not a recognized command for ${command.area} command extension.`,
      );
    if (state.shared.restricted && !event.restricted)
      addWarning(
        state,
        `##vso[${command.area}.${command.event}] is not allowed in this step due to policy restrictions.`,
      );
    else event.run(state, command);
  } catch (error) {
    fail(state, line, error as Error);
  }
  if (state.job.debug && !(command.area === 'task' && command.event === 'debug'))
    state.write(`##[debug]Processed: ${line}`);
}

/** Takes one line of a step's output: logs it, or executes the command in it. */
export function processLine(state: StepState, line: string): void {
  if (state.closed) return;
  const decodePercents = state.job.variables.get('DECODE_PERCENTS')?.toLowerCase() !== 'false';
  const command = parseCommand(line, decodePercents);
  if (command && Object.hasOwn(otherHosts, command.area)) {
    addError(state, `'##vso[${command.area}.${command.event}]' is not supported in a build job.`);
    state.commandResult = mergeResults(state.commandResult, 'Failed');
    state.write(line);
  } else if (command) execute(state, command, line);
  else {
    if (mentionsCommand(line))
      addWarning(
        state,
        `'${line}' contains logging command keyword '##vso', but it's not a legal command. Please see the list of accepted commands: ${documentation}`,
      );
    state.write(line);
  }
}

/** Awaits the background commands; a failing one fails the step. */
export async function finishBackground(state: StepState): Promise<void> {
  for (const { name, work } of state.background.splice(0)) {
    state.write(`Async Command Start: ${name}`);
    try {
      await work();
    } catch (error) {
      addError(state, (error as Error).message);
      state.result = mergeResults(state.result, 'Failed');
    }
    state.write(`Async Command End: ${name}`);
  }
}
