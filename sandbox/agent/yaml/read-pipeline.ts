/** Reads a pipeline file: the whole of what the service checks before a run starts. */
import { dirname } from 'node:path';
import { checkExpression } from '../expression/evaluate.ts';
import { dictionary } from '../expression/values.ts';
import type { Job, Pipeline, Stage } from './model.ts';
import { type Node, PipelineFileError, type Place } from './nodes.ts';
import { nearest, readFields, readList, readText, readTexts } from './read.ts';
import { isServerPool, jobKeys, readJobFields, readJobs, readName } from './read-jobs.ts';
import { readVariables } from './read-variables.ts';
import { expandFile, fieldOf, type GivenParameters, loadTemplate, type TemplateContext } from './templates.ts';

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

function readStage(node: Node, index: number, server: boolean): Stage {
  const fields = readFields(node, 'a stage', stageKeys);
  if (!fields.has('stage')) throw new PipelineFileError("A stage must start with 'stage'.", node.at);
  const name = readName(fields.get('stage'), 'stage', `Stage${index + 1}`);
  const text = (key: string): string | undefined =>
    fields.has(key) ? readText(fields.get(key)!, key) || undefined : undefined;
  const pool = fields.get('pool');
  const jobs = fields.get('jobs');
  return {
    name,
    displayName: text('displayName') ?? name,
    dependsOn: fields.has('dependsOn') ? readTexts(fields.get('dependsOn')!, 'dependsOn') : undefined,
    condition: text('condition'),
    conditionAt: fields.get('condition')?.at ?? node.at,
    variables: readVariables(fields.get('variables')),
    jobs: jobs ? readJobs(jobs, pool ? isServerPool(pool) : server) : [],
    at: node.at,
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

function readStages(fields: Map<string, Node>, root: Node, server: boolean): Stage[] {
  const bodies = ['stages', 'jobs', 'steps'].filter((key) => fields.has(key));
  if (bodies.length !== 1)
    throw new PipelineFileError(
      bodies.length === 0
        ? 'The pipeline has no stages, jobs or steps.'
        : `${bodies.join(' and ')} can't be used together.`,
      root.at,
    );
  if (fields.has('stages'))
    return readList(fields.get('stages')!, 'stages').map((item, index) => readStage(item, index, server));
  const jobFields = new Map(
    [...fields].filter(([key]) => key !== 'variables' && key !== 'pool' && jobKeys.includes(key)),
  );
  const jobs = fields.has('jobs')
    ? readJobs(fields.get('jobs')!, server)
    : [readJobFields(jobFields, 'Job', server, false, root.at)];
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

export interface ReadOptions {
  parameters?: Record<string, string>;
  /** Variables known when the run is queued. */
  variables?: Record<string, string>;
}

/** Reads and checks `file`; throws a PipelineFileError with `file:line:column` for the first error. */
export function readPipeline(file: string, { parameters = {}, variables = {} }: ReadOptions = {}): Pipeline {
  const at: Place = { file, line: 1, column: 1 };
  const given: GivenParameters = new Map(Object.entries(parameters).map(([name, value]) => [name, { value, at }]));
  const context: TemplateContext = { rootFolder: dirname(file), variables: dictionary(variables) };
  const expand = (): Node => {
    const expanded = expandFile(file, given, context);
    const base = fieldOf(expanded, 'extends');
    if (!base || expanded.kind !== 'map') return expanded;
    const template = loadTemplate(base, file, context, 0);
    const own = expanded.entries.filter(({ key }) => key !== 'extends');
    return { ...expanded, entries: [...own, ...(template.kind === 'map' ? template.entries : [])] };
  };
  // The first pass is only for the pipeline's own variables, which `${{ variables.x }}` may name anywhere in the file.
  const own = readVariables(fieldOf(expand(), 'variables'));
  context.variables = dictionary({ ...variables, ...Object.fromEntries(own.map(({ name, value }) => [name, value])) });
  const root = expand();
  const fields = readFields(root, 'the pipeline', ['name', 'stages', 'variables', ...ignoredKeys, 'jobs', ...jobKeys]);
  const pipeline: Pipeline = {
    name: fields.has('name') ? readText(fields.get('name')!, 'name') || undefined : undefined,
    variables: readVariables(fields.get('variables')),
    stages: readStages(fields, root, isServerPool(fields.get('pool'))),
    root,
  };
  checkGraph(pipeline.stages, 'Stage');
  for (const stage of pipeline.stages) checkGraph(stage.jobs, 'Job');
  checkConditions(pipeline);
  return pipeline;
}
