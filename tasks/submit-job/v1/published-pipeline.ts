import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { type PipelineRunAnswer, planPipelineRun } from '../../../lib/start/published-pipeline.ts';
import type { Inputs, SourceOf } from './inputs.ts';
import { messages } from './messages.ts';
import { sendAndReport } from './send.ts';

/** The experiment of runs for which none was named; the service wants one. */
const EXPERIMENT = 'published-pipelines';

/** Runs a published pipeline of the SDK v1. */
export async function runPublishedPipeline(
  source: SourceOf<'publishedPipeline'>,
  inputs: Inputs,
  ports: Ports,
): Promise<Outcome> {
  ports.pipeline.warn(ports.pipeline.message(messages.Legacy));
  const workspace = await ports.connect(inputs.target);
  const request = planPipelineRun(workspace, {
    pipeline: source.pipeline,
    experimentName: inputs.experimentName ?? EXPERIMENT,
    parameters: inputs.inputs,
    tags: inputs.tags,
  });
  return sendAndReport<PipelineRunAnswer>(
    () => ({ request }),
    (answer) => answer.Id,
    workspace,
    inputs,
    ports,
  );
}
