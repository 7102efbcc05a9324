/** A pipeline as read from its file, templates inlined, compile-time expressions gone. */
import type { Node, Place } from './nodes.ts';
import type { Notes } from './notes.ts';

export interface VariableDefinition {
  name: string;
  value: string;
  readonly: boolean;
  secret: boolean;
  at: Place;
}

/** A group of variables that a pipeline names: the content of a library in Azure DevOps. */
export type VariableGroup = ReadonlyMap<string, { value: string; secret: boolean }>;

/** Copies of a job, each with variables of its own; made when the job starts if they come from an expression. */
export type Strategy =
  | { kind: 'matrix'; legs: Leg[] }
  | { kind: 'matrixExpression'; expression: string }
  | { kind: 'parallel'; count: string };

export interface Leg {
  name: string;
  variables: Record<string, string>;
}

/** An entry of `resources: repositories`. */
export interface RepositoryResource {
  alias: string;
  /** The last part of `name: project/repository`; where a checkout puts it when a job has several. */
  name: string;
}

export interface Step {
  /** `Name@1`; `script:`, `bash:`, `checkout:` and the other short forms name the task that they mean. */
  task: string;
  inputs: Map<string, string>;
  inputsAt: Map<string, Place>;
  /** `name:`, by which outputs are referred to; made up when missing. */
  name: string;
  displayName: string | undefined;
  condition: string | undefined;
  env: Map<string, string>;
  enabled: string;
  continueOnError: string;
  timeoutInMinutes: string;
  retryCountOnTaskFailure: string;
  target: { restricted: boolean; settableVariables: string[] | undefined } | undefined;
  at: Place;
}

/** What stages and jobs have in common. */
export interface Graph {
  name: string;
  displayName: string;
  /** Undefined: the service's default (the previous stage; no job). */
  dependsOn: string[] | undefined;
  condition: string | undefined;
  conditionAt: Place;
  variables: VariableDefinition[];
  at: Place;
}

export interface Job extends Graph {
  server: boolean;
  steps: Step[];
  /** Steps of `on: failure` and `on: success` carry their own conditions. */
  deployment: boolean;
  environment: string | undefined;
  strategy: Strategy | undefined;
  continueOnError: string;
  timeoutInMinutes: string;
  cancelTimeoutInMinutes: string;
}

export interface Stage extends Graph {
  jobs: Job[];
}

export interface Pipeline {
  /** `name:`, the format of the build number. */
  name: string | undefined;
  variables: VariableDefinition[];
  stages: Stage[];
  repositories: RepositoryResource[];
  notes: Notes;
  /** The expanded file. */
  root: Node;
}
