import type { Problem } from '../core/errors.ts';
import { didYouMean, nearest, oneOf } from '../core/words.ts';
import type { CompileContext } from './context.ts';
import { compileAutomlJob } from './jobs/automl.ts';
import { compileCommandJob } from './jobs/command.ts';
import { compileFinetuningJob } from './jobs/finetuning.ts';
import { compileSparkJob } from './jobs/spark.ts';
import { compileSweepJob } from './jobs/sweep.ts';
import { compilePipelineJob } from './pipeline/pipeline.ts';
import { isJobMapping } from './ports/job-properties.ts';
import { automlJob } from './schema/automl.ts';
import { checkThen } from './schema/check.ts';
import { type Field, normalizeChoice } from './schema/fields.ts';
import { finetuningJob } from './schema/finetuning.ts';
import { commandJob, pipelineJob } from './schema/job.ts';
import { sparkJob } from './schema/spark.ts';
import { sweepJob } from './schema/sweep.ts';
import { describe, get, isNull, textOf, type YamlNode } from './yaml/yaml.ts';

interface JobType {
  schema: Field;
  compile(context: CompileContext, root: YamlNode): Record<string, unknown>;
}

const JOB_TYPES: Record<string, JobType> = {
  command: { schema: commandJob, compile: compileCommandJob },
  pipeline: { schema: pipelineJob, compile: compilePipelineJob },
  finetuning: { schema: finetuningJob, compile: compileFinetuningJob },
  automl: { schema: automlJob, compile: compileAutomlJob },
  spark: { schema: sparkJob, compile: compileSparkJob },
  sweep: { schema: sweepJob, compile: compileSweepJob },
};

/** What is particular to the job's type, of a job's file. Problems go to the builder. */
export function jobDefinition(context: CompileContext): Record<string, unknown> {
  const { root } = context.file;
  const { problems } = context.builder;
  const type = jobTypeOf(root, problems);
  if (!type) return {};
  return checkThen(root, type.schema, '', problems, () => type.compile(context, root), {});
}

/** The job's type by the word in its file; for a word that is wrong, the one that it is nearest to, so that the rest is checked. */
export function jobTypeOf(root: YamlNode, problems: Problem[]): JobType | undefined {
  if (!isJobMapping(root, problems)) return undefined;
  const node = get(root, 'type');
  if (!node || isNull(node)) return JOB_TYPES[typeByFields(root, problems)];
  const written = textOf(node) ?? '';
  const word = written.toLowerCase();
  if (Object.hasOwn(JOB_TYPES, word)) return JOB_TYPES[word];
  const known = Object.keys(JOB_TYPES);
  const isStep = STEP_ONLY.includes(normalizeChoice(written));
  problems.push({
    message: `'type' must be ${oneOf(known)}, but is ${describe(node)}.${isStep ? ` A step can be of this type: put it into a pipeline.` : didYouMean(written, known)}`,
    place: node.place,
  });
  return JOB_TYPES[nearest(word, known) ?? ''];
}

const STEP_ONLY = ['parallel', 'import', 'data_transfer', 'do_while', 'parallel_for', 'if_else'];
/** Fields that only one type of job has. */
const MARKS: Readonly<Record<string, string>> = {
  jobs: 'pipeline',
  trial: 'sweep',
  entry: 'spark',
  training_data: 'automl',
};

/** A file without `type` is a command to Azure ML's tools; one that looks like another job is missing the word. */
function typeByFields(root: YamlNode, problems: Problem[]): string {
  const mark = isNull(get(root, 'command')) ? Object.keys(MARKS).find((name) => !isNull(get(root, name))) : undefined;
  if (mark === undefined) return 'command';
  problems.push({
    message: `The file has '${mark}' but is missing 'type: ${MARKS[mark]}'. A file without 'type' is a command job.`,
    place: root.place,
  });
  return MARKS[mark]!;
}
