/** A pipeline as read from its file, templates inlined, compile-time expressions gone. */
import type { Node, Place } from './nodes.ts';

export interface VariableDefinition {
  name: string;
  value: string;
  readonly: boolean;
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

interface Graph {
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
  /** The expanded file. */
  root: Node;
}
