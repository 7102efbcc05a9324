/** Turns a job's ARM resource into work: checks it first, then returns a function that runs it. */
import { randomUUID } from 'node:crypto';
import type { AzureMlContext, Resource } from '../../contracts.ts';
import type { RunRecord } from '../history/run.ts';
import { limiter } from '../limiter.ts';
import { runCommand } from './command-run.ts';
import { findComponent } from './components.ts';
import { computeProperties } from './compute-properties.ts';
import { type Engine, runError, setStatus } from './lifecycle.ts';
import { planPipeline } from './pipeline-plan.ts';
import { runPipeline } from './pipeline-run.ts';
import { readDistribution } from './search-space.ts';
import {
  type CommandSpec,
  computeName,
  datastoreName,
  durationSeconds,
  mapValues,
  readInput,
  readOutput,
} from './spec.ts';
import { samplingName } from './sweep-node.ts';
import { runSweep, type SweepSpec } from './sweep-run.ts';

/** How a checked job runs and what kind of run it is. */
export interface PlannedJob {
  runType: string;
  properties: Record<string, string>;
  /** Tags that the service adds. */
  tags?: Record<string, string>;
  run(engine: Engine, run: RunRecord, signal: AbortSignal): Promise<void>;
}

const PARALLEL_STEPS = 2;

/** Outputs but the artifact store's, which the service adds by itself. */
function jobOutputs(properties: Record<string, any>) {
  const { default: _default, ...named } = properties.outputs ?? {};
  return mapValues<any, ReturnType<typeof readOutput>>(named, (raw) => readOutput(raw));
}

function jobInputs(properties: Record<string, any>) {
  const given = Object.entries(properties.inputs ?? {}).filter(([, raw]) => raw !== null && raw !== undefined);
  return mapValues(Object.fromEntries(given), (raw) => readInput(raw));
}

function commandSpec(properties: Record<string, any>, command: Record<string, any>): CommandSpec {
  if (!command.command) throw new Error('The job has no command.');
  return {
    command: String(command.command),
    codeId: command.codeId ?? undefined,
    environmentVariables: mapValues<any, string>(command.environmentVariables, (value) => String(value)),
    inputs: jobInputs(properties),
    outputs: jobOutputs(properties),
    computeName: computeName(properties.computeId),
    instanceCount: Number(command.resources?.instanceCount ?? properties.resources?.instanceCount ?? 1),
    distributed: Boolean(command.distribution),
    timeoutSeconds: durationSeconds(properties.limits?.timeout),
    defaultDatastore: datastoreName(undefined),
  };
}

function planCommand(properties: Record<string, any>): PlannedJob {
  // Its client runs such a job; the service only keeps it.
  if (properties.resources?.properties?.IsLocal)
    return { runType: 'azureml.scriptrun', properties: {}, run: async () => {} };
  const spec = commandSpec(properties, properties);
  return {
    runType: 'azureml.scriptrun',
    properties: computeProperties(spec.computeName),
    run: (engine, run, signal) => runCommand(engine, run, spec, signal),
  };
}

function planSweep(properties: Record<string, any>): PlannedJob {
  const { objective, limits = {}, samplingAlgorithm } = properties;
  if (!objective?.primaryMetric) throw new Error('The sweep has no primary metric.');
  const trial = commandSpec(properties, properties.trial ?? {});
  const sweep: SweepSpec = {
    trial: { ...trial, timeoutSeconds: durationSeconds(limits.trialTimeout) },
    space: mapValues<any, ReturnType<typeof readDistribution>>(properties.searchSpace, (raw, name) =>
      readDistribution(name, raw),
    ),
    algorithm: samplingName(samplingAlgorithm),
    seed: Number(samplingAlgorithm?.seed ?? 1),
    maxTotalTrials: Number(limits.maxTotalTrials ?? 1),
    maxConcurrentTrials: Number(limits.maxConcurrentTrials ?? 1),
    goal: /^max/i.test(String(objective.goal)) ? 'maximize' : 'minimize',
    primaryMetric: String(objective.primaryMetric),
  };
  const metric = JSON.stringify({ name: sweep.primaryMetric, goal: sweep.goal });
  return {
    runType: 'hyperdrive',
    properties: {
      primary_metric_config: metric,
      resume_from: 'null',
      runTemplate: 'HyperDrive',
      'azureml.runsource': 'hyperdrive',
      platform: 'AML',
      ContentSnapshotId: randomUUID(),
      user_agent: 'sandbox',
    },
    tags: sweepTags(properties, metric),
    run: (engine, run, signal) => runSweep(engine, run, sweep, signal),
  };
}

