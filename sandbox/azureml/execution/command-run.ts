/** Runs one command from code to outputs: a command job, a step of a pipeline, or a trial of a sweep. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../history/run.ts';
import { artifactFolder } from '../history/run.ts';
import {
  chmodTree,
  fetchCode,
  fetchInput,
  outputUri,
  prepareOutput,
  recordInputs,
  storeArtifacts,
  storeOutput,
} from './data-transfer.ts';
import { processEnvironment } from './environment.ts';
import { expandCommand } from './expressions.ts';
import { type Engine, runError, setStatus, unavailableCompute } from './lifecycle.ts';
import { type LiveLog, openLiveLog } from './live-log.ts';
import { type ProcessResult, runProcess } from './process.ts';
import { datastoreUri } from './references.ts';
import type { CommandSpec } from './spec.ts';

/** The log that the common runtime writes the process's output to. */
export const USER_LOG = 'user_logs/std_log.txt';
const TAIL_LINES = 12;

/** Opens a log among the run's artifacts and lists it in the run's details. */
export function openRunLog(engine: Engine, run: RunRecord, path: string): LiveLog {
  const uri = datastoreUri(engine.context, 'workspaceartifactstore', `${artifactFolder(run.runId)}/${path}`);
  const at = engine.context.blobs.locate(uri);
  if (!at) throw new Error(`The artifact store is not known: '${uri}'.`);
  if (!run.logPaths.includes(path)) run.logPaths.push(path);
  engine.store.save(run);
  return openLiveLog(engine.context.blobs, at, (error) => engine.context.log(`log of run ${run.runId}: ${error}`));
}

/** Message of a failed process in the common runtime's words: the program, its exit code, and the end of its output. */
function failureMessage(command: string, result: ProcessResult, tail: string): string {
  const words = command
    .trim()
    .split(/\s+/)
    .filter((word) => !/^\w+=/.test(word));
  const lines = tail.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return `Execution failed. User process '${words[0] ?? 'bash'}' exited with status code ${result.exitCode}. Please check log file '${USER_LOG}' for error details. Error: ${lines}`;
}

interface Workplace {
  cwd: string;
  command: string;
  /** Output name -> where it is on disk and where it goes. */
  outputs: Record<string, { local: string; uri: string }>;
}

/** Everything on disk that the command needs, and the command line with the paths in it. */
async function prepare(engine: Engine, run: RunRecord, spec: CommandSpec, folder: string): Promise<Workplace> {
  const cwd = join(folder, 'wd');
  await fetchCode(engine, spec.codeId, cwd);
  const values: Record<string, string> = { name: run.runId };
  for (const [name, input] of Object.entries(spec.inputs)) {
    values[`inputs.${name}`] = await fetchInput(engine, name, input, join(folder, 'inputs'));
  }
  const outputs: Workplace['outputs'] = {};
  for (const [name, output] of Object.entries(spec.outputs)) {
    const uri = outputUri(engine, run, name, output, spec.defaultDatastore);
    const local = prepareOutput(name, output, uri, join(folder, 'outputs'));
    outputs[name] = { local, uri };
    values[`outputs.${name}`] = local;
  }
  for (const [name, value] of Object.entries(spec.searchSpace ?? {})) values[`search_space.${name}`] = value;
  run.command = spec.command;
  recordInputs(engine, run, spec.inputs);
  // `outputs` is there for scripts that write to it without making it, as on the service's compute.
  mkdirSync(join(cwd, 'outputs'), { recursive: true });
  return { cwd, command: expandCommand(spec.command, values), outputs };
}

/** Uploads outputs and artifacts; a failure here fails the run. */
async function finish(engine: Engine, run: RunRecord, spec: CommandSpec, place: Workplace): Promise<void> {
  for (const [name, { local, uri }] of Object.entries(place.outputs))
    await storeOutput(engine, run, spec, name, local, uri);
  await storeArtifacts(engine, run, place.cwd);
  engine.store.save(run);
}

async function execute(
  engine: Engine,
  run: RunRecord,
  spec: CommandSpec,
  log: LiveLog,
  folder: string,
  signal: AbortSignal,
) {
  const place = await prepare(engine, run, spec, folder);
  const variables = { ...spec.environmentVariables };
  const environment = await processEnvironment(engine.context, run, variables, join(engine.workFolder, 'python'));
  if (spec.instanceCount > 1 || spec.distributed) {
    log.write('The sandbox runs one process of a distributed job (rank 0 of 1).\n');
  }
  if (signal.aborted) return;
  setStatus(engine, run, 'Running');
  const result = await runProcess(place.command, {
    cwd: place.cwd,
    environment,
    signal,
    timeoutSeconds: spec.timeoutSeconds,
    onOutput: (chunk) => log.write(chunk),
  });
  await log.close();
  setStatus(engine, run, 'Finalizing');
  await finish(engine, run, spec, place);
  if (result.ended === 'canceled') return;
  if (result.ended === 'timedOut') {
    const message = `The job was canceled because it ran longer than its limit of ${spec.timeoutSeconds} seconds.`;
    return setStatus(engine, run, 'Failed', runError('UserError', message, 'JobTimedOut'));
  }
  if (result.exitCode !== 0) {
    run.warnings.push(`AzureMLCompute job failed\nExecutionFailed: [REDACTED]\n\texit_codes: ${result.exitCode}`);
    return setStatus(engine, run, 'Failed', runError('UserError', failureMessage(place.command, result, log.tail())));
  }
  setStatus(engine, run, 'Completed');
}

/** Runs the command to its end and leaves the run Completed, Failed or Canceled; never rejects. */
export async function runCommand(
  engine: Engine,
  run: RunRecord,
  spec: CommandSpec,
  signal: AbortSignal,
): Promise<void> {
  const folder = join(engine.workFolder, 'runs', randomUUID());
  let log: LiveLog | undefined;
  try {
    const unavailable = unavailableCompute(engine.context, spec.computeName);
    if (unavailable) throw new Error(unavailable);
    if (!signal.aborted) {
      setStatus(engine, run, 'Starting');
      setStatus(engine, run, 'Preparing');
      setStatus(engine, run, 'Queued');
      log = openRunLog(engine, run, USER_LOG);
      await execute(engine, run, spec, log, folder, signal);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log?.write(`${message}\n`);
    setStatus(engine, run, 'Failed', runError('UserError', message));
  } finally {
    await log?.close().catch(() => undefined);
    if (signal.aborted) setStatus(engine, run, 'Canceled');
    chmodTree(folder, true);
    rmSync(folder, { recursive: true, force: true });
  }
}
