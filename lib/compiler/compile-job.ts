import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { distinctProblems, type Problem, UserError } from '../core/errors.ts';
import { allOf } from '../core/words.ts';
import { clashingFields, type Plan, putRequest } from '../plan/plan.ts';
import { isInside } from '../snapshot/files.ts';
import { createPlanBuilder } from './builder.ts';
import type { CompileContext } from './context.ts';
import { jobDefinition, jobTypeOf } from './job-types.ts';
import { otherThanJob } from './other-file.ts';
import { COMPONENT_TYPES, STEP_TYPES } from './pipeline/types.ts';
import { describedProperties } from './ports/job-properties.ts';
import { checkJobName, checkRunLimits, experimentOfFolder } from './ports/run-limits.ts';
import { textMap } from './ports/run-settings.ts';
import { passNested, unknownFields } from './schema/unknown-fields.ts';
import { applyOverrides, type Override } from './yaml/overrides.ts';
import { get, readYaml, textOf, type YamlFile } from './yaml/yaml.ts';

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
  /** What the folder of the messages is called, for a file in it without `experiment_name`: on an agent it is just `s`. */
  sourcesName?: string | undefined;
  /** Added to the file's tags. */
  tags?: Readonly<Record<string, string>>;
  /** Added to the job's properties, unless the file has one of them: where the code came from. */
  provenance?: Readonly<Record<string, string>>;
  /** Fields that are not known are passed on with a warning, for a service that is newer than this code. */
  allowUnknownFields?: boolean;
}

const MOST_PROBLEMS = 20;

/**
 * Compiles a job file to everything that submitting it takes. Reads files, sends nothing.
 * @throws UserError `FileNotFound`, `FileNotReadable`, `YamlInvalid`, `OverrideInvalid`, or `FileInvalid` with all
 *   that is wrong in the file, each with its place
 */
export function compileJob(options: CompileOptions): Plan {
  const context = startCompiling(options);
  const other = otherThanJob(context.file.root);
  if (other) throw fileInvalid(options, 'file', [other]);
  return planJob(context, options);
}

/** `compileJob` of a file that was read. */
export function planJob(context: CompileContext, options: CompileOptions): Plan {
  const { file, builder } = context;
  const properties = jobDefinition(context);
  const nameNode = get(file.root, 'name');
  const jobName = options.fixedJobName ?? textOf(nameNode) ?? options.jobName;
  checkJobName(jobName, nameNode?.place, builder.problems);
  const added = { tags: Object.keys(options.tags ?? {}), properties: Object.keys(options.provenance ?? {}) };
  checkRunLimits(file.root, added, builder.problems);
  const refuse = (): void => {
    if (builder.problems.length > 0) throw fileInvalid(options, 'job file', builder.problems);
  };
  refuse();
  const common = commonProperties(file, jobName, options);
  // Only the service sets it (azure-ai-ml `CommandJob._to_rest_object`).
  if (properties.jobType === 'Command') delete common.properties['_azureml.ComputeTargetType'];
  const all: Record<string, unknown> = { ...common, ...properties };
  if (builder.problems.tolerated) passUnknown(context, all);
  const path = `${options.workspace}/jobs/${jobName}`;
  const clashing = clashingFields(path, all);
  if (clashing.length > 0)
    builder.problems.push({
      message: `A job can't have ${allOf(clashing)} together: no version of Azure ML's API has all of them.`,
      place: file.root.place,
    });
  refuse();
  return {
    workspace: options.workspace,
    requirements: builder.requirements,
    steps: builder.steps,
    main: {
      ...putRequest(path, all),
      mlToken: properties.jobType === 'Pipeline' || isUserIdentity(all),
    },
    warnings: distinctProblems(builder.warnings),
  };
}

/** Reads the file with its overrides and starts a plan for it. */
export function startCompiling(
  options: Pick<CompileOptions, 'file' | 'shownFrom' | 'workspace' | 'overrides' | 'allowUnknownFields'>,
): CompileContext {
  const file = readYaml(options.file, options.shownFrom);
  applyOverrides(file, options.overrides ?? []);
  return {
    builder: createPlanBuilder(options.workspace, options.allowUnknownFields),
    components: COMPONENT_TYPES,
    steps: STEP_TYPES,
    file,
    shownFrom: options.shownFrom,
    tree: treeOf(file.folder, options.shownFrom),
    snapshots: new Map(),
    compiled: new Map(),
    including: [file.path],
  };
}

/** Adds what this code does not know, as it was written; steps do so themselves. */
function passUnknown({ file, builder }: CompileContext, body: Record<string, unknown>): void {
  const type = jobTypeOf(file.root, []);
  if (!type) return;
  for (const [name, value] of Object.entries(unknownFields(file.root, type.schema))) body[name] ??= value;
  passNested(file.root, type.schema, body, '', builder.warnings);
}

/** The sources when the file is one of them, else the repository that it is in, else its folder. */
function treeOf(folder: string, sources: string): CompileContext['tree'] {
  let path = resolve(sources);
  if (!isInside(folder, [path])) {
    path = folder;
    for (let above = folder; above !== dirname(above); above = dirname(above))
      if (existsSync(join(above, '.git'))) {
        path = above;
        break;
      }
  }
  return { path, real: realpathSync(path) };
}

/** Everything that is wrong in a file, at most `MOST_PROBLEMS`. @param what it is: `job file` */
export function fileInvalid(
  { file, shownFrom }: Pick<CompileOptions, 'file' | 'shownFrom'>,
  what: string,
  problems: Problem[],
): UserError {
  const shown = file.startsWith(shownFrom) ? file.slice(shownFrom.length).replace(/^[/\\]/, '') : file;
  const unique = distinctProblems(problems).map(({ message, place }) => ({
    message: place?.override === undefined ? message : `${message} The override '${place.override}' sets it.`,
    ...(place ? { place } : {}),
  }));
  return new UserError({
    code: 'FileInvalid',
    message:
      unique.length === 1
        ? `The ${what} '${shown}' has a problem.`
        : `The ${what} '${shown}' has ${unique.length} problems${unique.length > MOST_PROBLEMS ? `; the first ${MOST_PROBLEMS} are shown` : ''}.`,
    fix: `Fix ${unique.length === 1 ? 'it' : 'them'} and run again. Nothing was created in the workspace.`,
    problems: unique.slice(0, MOST_PROBLEMS),
  });
}

/** Fields of every job, with what the task adds. */
function commonProperties(
  file: YamlFile,
  jobName: string,
  options: CompileOptions,
): Record<string, unknown> & { properties: Record<string, string> } {
  const described = describedProperties(file.root);
  const properties = textMap(get(file.root, 'properties'));
  const provenance = options.provenance ?? {};
  // Properties of a job can't be changed later, so what the file says stays.
  return {
    ...described,
    displayName: described.displayName || jobName,
    experimentName: options.experimentName || described.experimentName || experimentOfFolder(folderName(file, options)),
    tags: { ...textMap(get(file.root, 'tags')), ...options.tags },
    properties: { ...provenance, ...properties },
  };
}

/** The folder that the file is in, which names the experiment when nothing else does. */
function folderName({ folder }: YamlFile, { shownFrom, sourcesName }: CompileOptions): string {
  return (folder === shownFrom && sourcesName) || basename(folder);
}

function isUserIdentity(properties: Record<string, unknown>): boolean {
  return (properties.identity as { identityType?: string } | undefined)?.identityType === 'UserIdentity';
}
