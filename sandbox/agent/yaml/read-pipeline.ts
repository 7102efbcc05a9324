/** Reads a pipeline file: the whole of what the service checks before a run starts. */
import { dirname } from 'node:path';
import { checkExpression } from '../expression/evaluate.ts';
import type { Job, Pipeline, RepositoryResource, Stage, VariableGroup } from './model.ts';
import { fieldOf, type Node, PipelineFileError, type Place } from './nodes.ts';
import { createNotes, refuse, warn } from './notes.ts';
import { nearest, readFields, readList, readText } from './read.ts';
import { isServerPool, jobKeys, readGraphFields, readJobFields, readJobs, readName } from './read-jobs.ts';
import { groupNames, type Reading, readVariables } from './read-variables.ts';
import { expandPipeline, type GivenParameters, variablesAsList } from './templates.ts';

const stageKeys = [
  'stage',
  'displayName',
  'dependsOn',
  'condition',
  'variables',
  'jobs',
  'pool',
  'lockBehavior',
  'trigger',
  'isSkippable',
  'templateContext',
];
/** Keys without meaning for a run that somebody starts by hand. */
const ignoredKeys = ['trigger', 'pr', 'schedules', 'resources', 'lockBehavior', 'appendCommitMessageToRunName'];

const statusFunctions = ['succeeded', 'failed', 'succeededorfailed', 'always', 'canceled'];

/** Checks a condition's syntax, names and functions at its place in the file. */
export function checkCondition(condition: string | undefined, at: Place, names: readonly string[]): void {
  if (condition === undefined) return;
  try {
    checkExpression(condition, names, [...statusFunctions, 'counter']);
  } catch (error) {
    throw new PipelineFileError((error as Error).message, at);
  }
}

function readStage(node: Node, index: number, server: boolean, reading: Reading): Stage {
  const fields = readFields(node, 'a stage', stageKeys);
  if (!fields.has('stage')) throw new PipelineFileError("A stage must start with 'stage'.", node.at);
  const name = readName(fields.get('stage'), 'stage', `Stage${index + 1}`);
  const pool = fields.get('pool');
  const jobs = fields.get('jobs');
  return {
    ...readGraphFields(fields, name, node.at, reading),
    jobs: jobs ? readJobs(jobs, pool ? isServerPool(pool) : server, reading) : [],
  };
}

function checkGraph(nodes: readonly (Stage | Job)[], what: 'Stage' | 'Job'): void {
  const names = nodes.map(({ name }) => name);
  const find = (name: string) => nodes.find((node) => node.name.toLowerCase() === name.toLowerCase());
  for (const node of nodes) {
    if (find(node.name) !== node)
      throw new PipelineFileError(`${what} name '${node.name}' appears more than once.`, node.at);
    for (const name of node.dependsOn ?? [])
      if (!find(name)) {
        const near = nearest(name, names);
        throw new PipelineFileError(
          `${what} ${node.name} depends on unknown ${what.toLowerCase()} ${name}.${near ? ` Did you mean '${near}'?` : ''}`,
          node.at,
        );
      }
  }
  const done = new Set<string>();
  const visit = (node: Stage | Job, above: string[]): void => {
    if (done.has(node.name)) return;
    if (above.includes(node.name))
      throw new PipelineFileError(
        `${what} ${node.name} depends on itself: ${[...above, node.name].join(' -> ')}.`,
        node.at,
      );
    for (const name of node.dependsOn ?? []) visit(find(name)!, [...above, node.name]);
    done.add(node.name);
  };
  for (const node of nodes) visit(node, []);
}

function checkConditions({ stages }: Pipeline): void {
  for (const stage of stages) {
    checkCondition(stage.condition, stage.conditionAt, ['variables', 'dependencies', 'stagedependencies', 'pipeline']);
    for (const job of stage.jobs) {
      checkCondition(job.condition, job.conditionAt, ['variables', 'dependencies', 'stagedependencies', 'pipeline']);
      for (const step of job.steps) checkCondition(step.condition, step.at, ['variables', 'pipeline']);
    }
  }
}

function readStages(fields: Map<string, Node>, root: Node, server: boolean, reading: Reading): Stage[] {
  const bodies = ['stages', 'jobs', 'steps'].filter((key) => fields.has(key));
  if (bodies.length !== 1)
    throw new PipelineFileError(
      bodies.length === 0
        ? 'The pipeline has no stages, jobs or steps.'
        : `${bodies.join(' and ')} can't be used together.`,
      root.at,
    );
  if (fields.has('stages'))
    return readList(fields.get('stages')!, 'stages').map((item, index) => readStage(item, index, server, reading));
  const jobFields = new Map(
    [...fields].filter(([key]) => key !== 'variables' && key !== 'pool' && jobKeys.includes(key)),
  );
  const jobs = fields.has('jobs')
    ? readJobs(fields.get('jobs')!, server, reading)
    : [readJobFields(jobFields, 'Job', server, false, root.at, reading)];
  return [
    {
      name: '__default',
      displayName: '__default',
      dependsOn: [],
      condition: undefined,
      conditionAt: root.at,
      variables: [],
      jobs,
      at: root.at,
    },
  ];
}

/** The aliases of `resources: repositories`; what else is in `resources` has no meaning here. */
function readRepositories(root: Node): RepositoryResource[] {
  const resources = fieldOf(root, 'resources');
  const list = resources && fieldOf(resources, 'repositories');
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) => {
    const [alias, name] = [fieldOf(item, 'repository'), fieldOf(item, 'name')];
    if (!alias) throw new PipelineFileError("A repository resource needs an alias: 'repository'.", item.at);
    const text = readText(alias, 'repository');
    return [{ alias: text, name: (name ? readText(name, 'name') : text).split('/').at(-1)! }];
  });
}

