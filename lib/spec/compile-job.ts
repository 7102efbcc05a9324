import { basename } from 'node:path';
import { PREVIEW, STABLE } from '../azureml/api-versions.ts';
import { type Problem, UserError } from '../core/errors.ts';
import { didYouMean, oneOf } from '../core/nearest.ts';
import { compileCommandJob } from './compile/command.ts';
import type { CompileContext } from './compile/context.ts';
import { compilePipelineJob } from './compile/pipeline.ts';
import { jobIdentity, jobServices, notificationSetting, textMap } from './compile/run-settings.ts';
import { compileSweepJob } from './compile/sweep.ts';
import { COMPONENT_TYPES, STEP_TYPES } from './compile/types.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { compact, createPlanBuilder, type SubmissionPlan } from './plan.ts';
import { check, type Field } from './schema/fields.ts';
import { commandJob, pipelineJob } from './schema/job.ts';
import { sweepJob } from './schema/sweep.ts';
import { get, isNull, readYaml, textOf, type YamlFile, type YamlNode } from './yaml.ts';

export interface CompileOptions {
  /** Path of the job's YAML file. */
  file: string;
  /** Messages show paths relative to this folder. */
  shownFrom: string;
  /** ARM path of the workspace. */
  workspace: string;
  overrides?: readonly Override[];
  /** Used when neither the file nor `fixedJobName` gives a name. */
  jobName: string;
  /** Replaces the file's `name`. */
  fixedJobName?: string | undefined;
  /** Replaces the file's `experiment_name`. */
  experimentName?: string | undefined;
  /** Added to the file's tags. */
  tags?: Readonly<Record<string, string>>;
  /** Added to the job's properties, unless the file has one of them: where the code came from. */
  provenance?: Readonly<Record<string, string>>;
}

const MOST_PROBLEMS = 20;

interface JobType {
  schema: Field;
  compile(context: CompileContext, root: YamlNode): Record<string, unknown>;
}

const JOB_TYPES: Record<string, JobType> = {
  command: { schema: commandJob, compile: compileCommandJob },
  pipeline: { schema: pipelineJob, compile: compilePipelineJob },
  sweep: { schema: sweepJob, compile: compileSweepJob },
};

/**
 * Compiles a job file to everything that submitting it takes. Reads files, sends nothing.
 * @throws UserError `FileNotFound`, `FileNotReadable`, `YamlInvalid`, `OverrideInvalid`, or `JobFileInvalid` with all
 *   that is wrong in the file, each with its place
 */
export function compileJob(options: CompileOptions): SubmissionPlan {
  const file = readYaml(options.file, options.shownFrom);
  applyOverrides(file, options.overrides ?? []);
  const builder = createPlanBuilder(options.workspace);
  const context: CompileContext = {
    builder,
    components: COMPONENT_TYPES,
    steps: STEP_TYPES,
    file,
    shownFrom: options.shownFrom,
    snapshots: new Map(),
    including: [file.path],
  };
  const type = jobTypeOf(file.root, builder.problems);
  let properties: Record<string, unknown> = {};
  if (type) {
    check(file.root, type.schema, '', builder.problems);
    if (builder.problems.length === 0 || type === JOB_TYPES.pipeline) properties = type.compile(context, file.root);
  }
  if (builder.problems.length > 0) throw invalid(options, builder.problems);
  const jobName = options.fixedJobName ?? textOf(get(file.root, 'name')) ?? options.jobName;
  const body = { properties: { ...commonProperties(file, jobName, options), ...properties } };
  return {
    jobName,
    workspace: options.workspace,
    requirements: builder.requirements,
    steps: builder.steps,
    job: {
      method: 'PUT',
      path: `${options.workspace}/jobs/${jobName}`,
      apiVersion: needsPreview(body.properties) ? PREVIEW : STABLE,
      body,
      mlToken: properties.jobType === 'Pipeline' || isUserIdentity(body.properties),
    },
    warnings: builder.warnings,
  };
}

function jobTypeOf(root: YamlNode, problems: Problem[]): JobType | undefined {
  if (root.kind !== 'map') {
    problems.push({ message: 'The file must be a mapping: a job definition.', place: root.place });
    return undefined;
  }
  const node = get(root, 'type');
  const written = textOf(node) ?? 'command';
  const found = JOB_TYPES[written.toLowerCase()];
  if (!found) {
    const known = Object.keys(JOB_TYPES);
    problems.push({
      message: `'type' is '${written}'; supported job types are ${oneOf(known)}.${didYouMean(written, known)}`,
      place: node!.place,
    });
  }
  return found;
}

function invalid({ file, shownFrom }: CompileOptions, problems: Problem[]): UserError {
  const shown = file.startsWith(shownFrom) ? file.slice(shownFrom.length).replace(/^[/\\]/, '') : file;
  const unique = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
  return new UserError({
    code: 'JobFileInvalid',
    message:
      unique.length === 1
        ? `The job file '${shown}' has a mistake.`
        : `The job file '${shown}' has ${unique.length} mistakes.`,
    fix: 'Mend them and run again; nothing was created in the workspace.',
    docs: 'tasks/submit-job',
    problems: unique.slice(0, MOST_PROBLEMS),
  });
}

/** Fields of every job. */
function commonProperties(
  { root, folder }: YamlFile,
  jobName: string,
  options: CompileOptions,
): Record<string, unknown> {
  const tags = { ...textMap(get(root, 'tags')), ...options.tags };
  const properties = textMap(get(root, 'properties'));
  const provenance = options.provenance ?? {};
  // Properties of a job can't be changed later, so what the file says stands.
  const known = Object.keys(provenance).some((name) => Object.hasOwn(properties, name));
  return compact({
    displayName: textOf(get(root, 'display_name')) ?? jobName,
    description: textOf(get(root, 'description')),
    experimentName:
      options.experimentName ?? textOf(get(root, 'experiment_name')) ?? basename(folder).replaceAll(' ', ''),
    tags,
    properties: known ? properties : { ...properties, ...provenance },
    identity: jobIdentity(get(root, 'identity')),
    services: isNull(get(root, 'services')) ? undefined : jobServices(get(root, 'services')),
    notificationSetting: notificationSetting(get(root, 'notification_settings')),
  });
}

/** Fields that only the preview version has (see `api-versions.ts`). */
function needsPreview(properties: Record<string, unknown>): boolean {
  const outputs = Object.values((properties.outputs ?? {}) as Record<string, { assetVersion?: string }>);
  const resources = (properties.resources ?? {}) as { locations?: unknown; maxInstanceCount?: unknown };
  const queue = (properties.queueSettings ?? {}) as { priority?: unknown };
  return (
    outputs.some(({ assetVersion }) => assetVersion !== undefined) ||
    (properties.jobType === 'Sweep' && properties.resources !== undefined) ||
    resources.locations !== undefined ||
    resources.maxInstanceCount !== undefined ||
    queue.priority !== undefined
  );
}

function isUserIdentity(properties: Record<string, unknown>): boolean {
  return (properties.identity as { identityType?: string } | undefined)?.identityType === 'UserIdentity';
}
