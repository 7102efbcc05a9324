/** Creates runs and moves them through their statuses, keeping the job's ARM resource in step with its run. */
import type { AzureMlContext, Resource } from '../../contracts.ts';
import { isTerminal, type RunError, type RunRecord, type RunStatus } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';

/** What everything that executes shares. */
export interface Engine {
  context: AzureMlContext;
  store: RunStore;
  /** Folder for working copies of running commands. */
  workFolder: string;
}

export type NewRun = Pick<RunRecord, 'runId' | 'experimentName' | 'displayName' | 'runType'> & Partial<RunRecord>;

/** Creates and stores a run in status NotStarted (unless the caller says otherwise). */
export function createRun(store: RunStore, run: NewRun): RunRecord {
  const experiment = store.ensureExperiment(run.experimentName);
  const record: RunRecord = {
    runNumber: store.nextRunNumber(experiment.experimentId),
    experimentId: experiment.experimentId,
    rootRunId: run.runId,
    status: 'NotStarted',
    managed: true,
    createdUtc: new Date().toISOString(),
    createdBy: 'sandbox',
    tags: {},
    properties: {},
    parameters: {},
    inputs: {},
    outputs: {},
    outputUris: {},
    logPaths: [],
    warnings: [],
    hidden: false,
    services: {},
    mlflowInputs: { datasets: [], models: [] },
    mlflowOutputs: { models: [] },
    ...run,
  };
  store.save(record);
  return record;
}

/** Error of a run: with a reference code it is the service's own, without one it comes from the process. */
export function runError(code: 'UserError' | 'SystemError', message: string, referenceCode?: string): RunError {
  return { code, message, ...(referenceCode && { referenceCode }) };
}

/** Error of a step or job whose data could not be read or written. Its message begins with a line end, as the runtime's does. */
export const dataError = (code: string, message: string): RunError =>
  runError('UserError', `\nError Code: ${code}\nNative Error: ${message}\nError Message: ${message}`);

/** Copies status, tags, names and outputs of a job's run to the job's resource; steps have no resource. */
export function syncJobResource(engine: Pick<Engine, 'context'>, run: RunRecord): void {
  const { resources } = engine.context;
  const job = resources.get(`jobs/${run.runId}`);
  if (!job) return;
  const outputs = { ...job.properties.outputs };
  // Where a pipeline's outputs are is known to run history alone.
  const isPipeline = job.properties.jobType === 'Pipeline';
  for (const [name, uri] of Object.entries(isPipeline ? {} : run.outputUris)) {
    if (outputs[name]) outputs[name] = { ...outputs[name], uri };
  }
  resources.put(`jobs/${run.runId}`, {
    ...job,
    properties: {
      ...job.properties,
      status: run.status,
      displayName: run.displayName,
      description: run.description ?? job.properties.description,
      tags: run.tags,
      properties: jobPropertiesOf(run),
      isArchived: run.hidden,
      outputs,
      ...(isPipeline && { outputLocations: run.outputUris }),
    },
  });
}

/** Moves a run to `status`; a run that has ended stays as it is. Sets start and end times where they belong. */
export function setStatus(engine: Engine, run: RunRecord, status: RunStatus, error?: RunError): void {
  if (isTerminal(run.status)) return;
  const now = new Date().toISOString();
  // While a cancellation is under way only the end is news.
  if (run.status === 'CancelRequested' && !isTerminal(status)) return;
  run.status = status;
  if (status === 'Running') {
    run.startTimeUtc ??= now;
    if (/^azureml\.(script|Step)Run$/i.test(run.runType)) noteProcess(run);
  }
  if (isTerminal(status)) run.endTimeUtc = now;
  if (error) run.error = error;
  engine.store.save(run);
  syncJobResource(engine, run);
  engine.context.log(`run ${run.runId} (${run.displayName}): ${status}`);
  if (isTerminal(status)) engine.context.notifications.ended(run.runId, status);
}

/** What the service notes of a run whose process started. */
function noteProcess(run: RunRecord): void {
  run.properties.ProcessInfoFile = 'azureml-logs/process_info.json';
  run.properties.ProcessStatusFile = 'azureml-logs/process_status.json';
  run.tags._aml_system_ComputeTargetStatus =
    '{"AllocationState":"steady","PreparingNodeCount":0,"RunningNodeCount":0,"CurrentNodeCount":0}';
}

/** `2026-01-31 12:30:00`, as the properties of command jobs write times. */
const plainTime = (time: string): string => time.slice(0, 19).replace('T', ' ');

/** A command job's properties have its times; its run has not. */
function jobPropertiesOf(run: RunRecord): Record<string, string> {
  if (run.runType !== 'azureml.scriptrun') return run.properties;
  return {
    ...run.properties,
    ...(run.startTimeUtc && { StartTimeUtc: plainTime(run.startTimeUtc) }),
    ...(run.endTimeUtc && { EndTimeUtc: plainTime(run.endTimeUtc) }),
  };
}

/** A run and all runs below it. */
export function withDescendants(store: RunStore, run: RunRecord): RunRecord[] {
  return [run, ...store.children(run.runId).flatMap((child) => withDescendants(store, child))];
}

/** Runs that an earlier sandbox left unfinished have failed: their processes ended with it. */
export function failInterruptedRuns(engine: Engine): void {
  for (const run of engine.store.list()) {
    if (!run.managed || isTerminal(run.status)) continue;
    setStatus(
      engine,
      run,
      'Failed',
      runError('SystemError', 'The sandbox was stopped while this run was in progress.'),
    );
  }
}

/** True when the job resource asks for something the sandbox has no machine for; the text says what. */
export function unavailableCompute(context: AzureMlContext, name: string): string | undefined {
  const compute: Resource | undefined = context.resources.get(`computes/${name}`);
  const size = String(compute?.properties?.properties?.vmSize ?? '');
  const isGpu = name === 'gpu-cluster' || /^standard_n/i.test(size);
  return isGpu ? `The sandbox has no GPU: compute '${name}' can't run anything here. Use 'cpu-cluster'.` : undefined;
}
