import { UserError } from '../../../lib/core/errors.ts';
import { type AzureTarget, flag, readAzureTarget, required } from '../../../lib/pipelines/azure-target.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

export interface StreamJobInputs {
  target: AzureTarget;
  jobName: string;
  cancelJob: boolean;
  /** Milliseconds; undefined for the usual pace. */
  pollInterval: number | undefined;
}

export function readInputs(inputs: TaskInputs): StreamJobInputs {
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    cancelJob: flag(inputs, 'cancelJob', true),
    pollInterval: readSeconds(inputs.text('pollInterval')),
  };
}

function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 0.5 && seconds <= 60) return seconds * 1000;
  throw new UserError({
    code: 'InputInvalid',
    message: `The input pollInterval is '${text}'; allowed are 0.5 to 60 seconds.`,
    fix: 'Leave it empty for the usual pace.',
  });
}
