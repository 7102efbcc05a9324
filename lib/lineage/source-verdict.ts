import type { ModelSource } from './model-lineage.ts';
import { isArtifacts } from './model-place.ts';
import { stepsAround } from './step-flow.ts';
import { judgedParts, pickVerdictTags, prevailing, VERDICT_TAGS, verdictOf, WHOLE } from './verdict-tags.ts';

/** The verdicts that a job has, as far as a model of it is concerned. */
export interface SourceVerdict {
  /** Tags of the verdict on the model; none when it was not judged. */
  tags: Record<string, string>;
  /** Verdicts on other parts of the job, when there is none on the model; the step is empty for the job as a whole. */
  others: { verdict: string; step: string }[];
}

/** Key of the job's step that made a model; empty for the job itself, undefined for what is not a step of its own. */
export function stepKeyOf({ maker, steps }: Pick<ModelSource, 'maker' | 'steps'>): string | undefined {
  return maker.step === '' ? '' : maker.runs.map((run) => steps.get(run)).find((key) => key !== undefined);
}

/**
 * How the gate judged what a model is made from: the job as a whole, the run that made the model, or a step that read it. The
 * verdict on another step, or on a model that was registered before, is not one on this model. Steps are known by their runs:
 * a step of a pipeline inside the pipeline may have the name of one outside.
 */
export function sourceVerdict(source: ModelSource): SourceVerdict {
  const { job, maker, output, steps } = source;
  const { tags } = job.properties;
  const named = output === '' || isArtifacts(output) ? undefined : output;
  const key = stepKeyOf(source);
  const around = maker.isOfJob && key !== undefined ? stepsAround(job, { step: key, output: named }) : new Set();
  const all = judgedParts(tags)
    .filter((part) => !part.startsWith('model.'))
    .map((part) => ({ part, tags: pickVerdictTags(tags, part) }))
    .map((one) => ({ ...one, step: one.tags[VERDICT_TAGS.step] ?? '' }));
  const own = all.filter(({ part }) =>
    part === WHOLE ? maker.isOfJob : maker.runs.includes(part) || around.has(steps.get(part)),
  );
  const found = prevailing(own.map((one) => one.tags));
  const others = found ? [] : all.map((one) => ({ verdict: verdictOf(one.tags) ?? '', step: one.step }));
  return { tags: { ...found }, others };
}
