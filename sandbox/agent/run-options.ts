/** What a run is started with. */
import type { Sandbox } from '../contracts.ts';
import type { Decision } from './server/built-in.ts';

/** Variables of a group by name. */
export type GroupVariables = Record<string, string | { value: string; isSecret?: boolean }>;

export interface RunOptions {
  file: string;
  /**
   * The repository's folder; default: the nearest folder above the file that is a Git repository, else the file's folder.
   * Each job gets a copy without .git and node_modules.
   */
  sourcesFolder?: string;
  /** Folders with the content of other repositories, by the alias that `resources: repositories` gives them. */
  repositories?: Record<string, string>;
  /** Variables set when the run is queued; the file's own variables win over them, as on the real service. */
  variables?: Record<string, string>;
  /** The same, but secret. */
  secretVariables?: Record<string, string>;
  /** The variable groups of the project's library, by name. */
  variableGroups?: Record<string, GroupVariables>;
  /** Values of the pipeline's `parameters:`. */
  parameters?: Record<string, string>;
  branch?: string;
  commit?: string;
  reason?: string;
  /** Tasks of extensions: `<tasksFolder>/<task>/v1/task.json`; without it only the sandbox's own tasks are known. */
  tasksFolder?: string;
  /** Steps whose task is not known are skipped with a warning; otherwise they are an error. */
  skipUnknownTasks?: boolean;
  /** What becomes of manual validations, by the step's `name:` or display name; those without one are approved. */
  decisions?: Record<string, Decision>;
  sandbox: Pick<Sandbox, 'devops' | 'connections' | 'clientEnvironment'>;
  /** Default: a new folder below the system's temporary folder; it stays, with the attachments and artifacts in it. */
  workFolder?: string;
  /** Node for the tasks; default: the one that runs this. */
  nodePath?: string;
  write(line: string): void;
  /** Cancels the run as the service does. */
  signal?: AbortSignal;
  /** Ends a cancelled run without its cancel timeout: also steps with `always()` are ended. */
  forceSignal?: AbortSignal;
  /** For trying out time limits without waiting for minutes. */
  millisecondsPerMinute?: number;
}