/** The tags in which the service keeps a sweep's settings; they stay as they are at its start. */
function sweepTags({ limits = {}, searchSpace, samplingAlgorithm = {} }: Record<string, any>, metric: string) {
  const { samplingAlgorithmType = 'Random', rule = 'Random', seed = null } = samplingAlgorithm;
  const generator = {
    name: String(samplingAlgorithmType).toUpperCase(),
    parameter_space: searchSpace,
    properties: { rule, logbase: null, seed },
  };
  const minutes = (durationSeconds(limits.timeout) ?? 86_400 * 60) / 60;
  return {
    _aml_system_max_concurrent_jobs: String(limits.maxConcurrentTrials ?? limits.maxTotalTrials ?? 1),
    _aml_system_max_total_jobs: String(limits.maxTotalTrials ?? 1),
    _aml_system_max_duration_minutes: String(minutes),
    _aml_system_policy_config: '{"name":"Default","properties":{}}',
    _aml_system_generator_config: JSON.stringify(generator),
    _aml_system_primary_metric_config: metric,
    _aml_system_platform_config: '{"ServiceAddress":"sandbox"}',
    _aml_system_resume_child_runs: 'null',
    _aml_system_all_jobs_generated: 'false',
    _aml_system_cancellation_requested: 'false',
    _aml_system_samples_generated_count: '0',
  };
}

/** Settings keys are snake_case on the way in; other tools send them in other cases. */
function setting(settings: Record<string, any> | undefined, name: string): any {
  const plain = (key: string) => key.replaceAll('_', '').toLowerCase();
  return Object.entries(settings ?? {}).find(([key]) => plain(key) === plain(name))?.[1];
}

function planPipelineJob(context: AzureMlContext, properties: Record<string, any>): PlannedJob {
  const { settings, componentId } = properties;
  const own = properties.jobs && Object.keys(properties.jobs).length > 0;
  const component = !own && componentId ? findComponent(context, String(componentId), 'the pipeline') : {};
  const inputs = jobInputs(properties);
  for (const [name, input] of Object.entries<any>(component.inputs ?? {})) {
    if (!inputs[name] && input.default !== undefined) inputs[name] = readInput(String(input.default));
  }
  const outputs = jobOutputs(properties);
  const plan = planPipeline(context, {
    jobs: own ? properties.jobs : (component.jobs ?? {}),
    inputNames: [...Object.keys(inputs), ...Object.keys(component.inputs ?? {})],
    outputNames: [...Object.keys(outputs), ...Object.keys(component.outputs ?? {})],
    defaultCompute: setting(settings, 'default_compute') ?? properties.computeId ?? undefined,
    isComponent: !own,
    path: '',
  });
  // A pipeline that says nothing goes on.
  const continueOnStepFailure = String(setting(settings, 'continue_on_step_failure') ?? true).toLowerCase() === 'true';
  const forceRerun = String(setting(settings, 'force_rerun')).toLowerCase() === 'true';
  const defaultDatastore = datastoreName(setting(settings, 'default_datastore'));
  const defaultCompute = setting(settings, 'default_compute') ?? properties.computeId;
  const literals = Object.entries(inputs).filter(([, input]) => input.type === 'literal');
  return {
    runType: 'azureml.PipelineRun',
    properties: {
      'azureml.DevPlatv2': 'true',
      'azureml.DatasetAccessMode': 'Asset',
      'azureml.runsource': 'azureml.PipelineRun',
      runSource: 'MFE',
      runType: 'HTTP',
      'azureml.parameters': JSON.stringify(Object.fromEntries(literals.map(([name, input]) => [name, input.value]))),
      'azureml.continue_on_step_failure': continueOnStepFailure ? 'True' : 'False',
      'azureml.continue_on_failed_optional_input': 'True',
      'azureml.enforceRerun': forceRerun ? 'True' : 'False',
      ...(defaultCompute && { 'azureml.defaultComputeName': computeName(defaultCompute) }),
      'azureml.defaultDataStoreName': defaultDatastore,
      'azureml.pipelineComponent': 'pipelinerun',
    },
    run: (engine, run, signal) => {
      const scope = { inputs, outputs, written: {}, defaultDatastore };
      const how = { continueOnStepFailure, forceRerun, limit: limiter(PARALLEL_STEPS) };
      return runPipeline({ engine, run, plan, scope, settings: how, signal });
    },
  };
}

/** The service takes such a job, so the sandbox does too; the run fails and says why. */
function planUnsupported(type: string): PlannedJob {
  const message = `The sandbox can't run jobs of type '${type}': it runs Command, Pipeline and Sweep jobs.`;
  return {
    runType: type.toLowerCase(),
    properties: {},
    run: async (engine, run) => setStatus(engine, run, 'Failed', runError('UserError', message)),
  };
}

/** Checks a job and plans it; throws an Error with one sentence when it can't run at all. */
export function planJob(context: AzureMlContext, job: Resource): PlannedJob {
  const type = String(job.properties.jobType);
  if (type === 'Command') return planCommand(job.properties);
  if (type === 'Pipeline') return planPipelineJob(context, job.properties);
  if (type === 'Sweep') return planSweep(job.properties);
  return planUnsupported(type);
}
