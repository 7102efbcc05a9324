/** What a built-in task gets to work with. */
import type { StepState } from '../steps/state.ts';

/** A repository: a folder on this machine. */
export interface Repository {
  /** `self`, or the alias of a repository resource. */
  alias: string;
  name: string;
  folder: string;
  commit: string;
  /** Folders inside it that are not content: work folders, data folders. */
  excluded: readonly string[];
}

export interface BuiltinContext {
  state: StepState;
  inputs: Map<string, string>;
  /** The environment of the processes that the task starts. */
  environment: Record<string, string>;
  /** System.DefaultWorkingDirectory */
  workingDirectory: string;
  tempFolder: string;
  repositories: readonly Repository[];
  severalCheckouts: boolean;
  signal: AbortSignal;
  /** Takes a line of a process's output: logs it or executes the logging command in it. */
  processLine(line: string): void;
  /** Starts a process that is ended with the whole of its group when the step is cancelled. */
  run(process: {
    file: string;
    args: string[];
    cwd: string;
    onLine(line: string, stream: 'stdout' | 'stderr'): void;
  }): Promise<number | undefined>;
}
