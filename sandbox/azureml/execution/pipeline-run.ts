/** Runs the steps of a pipeline: each as soon as those it waits for have ended, two at a time. */
import { randomUUID } from 'node:crypto';
import type { RunRecord } from '../history/run.ts';
import { isTerminal } from '../history/run.ts';
import { guidOf } from '../history/wire.ts';
import type { limiter } from '../limiter.ts';
import { openRunLog, runCommand } from './command-run.ts';
import { computeProperties } from './compute-properties.ts';
import { createRun, type Engine, runError, setStatus } from './lifecycle.ts';
import type { LiveLog } from './live-log.ts';
import type { PipelinePlan, PlannedNode } from './pipeline-plan.ts';
import {
  boundPipelineOutputs,
  nodeCommand,
  nodeInputs,
  nodeOutputs,
  type PipelineScope,
  type WrittenOutput,
} from './pipeline-values.ts';
import { earlierRun, reuse, reuseKey } from './reuse.ts';
import { runSweepNode } from './sweep-node.ts';

/** The orchestrator's own log of a pipeline run. */
export const PIPELINE_LOG = 'logs/azureml/executionlogs.txt';

const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** The GUID by which run history knows a component: the version of an anonymous one, an id of its own of any other. */
function moduleIdOf({ componentId }: PlannedNode): string {
  const version = componentId.split('/').at(-1) ?? '';
  return isGuid(version) ? version : guidOf(componentId);
}

/** Properties of a step's run. None of them is the step's key in `jobs`: clients have the display name alone. */
function stepProperties(run: RunRecord, node: PlannedNode, nodeId: string): Record<string, string> {
  const { name = node.name, version = '1' } = node.component;
  const shared = {
    'azureml.runsource': node.nested ? 'azureml.PipelineRun' : 'azureml.StepRun',
    'azureml.nodeid': nodeId,
    'azureml.pipelinerunid': run.runId,
    'azureml.pipeline': run.runId,
    'azureml.rootpipelinerunid': run.rootRunId,
    'azureml.pipelineComponent': node.nested ? 'pipelinerun' : 'masterescloud',
  };
  return {
    'azureml.DevPlatv2': 'true',
    'azureml.DatasetAccessMode': 'Asset',
    ...(!node.nested && { StepType: 'PythonScriptStep', ComputeTargetType: 'AmlCompute' }),
    ContentSnapshotId: guidOf(String(node.component.code ?? '')),
    'azureml.moduleid': moduleIdOf(node),
    'azureml.moduleFamilyId': '0',
    'azureml.moduleName': String(name),
    'azureml.moduleVersion': isGuid(String(version)) ? '1' : String(version),
    ...shared,
    ...(!node.nested && computeProperties(node.computeName)),
  };
}

function createStepRun(engine: Engine, run: RunRecord, node: PlannedNode): RunRecord {
  const runId = randomUUID();
  const nodeId = guidOf(`${runId}/${node.name}`).slice(0, 8);
  return createRun(engine.store, {
    runId,
    experimentName: run.experimentName,
    parentRunId: run.runId,
    rootRunId: run.rootRunId,
    displayName: node.displayName,
    componentName: String(node.component.name ?? node.name),
    nodeName: node.name,
    runType: node.nested ? 'azureml.PipelineRun' : 'azureml.StepRun',
    createdBy: run.createdBy,
    target: node.computeName,
    tags: { ...node.json.tags, 'azureml.nodeid': nodeId, 'azureml.pipeline': run.runId },
    properties: { ...stepProperties(run, node, nodeId), ...node.json.properties },
  });
}

export interface PipelineSettings {
  continueOnStepFailure: boolean;
  /** Every step runs, whatever has run before. */
  forceRerun: boolean;
  limit: ReturnType<typeof limiter>;
}

/** A pipeline's run, with what it runs and how. */
interface PipelineWork {
  engine: Engine;
  run: RunRecord;
  plan: PipelinePlan;
  scope: PipelineScope;
  settings: PipelineSettings;
  signal: AbortSignal;
}

async function runNode(node: PlannedNode, step: RunRecord, work: Omit<PipelineWork, 'run' | 'plan'>): Promise<void> {
  const { engine, scope, settings, signal } = work;
  if (node.problem) return setStatus(engine, step, 'Failed', runError('UserError', node.problem));
  if (node.nested) {
    const inner = { ...scope, inputs: nodeInputs(node, scope), outputs: nodeOutputs(node, scope), written: {} };
    return runPipeline({ ...work, run: step, plan: node.nested, scope: inner });
  }
  if (node.type === 'sweep') return settings.limit(() => runSweepNode(engine, node, step, scope, signal));
  const spec = nodeCommand(node, scope);
  const key = reuseKey(node, spec);
  const earlier = key === undefined || settings.forceRerun ? undefined : earlierRun(engine, key);
  if (earlier) return reuse(engine, step, earlier);
  step.reuseKey = key;
  return settings.limit(() => runCommand(engine, step, spec, signal));
}

