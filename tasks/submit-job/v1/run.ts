import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { invokeBatchEndpoint } from './batch-endpoint.ts';
import { submitComponent } from './component.ts';
import type { Inputs } from './inputs.ts';
import { submitJobFile } from './job-file.ts';
import { messages } from './messages.ts';
import { runPublishedPipeline } from './published-pipeline.ts';
import { runSchedule } from './schedule.ts';

/** Starts a job from a job file, a component, a batch endpoint, a schedule or a published pipeline. */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { source, unused } = inputs;
  const { pipeline } = ports;
  for (const name of unused)
    pipeline.warn(pipeline.message(messages.InputUnused, { input: name, source: source.kind }));
  switch (source.kind) {
    case 'jobFile':
      return submitJobFile(source, inputs, ports);
    case 'component':
      return submitComponent(source, inputs, ports);
    case 'batchEndpoint':
      return invokeBatchEndpoint(source, inputs, ports);
    case 'schedule':
      return runSchedule(source, inputs, ports);
    case 'publishedPipeline':
      return runPublishedPipeline(source, inputs, ports);
  }
}
