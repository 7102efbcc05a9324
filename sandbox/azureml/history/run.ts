/** A run as run history and MLflow both know it: a job, a step of a pipeline, a trial of a sweep, or an MLflow run. */

/** Statuses of `properties.status` (api-versions 2022-10-01 to 2026-05-01 are the same). */
export type RunStatus =
  | 'NotStarted'
  | 'Preparing'
  | 'Queued'
  | 'Starting'
  | 'Running'
  | 'Finalizing'
  | 'CancelRequested'
  | 'Completed'
  | 'Failed'
  | 'Canceled';

/** What a run's input or output points at: an asset id and `uri_folder`, `CustomModel`, ... */
export interface AssetReference {
  assetId: string;
  type: string;
}

/** `error` of run details, in the shape of run history's RootError. */
export interface RunError {
  code: string;
  message: string;
  messageFormat?: string;
  messageParameters?: Record<string, string>;
  /** Set for errors of the service; what the job's own process or data did has none. */
  referenceCode?: string;
}

export interface RunRecord {
  runId: string;
  runNumber: number;
  experimentId: string;
  experimentName: string;
  parentRunId?: string;
  rootRunId: string;
  displayName: string;
  /** Name of the component of a step; `name` on the wire. */
  componentName?: string;
  /** Key of a step in `jobs` of its pipeline; no answer has it. */
  nodeName?: string;
  /** Same for steps that do the same to the same inputs: the later one is reused. */
  reuseKey?: string;
  /** Command line of a script run. */
  command?: string;
  /** The run that did the work of a reused step. */
  reusedRunId?: string;
  description?: string;
  /** `azureml.PipelineRun`, `azureml.StepRun`, `azureml.commandrun`, `hyperdrive`, or empty for MLflow's own runs. */
  runType: string;
  status: RunStatus;
  /** True when the sandbox's executor owns the status; MLflow clients can't end such a run. */
  managed: boolean;
  createdUtc: string;
  startTimeUtc?: string;
  endTimeUtc?: string;
  createdBy: string;
  target?: string;
  tags: Record<string, string>;
  properties: Record<string, string>;
  parameters: Record<string, string>;
  inputs: Record<string, AssetReference>;
  outputs: Record<string, AssetReference>;
  /** Where each output really is, by output name: `azureml://datastores/...`. */
  outputUris: Record<string, string>;
  /** Log path -> nothing but its presence; the URL is signed when somebody asks. */
  logPaths: string[];
  error?: RunError;
  warnings: string[];
  /** Archived (jobs) or deleted (MLflow). */
  hidden: boolean;
  services: Record<string, { type: string; port?: number; endpoint: string; status: string }>;
  /** MLflow's own artifact folder when it isn't the run's default one. */
  artifactUri?: string;
  /** Datasets and models that MLflow clients attached (`log-inputs`, `outputs`). */
  mlflowInputs: { datasets: unknown[]; models: unknown[] };
  mlflowOutputs: { models: unknown[] };
}

export interface MetricPoint {
  key: string;
  /** NaN and infinities included. */
  value: number;
  /** Unix milliseconds. */
  timestamp: number;
  step: number;
}

export interface Experiment {
  experimentId: string;
  name: string;
  createdUtc: string;
  lastUpdatedUtc: string;
  tags: Record<string, string>;
  lifecycleStage: 'active' | 'deleted';
}

const TERMINAL: readonly string[] = ['Completed', 'Failed', 'Canceled'];

/** True when nothing more will happen to a run with this status. */
export function isTerminal(status: string): boolean {
  return TERMINAL.includes(status);
}

/** Folder of a run's artifacts (logs, `outputs/`) in the workspace's artifact store. */
export function artifactFolder(runId: string): string {
  return `ExperimentRun/dcid.${runId}`;
}
