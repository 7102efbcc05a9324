import { MODEL_TYPES, type ModelType, parseModelVersion } from '../../../lib/azureml/models.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { type ModelPlace, parseModelUri, parseOutput, parsePath } from '../../../lib/lineage/model-place.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { choice, flag, optional, pairs, parsed, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { messages } from './messages.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    place: readPlace(inputs),
    step: optional(inputs, 'step'),
    modelName: required(inputs, 'modelName'),
    modelType: choice(inputs, 'modelType', ['auto', ...(Object.keys(MODEL_TYPES) as ModelType[])], 'auto'),
    modelVersion: inputs.text('modelVersion') && parsed(inputs, 'modelVersion', parseModelVersion),
    description: optional(inputs, 'description'),
    tags: pairs(inputs, 'tags'),
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
  };
}

/** There is exactly one way to say where the model is. @throws UserError `InputMissing`, `InputInvalid` and what the parsers throw */
function readPlace(inputs: TaskInputs): ModelPlace {
  // Not `optional`: a variable that nothing set must not pass for the name of an output.
  const given = (name: string): string | undefined => inputs.text(name) && required(inputs, name);
  const [output, path, uri] = ['outputName', 'path', 'modelUri'].map(given);
  if (uri !== undefined) {
    const other = [output && 'outputName', path && 'path', inputs.text('step') && 'step'].find(Boolean);
    if (other) throw ambiguous('modelUri', other);
    return { kind: 'uri', uri: parsed(inputs, 'modelUri', parseModelUri) };
  }
  if (output === undefined && path === undefined) {
    throw new UserError({ code: 'InputMissing', message: fill(messages.NoPlace), fix: fill(messages.NoPlaceFix) });
  }
  const named = output === undefined ? { output: 'artifacts', path: '' } : parsed(inputs, 'outputName', parseOutput);
  if (path === undefined) return { kind: 'output', ...named };
  if (named.path !== '') throw ambiguous('path', 'outputName');
  return { kind: 'output', ...named, path: parsed(inputs, 'path', parsePath) };
}

function ambiguous(one: string, other: string): UserError {
  return new UserError({
    code: 'InputInvalid',
    message: fill(messages.TwoPlaces, { one, other }),
    fix: fill(messages.TwoPlacesFix),
  });
}
