/**
 * Inputs of a task step. First the service's part, when the pipeline is read: aliases, required inputs, names of service
 * connections. Then the agent's part, right before the step runs: defaults, trimming, macros, file paths.
 */
import { isAbsolute, join, normalize } from 'node:path';
import type { ServiceConnection } from '../contracts.ts';
import type { TaskDefinition, TaskInput } from './task-definition.ts';
import { expandMacros } from './variables.ts';
import { isVisible } from './visible-rule.ts';

export interface Problems {
  errors: string[];
  warnings: string[];
}

const isConnection = (input: TaskInput): boolean => /^connectedService:/i.test(input.type);

function findInput(definition: TaskDefinition, name: string): TaskInput | undefined {
  const wanted = name.toLowerCase();
  return (definition.inputs ?? []).find((input) =>
    [input.name, ...(input.aliases ?? [])].some((known) => known.toLowerCase() === wanted),
  );
}

/** The step's inputs under the names of task.json; inputs that the task does not declare are passed on, with a warning. */
export function resolveAliases(definition: TaskDefinition, given: Map<string, string>, place: string) {
  const warnings: string[] = [];
  const inputs = new Map<string, string>();
  for (const [name, value] of given) {
    const input = findInput(definition, name);
    if (!input) warnings.push(`${place} references a task input '${name}' that task ${definition.name} does not have.`);
    inputs.set(input?.name ?? name, value);
  }
  return { inputs, warnings };
}

const defaultOf = (input: TaskInput): string => String(input.defaultValue ?? '').trim();

/** The visible required inputs that have no value; names as the user may write them (first alias). */
export function missingInputs(definition: TaskDefinition, inputs: Map<string, string>): string[] {
  const lookUp = (name: string): string => {
    const input = findInput(definition, name);
    return inputs.get(input?.name ?? name) ?? (input ? defaultOf(input) : '');
  };
  const groupRule = (input: TaskInput): string | undefined =>
    definition.groups?.find((group) => group.name === input.groupName)?.visibleRule;
  return (definition.inputs ?? [])
    .filter((input) => String(input.required ?? false).toLowerCase() === 'true')
    .filter((input) => isVisible(input.visibleRule, lookUp) && isVisible(groupRule(input), lookUp))
    .filter((input) => lookUp(input.name).trim() === '')
    .map((input) => input.aliases?.[0] ?? input.name);
}

/** Replaces names of service connections by ids, in place, and returns what could not be found. */
export function resolveConnections(
  definition: TaskDefinition,
  inputs: Map<string, string>,
  connections: readonly ServiceConnection[],
  lookUp: (name: string) => string | undefined,
): { input: string; name: string }[] {
  const unknown: { input: string; name: string }[] = [];
  for (const input of (definition.inputs ?? []).filter(isConnection)) {
    const text = expandMacros(inputs.get(input.name) ?? defaultOf(input), lookUp).trim();
    if (text === '') continue;
    const ids = text.split(',').map((part) => {
      const name = part.trim();
      const found = connections.find((connection) =>
        [connection.id, connection.name].some((known) => known.toLowerCase() === name.toLowerCase()),
      );
      if (!found) unknown.push({ input: input.name, name });
      return found?.id ?? name;
    });
    inputs.set(input.name, ids.join(','));
  }
  return unknown;
}

/** Ids of the service connections that the inputs name: only these reach the task's environment. */
export function connectionIds(definition: TaskDefinition, inputs: Map<string, string>): string[] {
  return (definition.inputs ?? [])
    .filter(isConnection)
    .flatMap((input) => (inputs.get(input.name) ?? '').split(','))
    .map((id) => id.trim().toLowerCase())
    .filter((id) => id !== '');
}

export interface AgentInputContext {
  lookUp(variable: string): string | undefined;
  environment: Record<string, string | undefined>;
  /** Relative `filePath` inputs start here; an empty one becomes this folder itself. */
  sourcesFolder: string;
}

/** What the agent does with the inputs (TaskRunner.cs): `$(x)` from variables first, then from its own environment. */
export function agentInputs(
  definition: TaskDefinition,
  given: Map<string, string>,
  context: AgentInputContext,
): Map<string, string> {
  const inputs = new Map((definition.inputs ?? []).map((input) => [input.name, defaultOf(input)]));
  const trim = context.lookUp('DISABLE_INPUT_TRIMMING')?.toLowerCase() !== 'true';
  for (const [name, value] of given) inputs.set(name, trim ? value.trim() : value);
  for (const [name, value] of inputs) {
    const expanded = expandMacros(value, context.lookUp);
    inputs.set(
      name,
      expandMacros(expanded, (variable) => context.environment[variable]),
    );
  }
  for (const input of definition.inputs ?? []) {
    if (input.type.toLowerCase() !== 'filepath') continue;
    const value = inputs.get(input.name)!;
    inputs.set(input.name, isAbsolute(value) ? normalize(value) : join(context.sourcesFolder, value));
  }
  return inputs;
}
