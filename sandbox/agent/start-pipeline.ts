/** What happens once when a run starts: the file's own `$[ ]` variables get their values, then the run gets its number. */
import type { DevOpsRun } from '../contracts.ts';
import { formatBuildNumber } from './build-number.ts';
import type { ExpressionContext } from './expression/evaluate.ts';
import type { ExpressionFunction } from './expression/functions.ts';
import { addVariables, dictionaryOf, pipelineObject, runtime, startVariables } from './run-scope.ts';
import type { Variables } from './variables.ts';
import type { Pipeline, VariableDefinition } from './yaml/model.ts';
import { PipelineFileError } from './yaml/nodes.ts';

export interface RunStart {
  /** The variables that the service sets, with this run's number. */
  serverVariables(buildNumber: string): Record<string, string>;
  queuedVariables: Record<string, string>;
  secretVariables: Record<string, string>;
  counter: ExpressionFunction;
  startTime: Date;
}

/** Outputs of stages and jobs are not there yet; such a variable is evaluated when a job starts. */
const usesOutputs = ({ value }: VariableDefinition): boolean =>
  runtime.test(value) && /\b(stageDependencies|dependencies)\b/i.test(value);
const usesNumber = ({ value }: VariableDefinition): boolean =>
  runtime.test(value) && /\bBuild\.BuildNumber\b/i.test(value);

/** Evaluates the variables that `chosen` takes, in their order, and leaves the others as they are. */
function evaluateVariables(
  definitions: readonly VariableDefinition[],
  chosen: (definition: VariableDefinition) => boolean,
  { start, buildNumber }: { start: RunStart; buildNumber: string },
): VariableDefinition[] {
  const variables = startVariables({ ...start, serverVariables: start.serverVariables(buildNumber) });
  const contextFor = (known: Variables): ExpressionContext => ({
    names: { variables: dictionaryOf(known), pipeline: pipelineObject(start.startTime) },
    functions: { counter: start.counter },
  });
  return definitions.map((definition) => {
    if (!runtime.test(definition.value)) {
      addVariables(variables, [definition], contextFor, []);
      return definition;
    }
    if (!chosen(definition)) return definition;
    try {
      addVariables(variables, [definition], contextFor, []);
    } catch (error) {
      throw new PipelineFileError(`Variable '${definition.name}': ${(error as Error).message}`, definition.at);
    }
    return { ...definition, value: variables.find(definition.name)!.value };
  });
}

/** The number that `name:` gives the run, or the one that it has. */
function numberOf({ name, variables }: Pipeline, devopsRun: DevOpsRun, start: RunStart): string {
  if (!name) return devopsRun.buildNumber;
  const known = startVariables({ ...start, serverVariables: start.serverVariables(devopsRun.buildNumber) });
  for (const variable of variables) known.set(variable.name, variable.value);
  known.recalculate();
  const revision = Number(/\.(\d+)$/.exec(devopsRun.buildNumber)?.[1] ?? 1);
  let number: string;
  try {
    number = formatBuildNumber(name, start.startTime, revision, known.get);
  } catch (error) {
    throw new PipelineFileError((error as Error).message);
  }
  devopsRun.setBuildNumber(number);
  return number;
}

function evaluate(
  written: Pipeline,
  devopsRun: DevOpsRun,
  start: RunStart,
): { pipeline: Pipeline; buildNumber: string } {
  const early = evaluateVariables(written.variables, (one) => !usesOutputs(one) && !usesNumber(one), {
    start,
    buildNumber: devopsRun.buildNumber,
  });
  const buildNumber = numberOf({ ...written, variables: early }, devopsRun, start);
  const variables = evaluateVariables(early, (one) => !usesOutputs(one), { start, buildNumber });
  return { pipeline: { ...written, variables }, buildNumber };
}

/**
 * The pipeline with its `$[ ]` variables evaluated, once for the whole run, and the run's number. Throws a
 * PipelineFileError, and the run has failed, when one of them can't be evaluated.
 */
export function startPipeline(
  written: Pipeline,
  devopsRun: DevOpsRun,
  start: RunStart,
): { pipeline: Pipeline; buildNumber: string } {
  try {
    return evaluate(written, devopsRun, start);
  } catch (error) {
    devopsRun.complete('failed');
    throw error;
  }
}
