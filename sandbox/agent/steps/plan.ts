/** What the service does with a job's steps before it hands them to an agent: find tasks, resolve inputs, check them. */
import type { ServiceConnection } from '../../contracts.ts';
import { builtinDefinitions } from '../builtin/definitions.ts';
import { findTask, type TaskDefinition, UnknownTaskError } from '../task-definition.ts';
import { missingInputs, resolveAliases, resolveConnections } from '../task-inputs.ts';
import type { Job, Step } from '../yaml/model.ts';
import { placeText } from '../yaml/nodes.ts';

export interface PlannedStep {
  source: Step;
  definition: TaskDefinition;
  builtin: boolean;
  /** By the names of task.json; service connections by id. */
  inputs: Map<string, string>;
  displayName: string;
  condition: string;
  /** Why the step doesn't run: its task is not known, and the run was asked to go on without. */
  skipped?: string;
}

export interface PlanContext {
  definitions: readonly TaskDefinition[];
  connections: readonly ServiceConnection[];
  /** Variables known when the run is queued: names of connections may contain `$(x)`. */
  variable(name: string): string | undefined;
  skipUnknownTasks: boolean;
}

export interface JobPlan {
  steps: PlannedStep[];
  errors: string[];
  warnings: string[];
  /** Set when a task is missing: the sentence in its error that lists those there are. */
  knownTasks: string | undefined;
}

const runsOnAgent = ({ runsOn = ['Agent'] }: TaskDefinition): boolean =>
  runsOn.some((kind) => ['agent', 'deploymentgroup', 'machinegroup'].includes(kind.toLowerCase()));
const runsOnServer = ({ runsOn = ['Agent'] }: TaskDefinition): boolean =>
  runsOn.some((kind) => kind.toLowerCase() === 'server');

function planStep(
  job: Job,
  step: Step,
  context: PlanContext,
): { step: PlannedStep; errors: string[]; warnings: string[] } {
  const all = [...context.definitions, ...builtinDefinitions];
  const definition = findTask(all, step.task);
  const kind = job.server ? 'server' : 'agent';
  if (!(job.server ? runsOnServer(definition) : runsOnAgent(definition)))
    throw new Error(
      `Task ${definition.name} can't run in an ${kind} job: it runs on ${definition.runsOn?.join(', ')}.`,
    );
  const displayName = step.displayName ?? defaultName(definition, step);
  const { inputs, warnings } = resolveAliases(definition, step.inputs, `Step ${step.name}`);
  const errors = resolveConnections(definition, inputs, context.connections, context.variable).map(
    ({ input, name }) =>
      `Job ${job.name}: Step ${step.name} input ${input} references service connection ${name} which could not be found. The service connection does not exist, has been disabled or has not been authorized for use. For authorization details, refer to https://aka.ms/yamlauthz.`,
  );
  // The service's wording for a missing input is an assumption; that it refuses such a pipeline is documented.
  for (const input of missingInputs(definition, inputs))
    errors.push(`Job ${job.name}: Step ${step.name} input ${input} is required.`);
  const place = (input: string): string => placeText(step.inputsAt.get(input.toLowerCase()) ?? step.at);
  return {
    step: {
      source: step,
      definition,
      builtin: builtinDefinitions.includes(definition),
      inputs,
      displayName,
      condition: step.condition ?? 'succeeded()',
    },
    errors: errors.map((message) => `${message} (${placeText(step.at)})`),
    warnings: warnings.map((message) => `${place(/'([^']*)'/.exec(message)?.[1] ?? '')}: ${message}`),
  };
}

function defaultName(definition: TaskDefinition, step: Step): string {
  if (definition.name === 'checkout') return `Checkout ${step.inputs.get('repository') ?? 'self'}`;
  return definition.name;
}

/**
 * The steps with the implicit first one: an agent job checks its repository out, a deployment job downloads the run's
 * artifacts instead, unless it has such a step itself.
 */
function withFirstStep(job: Job): Step[] {
  const implicit: Pick<Step, 'task' | 'name' | 'inputs'> = job.deployment
    ? { task: 'DownloadPipelineArtifact@2', name: '__download', inputs: new Map([['source', 'current']]) }
    : { task: 'checkout@1', name: '__checkout', inputs: new Map([['repository', 'self']]) };
  if (job.server || job.steps.some((step) => step.task === implicit.task)) return job.steps;
  const rest = {
    inputsAt: new Map(),
    env: new Map(),
    displayName: undefined,
    condition: undefined,
    target: undefined,
    at: job.at,
  };
  const settings = { enabled: 'true', continueOnError: 'false', timeoutInMinutes: '0', retryCountOnTaskFailure: '0' };
  return [{ ...implicit, ...rest, ...settings }, ...job.steps];
}

const checksOutNothing = (step: Step): boolean =>
  step.task === 'checkout@1' && step.inputs.get('repository') === 'none';
const downloadsNothing = (step: Step): boolean =>
  step.inputs.get('source') === 'none' && step.task === 'DownloadPipelineArtifact@2';

/** What is planned in place of a step whose task is not known: it is shown, skipped with a warning. */
function standIn(step: Step, { name, major }: { name: string; major: number }): PlannedStep {
  return {
    source: step,
    definition: { id: '', name, friendlyName: name, version: { Major: major, Minor: 0, Patch: 0 }, folder: '' },
    builtin: false,
    inputs: step.inputs,
    displayName: step.displayName ?? name,
    condition: step.condition ?? 'succeeded()',
    skipped: `Step ${step.name} did not run: the sandbox doesn't have the task ${step.task}. What it would have done or set is missing in the steps that follow. (${placeText(step.at)})`,
  };
}

/** Plans the enabled steps; problems are collected, so that a user sees all of them together. */
export function planJob(job: Job, context: PlanContext): JobPlan {
  const plan: JobPlan = { steps: [], errors: [], warnings: [], knownTasks: undefined };
  for (const step of withFirstStep(job)) {
    if (step.enabled === 'false' || checksOutNothing(step) || downloadsNothing(step)) continue;
    try {
      const planned = planStep(job, step, context);
      plan.steps.push(planned.step);
      plan.errors.push(...planned.errors);
      plan.warnings.push(...planned.warnings);
    } catch (error) {
      if (error instanceof UnknownTaskError && context.skipUnknownTasks) {
        plan.steps.push(standIn(step, error.task));
        continue;
      }
      if (error instanceof UnknownTaskError) plan.knownTasks = error.known;
      plan.errors.push(`Job ${job.name}: Step ${step.name}: ${(error as Error).message} (${placeText(step.at)})`);
    }
  }
  return plan;
}
