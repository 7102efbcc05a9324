/** `runTypeV2` of a run, by what it is. */
import type { RunRecord } from './run.ts';

export interface RunType {
  /** What says which runs have runs below them. */
  orchestrator: string | null;
  traits: string[];
  attribution: string | null;
  computeType: string | null;
}

const script = ['scriptRun', 'remote', 'AlmostCommonRuntime', 'OsType:Linux', 'CommonRuntime'];
const types: Record<string, RunType> = {
  'azureml.scriptrun': {
    orchestrator: 'Execution',
    traits: script,
    attribution: 'azureml.scriptrun',
    computeType: 'AmlcTrain',
  },
  'azureml.StepRun': {
    orchestrator: 'Execution',
    traits: ['azureml.StepRun', ...script],
    attribution: 'Aether',
    computeType: 'AmlcTrain',
  },
  'azureml.PipelineRun': {
    orchestrator: 'Pipeline',
    traits: ['azureml.PipelineRun', 'MFE', 'HTTP', 'DevPlatv2'],
    attribution: null,
    computeType: null,
  },
  // Assumption: no recording shows a sweep's.
  hyperdrive: { orchestrator: 'HyperDrive', traits: ['hyperdrive'], attribution: null, computeType: null },
};

/** A reused step ran nowhere; a run that MLflow made has no type. */
export function runTypeOf(run: RunRecord): RunType {
  const none = { orchestrator: null, attribution: null, computeType: null };
  if (run.reusedRunId) return { ...none, traits: [run.runType] };
  return types[run.runType] ?? { ...none, traits: run.runType ? [run.runType] : ['mlflow'] };
}