/** What a step of the sandbox's own tasks may be asked for and it doesn't do; only as far as the file says it plainly. */
function checkLimits({ stages, notes }: Pipeline): void {
  const limits = [
    {
      task: /^DownloadPipelineArtifact@2$/i,
      inputs: ['source', 'buildtype'],
      values: ['current', 'none', ''],
      what: 'downloads artifacts of the current run only',
    },
    {
      task: /^PublishTestResults@2$/i,
      inputs: ['testrunner', 'testresultsformat'],
      values: ['junit', ''],
      what: 'reads JUnit test results only',
    },
  ];
  for (const step of stages.flatMap(({ jobs }) => jobs).flatMap(({ steps }) => steps))
    for (const { inputs, values, what } of limits.filter((limit) => limit.task.test(step.task)))
      for (const [name, value] of step.inputs)
        if (
          inputs.includes(name.toLowerCase()) &&
          !value.includes('$(') &&
          !values.includes(value.trim().toLowerCase())
        )
          refuse(notes, `The sandbox ${what}, not '${value}'.`, step.inputsAt.get(name.toLowerCase()) ?? step.at);
}

/** Every repository that a job checks out is `self`, `none`, or has a folder here. */
function checkCheckouts({ stages, repositories, notes }: Pipeline, folders: ReadonlyMap<string, string>): void {
  for (const step of stages.flatMap(({ jobs }) => jobs).flatMap(({ steps }) => steps)) {
    const name = step.task === 'checkout@1' ? (step.inputs.get('repository') ?? '') : 'self';
    if (['self', 'none', ''].includes(name.toLowerCase()) || folders.has(name.toLowerCase())) continue;
    const alias = repositories.find((repository) => repository.alias.toLowerCase() === name.toLowerCase())?.alias;
    refuse(
      notes,
      `The job checks out the repository '${name}'. Name a folder with its content: --repository-resource ${alias ?? 'ALIAS'}=FOLDER${alias ? '' : ", with the alias that 'resources: repositories' gives it"}.`,
      step.at,
    );
  }
}

/** The variables of a file and those of the template that it extends are one list. */
function joinVariables(root: Node): Node {
  if (root.kind !== 'map') return root;
  const all = root.entries.filter(({ key }) => key === 'variables');
  if (all.length < 2) return root;
  const items = all.flatMap(({ value }) => variablesAsList(value));
  const joined = { ...all[0]!, value: { kind: 'list' as const, items, at: all[0]!.value.at } };
  return { ...root, entries: root.entries.filter((entry) => !all.includes(entry)).concat(joined) };
}

function noteUnusedGroups({ root, notes }: Pipeline, groups: ReadonlyMap<string, VariableGroup>): void {
  const named = groupNames(root);
  for (const name of groups.keys())
    if (!named.some((other) => other.toLowerCase() === name))
      warn(notes, `The pipeline has no variable group '${name}'. Its groups: ${named.join(', ') || 'none'}.`, root.at);
}

export interface ReadOptions {
  parameters?: Record<string, string>;
  /** Predefined variables that `${{ }}` knows. */
  variables?: Record<string, string>;
  /** Names of variables that the run is given; `${{ }}` doesn't know them. */
  queuedNames?: string[];
  /** Groups by name in lower case. */
  groups?: ReadonlyMap<string, VariableGroup>;
  /** The repository's folder; default: the folder of the file. */
  repository?: string;
  /** Folders of repository resources by alias in lower case. */
  repositories?: ReadonlyMap<string, string>;
}

/**
 * Reads and checks `file`. Throws a PipelineFileError with `file:line:column` for the first thing that is wrong; what is
 * right but can't run here, or runs differently, is in the pipeline's notes.
 */
export function readPipeline(file: string, options: ReadOptions = {}): Pipeline {
  const { parameters = {}, variables = {}, queuedNames = [], groups = new Map(), repositories = new Map() } = options;
  const notes = createNotes();
  const at: Place = { file, line: 1, column: 1 };
  const given: GivenParameters = new Map(Object.entries(parameters).map(([name, value]) => [name, { value, at }]));
  const groupVariables = [...groups.values()].flatMap((group) => [...group.keys()]);
  const lateVariables = new Set([...queuedNames, ...groupVariables].map((name) => name.toLowerCase()));
  const sources = { self: options.repository ?? dirname(file), repositories, lateVariables, notes };
  const root = joinVariables(expandPipeline(file, given, sources, variables));
  const reading: Reading = { groups, notes };
  const fields = readFields(root, 'the pipeline', ['name', 'stages', 'variables', ...ignoredKeys, 'jobs', ...jobKeys]);
  const pipeline: Pipeline = {
    name: fields.has('name') ? readText(fields.get('name')!, 'name') || undefined : undefined,
    variables: readVariables(fields.get('variables'), reading),
    stages: readStages(fields, root, isServerPool(fields.get('pool')), reading),
    repositories: readRepositories(root),
    notes,
    root,
  };
  checkGraph(pipeline.stages, 'Stage');
  for (const stage of pipeline.stages) checkGraph(stage.jobs, 'Job');
  checkConditions(pipeline);
  checkCheckouts(pipeline, repositories);
  checkLimits(pipeline);
  noteUnusedGroups(pipeline, groups);
  return pipeline;
}
