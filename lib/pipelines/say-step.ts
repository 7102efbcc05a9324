import type { Job } from '../azureml/jobs.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';

/** Says what the name in `jobName` is when it is the run id of a step: tasks work on the step alone then. */
export function sayStep({ name, rootRunId, properties }: Job, pipeline: Pipeline): void {
  if (rootRunId === undefined || rootRunId === name) return;
  pipeline.say(messages.IsStep, { run: name, step: properties.displayName || name, job: rootRunId });
}
