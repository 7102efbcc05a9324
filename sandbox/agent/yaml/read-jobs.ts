/** `jobs:` with ordinary, agentless and deployment jobs. */
import type { Graph, Job, Step } from './model.ts';
import { type Node, PipelineFileError, type Place } from './nodes.ts';
import { refuse, warn } from './notes.ts';
import { readBoolean, readFields, readList, readText, readTexts, readWholeNumber } from './read.ts';
import { readSteps } from './read-steps.ts';
import { readStrategy } from './read-strategy.ts';
import { type Reading, readVariables } from './read-variables.ts';

const common = [
  'displayName',
  'dependsOn',
  'condition',
  'continueOnError',
  'timeoutInMinutes',
  'cancelTimeoutInMinutes',
  'variables',
  'pool',
  'container',
  'services',
  'workspace',
  'uses',
  'templateContext',
];
/** The keys of a job that may also be at the top of a file that has only steps. */
export const jobKeys: readonly string[] = [...common, 'strategy', 'steps'];
const deploymentKeys = [...common, 'environment', 'strategy'];

/** Checks a name and gives it back; stages and jobs may use letters, digits and underscores. */
export function readName(node: Node | undefined, what: string, otherwise: string): string {
  const name = node ? readText(node, what) : '';
  if (name === '') return otherwise;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new PipelineFileError(
      `'${name}' is not a valid ${what} name: use letters, digits and underscores.`,
      node!.at,
    );
  return name;
}

/** `pool: server` or a named pool; the sandbox runs everything else on this machine. */
export function isServerPool(node: Node | undefined): boolean {
  if (!node) return false;
  if (node.kind === 'scalar') return node.text.toLowerCase() === 'server';
  const fields = readFields(node, 'pool', ['name', 'vmImage', 'demands', 'os']);
  const name = fields.get('name');
  return name !== undefined && readText(name, 'pool name').toLowerCase() === 'server';
}

function withCondition(steps: Step[], condition: string): Step[] {
  return steps.map((step) => ({
    ...step,
    condition: step.condition ? `and(${condition}, ${step.condition})` : condition,
  }));
}

/** The steps of `strategy: runOnce`, in the order in which its hooks run. */
function readDeploymentSteps(strategy: Node | undefined, at: Place, { notes }: Reading): Step[] {
  if (!strategy) throw new PipelineFileError('A deployment job needs a strategy.', at);
  const kinds = readFields(strategy, 'strategy', ['runOnce', 'rolling', 'canary']);
  const runOnce = kinds.get('runOnce');
  if (!runOnce) {
    refuse(notes, 'The sandbox runs deployment jobs with the strategy runOnce only.', strategy.at);
    return [];
  }
  const hooks = readFields(runOnce, 'runOnce', ['preDeploy', 'deploy', 'routeTraffic', 'postRouteTraffic', 'on']);
  const stepsOf = (hook: Node | undefined): Step[] => {
    const steps = hook && readFields(hook, 'a deployment hook', ['steps', 'pool']).get('steps');
    return steps ? readSteps(steps, notes) : [];
  };
  const on = hooks.get('on');
  const ends = on ? readFields(on, 'on', ['success', 'failure']) : new Map<string, Node>();
  return [
    ...['preDeploy', 'deploy', 'routeTraffic', 'postRouteTraffic'].flatMap((name) => stepsOf(hooks.get(name))),
    ...withCondition(stepsOf(ends.get('success')), 'succeeded()'),
    ...withCondition(stepsOf(ends.get('failure')), 'failed()'),
  ];
}

function readEnvironment(node: Node | undefined): string | undefined {
  if (!node || node.kind === 'scalar') return node?.text || undefined;
  const name = readFields(node, 'environment', ['name', 'resourceName', 'resourceId', 'resourceType', 'tags']).get(
    'name',
  );
  return name && readText(name, 'environment name');
}

function warnOfContainers(fields: Map<string, Node>, job: string, { notes }: Reading): void {
  const [container, services] = [fields.get('container'), fields.get('services')];
  if (container && hasContent(container))
    warn(notes, `Job ${job} runs on this machine, not in its container.`, container.at);
  if (services && hasContent(services))
    warn(notes, `The services of job ${job} are not started: start on this machine what the job needs.`, services.at);
}

const hasContent = (node: Node): boolean => node.kind !== 'scalar' || node.text !== '';

export function readGraphFields(fields: Map<string, Node>, name: string, at: Place, reading: Reading): Graph {
  const text = (key: string): string | undefined =>
    fields.has(key) ? readText(fields.get(key)!, key) || undefined : undefined;
  return {
    name,
    displayName: text('displayName') ?? name,
    dependsOn: fields.has('dependsOn') ? readTexts(fields.get('dependsOn')!, 'dependsOn') : undefined,
    condition: text('condition'),
    conditionAt: fields.get('condition')?.at ?? at,
    variables: readVariables(fields.get('variables'), reading),
    at,
  };
}

/** Reads one job's fields; used for root-level steps too. */
export function readJobFields(
  fields: Map<string, Node>,
  name: string,
  server: boolean,
  deployment: boolean,
  at: Place,
  reading: Reading,
): Job {
  warnOfContainers(fields, name, reading);
  const steps = fields.get('steps');
  const pool = fields.get('pool');
  return {
    ...readGraphFields(fields, name, at, reading),
    server: pool ? isServerPool(pool) : server,
    steps: deployment
      ? readDeploymentSteps(fields.get('strategy'), at, reading)
      : steps
        ? readSteps(steps, reading.notes)
        : [],
    strategy: !deployment && fields.has('strategy') ? readStrategy(fields.get('strategy')!) : undefined,
    deployment,
    environment: readEnvironment(fields.get('environment')),
    continueOnError: fields.has('continueOnError')
      ? readBoolean(fields.get('continueOnError')!, 'continueOnError')
      : 'false',
    timeoutInMinutes: fields.has('timeoutInMinutes')
      ? readWholeNumber(fields.get('timeoutInMinutes')!, 'timeoutInMinutes')
      : '60',
    cancelTimeoutInMinutes: fields.has('cancelTimeoutInMinutes')
      ? readWholeNumber(fields.get('cancelTimeoutInMinutes')!, 'cancelTimeoutInMinutes')
      : '5',
  };
}

export function readJobs(node: Node, server: boolean, reading: Reading): Job[] {
  return readList(node, 'jobs').map((item, index) => {
    const deployment = item.kind === 'map' && item.entries.some(({ key }) => key === 'deployment');
    const kind = deployment ? 'deployment' : 'job';
    const fields = readFields(item, `a ${kind}`, [kind, ...(deployment ? deploymentKeys : jobKeys)]);
    if (!fields.has(kind)) throw new PipelineFileError("A job must start with 'job' or 'deployment'.", item.at);
    const name = readName(fields.get(kind), kind, `Job${index + 1}`);
    return readJobFields(fields, name, server, deployment, item.at, reading);
  });
}
