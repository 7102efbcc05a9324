import { MODEL_TYPES, type ModelProperties } from '../../../lib/azureml/models.ts';
import { allOf } from '../../../lib/core/words.ts';
import { requireMlflow } from '../../../lib/lineage/logged-files.ts';
import type { ModelSource } from '../../../lib/lineage/model-lineage.ts';
import { modelRecord } from '../../../lib/lineage/model-lineage.ts';
import { sourceVerdict } from '../../../lib/lineage/source-verdict.ts';
import type { Facts } from '../../../lib/lineage/stamp.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** What the version will say about itself: its type, where it is from and how it was made. @throws UserError `ModelNotMlflow` */
export function describe(
  source: ModelSource,
  facts: Facts,
  { modelType, description, tags, run }: Inputs,
  pipeline: Pipeline,
): ModelProperties & { properties: Record<string, string> } {
  const { type, typeFrom, output, path, files, uri } = source;
  if (modelType === 'auto' && typeFrom && path === '')
    pipeline.say(messages.TypeOfOutput, { type, output, outputType: typeFrom });
  else if (modelType === 'auto') pipeline.say(messages.TypeOfFiles, { type });
  if (modelType === 'mlflow' && files) requireMlflow(files, path);
  const { properties, leftOut } = modelRecord(source, run, facts);
  if (leftOut.length > 0)
    pipeline.warn(pipeline.message(messages.LeftOut, { count: leftOut.length, names: allOf(leftOut) }));
  const verdict = sourceVerdict(source);
  for (const { verdict: given, step } of verdict.others)
    pipeline.warn(
      step === ''
        ? pipeline.message(messages.VerdictOfJob, { verdict: given, job: source.job.name, uri })
        : pipeline.message(messages.VerdictOfStep, { verdict: given, step }),
    );
  return {
    modelUri: uri,
    modelType: MODEL_TYPES[modelType === 'auto' ? type : modelType],
    ...(description ? { description } : {}),
    tags: { ...verdict.tags, ...tags },
    properties,
  };
}