/** The run whose outputs are those of the step: its own, unless the step was reused. */
const workOf = (engine: Engine, step: RunRecord): RunRecord =>
  (step.reusedRunId && engine.store.get(step.reusedRunId)) || step;

function writtenBy(work: RunRecord, node: PlannedNode, scope: PipelineScope): Record<string, WrittenOutput> {
  const outputs = nodeOutputs(node, scope);
  return Object.fromEntries(
    Object.entries(work.outputUris).map(([name, uri]) => [name, { uri, type: outputs[name]?.type ?? 'uri_folder' }]),
  );
}

function logLine(log: LiveLog, text: string): void {
  log.write(`[${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z] ${text}\n`);
}

/** Starts each step when its turn comes and waits for all; steps that can't start any more are canceled. */
async function runSteps(pipeline: PipelineWork, log: LiveLog): Promise<RunRecord[]> {
  const { engine, run, plan, scope, settings, signal } = pipeline;
  // A failed step ends the others unless the pipeline continues on failure; a cancellation from outside ends all.
  const own = new AbortController();
  const stop = () => own.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const steps = new Map(plan.nodes.map((node) => [node.name, createStepRun(engine, run, node)]));
  const ended = new Map<string, Promise<void>>();
  for (const node of plan.nodes) {
    const step = steps.get(node.name)!;
    const work = async () => {
      await Promise.all(node.dependsOn.map((name) => ended.get(name)));
      const blocked = node.dependsOn.some((name) => steps.get(name)!.status !== 'Completed');
      if (blocked || own.signal.aborted) return setStatus(engine, step, 'Canceled');
      logLine(log, `Submitting 1 runs, first five are: ${step.properties['azureml.nodeid']}:${step.runId}`);
      await runNode(node, step, { ...pipeline, signal: own.signal }).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        setStatus(engine, step, 'Failed', runError('UserError', message));
      });
      scope.written[node.name] = writtenBy(workOf(engine, step), node, scope);
      logLine(log, `Completing processing run id ${step.runId}.`);
      if (step.status === 'Failed' && !settings.continueOnStepFailure) stop();
    };
    ended.set(node.name, work());
  }
  await Promise.all(ended.values());
  signal.removeEventListener('abort', stop);
  return [...steps.values()];
}

/** Gives the pipeline's own outputs the places that the bound step outputs were written to. */
function collectOutputs(engine: Engine, run: RunRecord, plan: PipelinePlan, steps: RunRecord[]): void {
  for (const node of plan.nodes) {
    const step = steps.find((each) => each.nodeName === node.name);
    const work = step && workOf(engine, step);
    for (const [pipelineOutput, nodeOutput] of Object.entries(boundPipelineOutputs(node))) {
      const uri = work?.outputUris[nodeOutput];
      const reference = work?.outputs[nodeOutput];
      if (!uri || !reference || work?.status !== 'Completed') continue;
      run.outputUris[pipelineOutput] = uri;
      run.outputs[pipelineOutput] = reference;
    }
  }
  engine.store.save(run);
}

/** What the property `azureml.pipelines.stages` says at the end. */
const stagesOf = (run: RunRecord, failed: boolean): string => {
  const [StartTime, EndTime] = [run.startTimeUtc, new Date().toISOString()];
  return JSON.stringify({
    Initialization: null,
    Execution: { StartTime, EndTime, Status: failed ? 'Failed' : 'Finished' },
  });
};

/** Runs a whole pipeline and leaves its run Completed, Failed or Canceled; never rejects. */
export async function runPipeline(work: PipelineWork): Promise<void> {
  const { engine, run, plan, signal } = work;
  let log: LiveLog | undefined;
  try {
    setStatus(engine, run, 'Preparing');
    log = openRunLog(engine, run, PIPELINE_LOG);
    setStatus(engine, run, 'Running');
    const steps = await runSteps(work, log);
    collectOutputs(engine, run, plan, steps);
    logLine(log, 'Finishing experiment: no runs left and nothing to schedule.');
    setStatus(engine, run, 'Finalizing');
    const failed = steps.filter((step) => step.status === 'Failed').map((step) => `/${step.nodeName}`);
    const message = `Pipeline has failed child jobs. Failed nodes: ${failed.join(', ')}. For more details and logs, please go to the job detail page and check the child jobs.`;
    if (!signal.aborted) run.properties['azureml.pipelines.stages'] = stagesOf(run, failed.length > 0);
    const error = runError('UserError', message, 'PipelineHasStepJobFailed');
    if (failed.length > 0)
      setStatus(engine, run, 'Failed', { ...error, messageFormat: 'Pipeline has failed child jobs. {0}' });
    else if (!signal.aborted) setStatus(engine, run, 'Completed');
  } catch (error) {
    setStatus(engine, run, 'Failed', runError('SystemError', error instanceof Error ? error.message : String(error)));
  } finally {
    await log?.close().catch(() => undefined);
    if (!isTerminal(run.status)) setStatus(engine, run, 'Canceled');
  }
}
