/** Runs the steps of a pipeline: each as soon as those it waits for have ended, two at a time. */
import { randomUUID } from 'node:crypto';
import type { RunRecord } from '../history/run.ts';
import { isTerminal } from '../history/run.ts';
import type { limiter } from '../limiter.ts';
import { openRunLog, runCommand } from './command-run.ts';
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
import { runSweepNode } from './sweep-node.ts';

/** The orchestrator's own log of a pipeline run. */
export const PIPELINE_LOG = 'logs/azureml/executionlogs.txt';

/** Properties of a step's run, by the names that run history shows for the steps of real pipelines. */
function stepProperties(run: RunRecord, node: PlannedNode): Record<string, string> {
  return {
    'azureml.runsource': node.nested ? 'azureml.PipelineRun' : 'azureml.StepRun',
    'azureml.nodeid': node.nodeId,
    'azureml.pipelinerunid': run.runId,
    'azureml.rootpipelinerunid': run.rootRunId,
    'azureml.pipeline': run.runId,
    'azureml.moduleName': String(node.component.name ?? node.name),
    'azureml.moduleid': node.componentId,
    'azureml.pipelineComponent': node.nested ? 'pipelinerun' : 'masterescloud',
    StepType: node.type,
    // Assumption: the service has no documented property for a node's key in `jobs`; the display name may differ.
    'azureml.nodeName': node.name,
  };
}

function createStepRun(engine: Engine, run: RunRecord, node: PlannedNode): RunRecord {
  return createRun(engine.store, {
    runId: randomUUID(),
    experimentName: run.experimentName,
    parentRunId: run.runId,
    rootRunId: run.rootRunId,
    displayName: node.displayName,
    runType: node.nested ? 'azureml.PipelineRun' : 'azureml.StepRun',
    createdBy: run.createdBy,
    target: node.computeName,
    tags: { ...node.json.tags },
    properties: { ...stepProperties(run, node), ...node.json.properties },
  });
}

export interface PipelineSettings {
  continueOnStepFailure: boolean;
  limit: ReturnType<typeof limiter>;
}

async function runNode(
  engine: Engine,
  node: PlannedNode,
  step: RunRecord,
  scope: PipelineScope,
  settings: PipelineSettings,
  signal: AbortSignal,
): Promise<void> {
  if (node.problem) return setStatus(engine, step, 'Failed', runError('UserError', node.problem));
  if (node.nested) {
    const inner = { ...scope, inputs: nodeInputs(node, scope), outputs: nodeOutputs(node, scope), written: {} };
    return runPipeline(engine, step, node.nested, inner, settings, signal);
  }
  if (node.type === 'sweep') return settings.limit(() => runSweepNode(engine, node, step, scope, signal));
  return settings.limit(() => runCommand(engine, step, nodeCommand(node, scope), signal));
}

function writtenBy(step: RunRecord, node: PlannedNode, scope: PipelineScope): Record<string, WrittenOutput> {
  const outputs = nodeOutputs(node, scope);
  return Object.fromEntries(
    Object.entries(step.outputUris).map(([name, uri]) => [name, { uri, type: outputs[name]?.type ?? 'uri_folder' }]),
  );
}

function logLine(log: LiveLog, text: string): void {
  log.write(`[${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z] ${text}\n`);
}

/** Starts each step when its turn comes and waits for all; steps that can't start any more are canceled. */
async function runSteps(
  engine: Engine,
  run: RunRecord,
  plan: PipelinePlan,
  scope: PipelineScope,
  settings: PipelineSettings,
  signal: AbortSignal,
  log: LiveLog,
): Promise<RunRecord[]> {
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
      logLine(log, `Submitting 1 runs, first five are: ${node.nodeId}:${step.runId}`);
      await runNode(engine, node, step, scope, settings, own.signal).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        setStatus(engine, step, 'Failed', runError('UserError', message));
      });
      scope.written[node.name] = writtenBy(step, node, scope);
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
    const step = steps.find((each) => each.properties['azureml.nodeName'] === node.name);
    for (const [pipelineOutput, nodeOutput] of Object.entries(boundPipelineOutputs(node))) {
      const uri = step?.outputUris[nodeOutput];
      const reference = step?.outputs[nodeOutput];
      if (!uri || !reference) continue;
      run.outputUris[pipelineOutput] = uri;
      run.outputs[pipelineOutput] = reference;
    }
  }
  engine.store.save(run);
}

/** Runs a whole pipeline and leaves its run Completed, Failed or Canceled; never rejects. */
export async function runPipeline(
  engine: Engine,
  run: RunRecord,
  plan: PipelinePlan,
  scope: PipelineScope,
  settings: PipelineSettings,
  signal: AbortSignal,
): Promise<void> {
  let log: LiveLog | undefined;
  try {
    setStatus(engine, run, 'Preparing');
    log = openRunLog(engine, run, PIPELINE_LOG);
    setStatus(engine, run, 'Running');
    const steps = await runSteps(engine, run, plan, scope, settings, signal, log);
    collectOutputs(engine, run, plan, steps);
    logLine(log, 'Finishing experiment: no runs left and nothing to schedule.');
    setStatus(engine, run, 'Finalizing');
    const failed = steps
      .filter((step) => step.status === 'Failed')
      .map((step) => `/${step.properties['azureml.nodeName']}`);
    const message = `Pipeline has failed child jobs. Failed nodes: ${failed.join(', ')}. For more details and logs, please go to the job detail page and check the child jobs.`;
    if (failed.length > 0) setStatus(engine, run, 'Failed', runError('UserError', message, 'PipelineHasStepJobFailed'));
    else if (!signal.aborted) setStatus(engine, run, 'Completed');
  } catch (error) {
    setStatus(engine, run, 'Failed', runError('SystemError', error instanceof Error ? error.message : String(error)));
  } finally {
    await log?.close().catch(() => undefined);
    if (!isTerminal(run.status)) setStatus(engine, run, 'Canceled');
  }
}
