import { basename, extname } from 'node:path';
import { workspacePath } from '../../../lib/azureml/ids.ts';
import { compileJob } from '../../../lib/compiler/compile-job.ts';
import { inputOverrides } from '../../../lib/compiler/input-values.ts';
import { jobNameFor, jobProvenance, repositoryName } from '../../../lib/lineage/pipeline-run.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Inputs, SourceOf } from './inputs.ts';
import { messages } from './messages.ts';
import { submitPlan } from './submit-plan.ts';

/** Checks the job file, shows what submitting it takes, then uploads, creates and submits. */
export async function submitJobFile(source: SourceOf<'jobFile'>, inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const { file, overrides, allowUnknownFields } = source;
  const { run, sourcesFolder: shownFrom } = inputs;
  const stem = basename(file, extname(file));
  const compiled = compileJob({
    file,
    shownFrom,
    workspace: workspacePath(inputs.target.ids),
    overrides: [...overrides, ...inputOverrides(inputs.inputs, { file, shownFrom, overrides })],
    jobName: jobNameFor(run, stem),
    fixedJobName: inputs.jobName,
    experimentName: inputs.experimentName,
    tags: inputs.tags,
    provenance: jobProvenance(run),
    allowUnknownFields,
    sourcesName: repositoryName(run),
  });
  for (const { message, place } of compiled.warnings) pipeline.warn(message, place);
  return submitPlan(
    compiled,
    () => connect(inputs.target),
    inputs,
    ports,
    (job) => pipeline.say(messages.Compiled, { file: basename(file), job }),
  );
}
