/** What the agent keeps about a job and about one of its steps while they run. */
import type { DevOpsRun, ServiceConnection } from '../../contracts.ts';
import type { Masker } from '../masker.ts';
import type { TaskResult } from '../results.ts';
import type { Variables } from '../variables.ts';

export interface Issue {
  type: 'error' | 'warning';
  category: 'General' | 'Code';
  message: string;
  data: Record<string, string>;
}

export interface Attachment {
  recordId: string;
  /** Display name of the step. */
  step: string;
  type: string;
  name: string;
  /** A copy that outlives the job. */
  file: string;
}

/** Shared by all jobs of a run. */
export interface RunState {
  devops: DevOpsRun;
  attachments: Attachment[];
  tags: string[];
  buildNumber: string;
  /** `<name>/...` per published artifact. */
  artifactsFolder: string;
  attachmentsFolder: string;
}

export interface JobState {
  id: string;
  run: RunState;
  variables: Variables;
  masker: Masker;
  /** The job's own copies: `task.setendpoint` changes them for later steps. */
  connections: ServiceConnection[];
  /** Folders from `task.prependpath`, most recent first. */
  paths: string[];
  /** Succeeded, SucceededWithIssues, Failed or Canceled. */
  status: TaskResult;
  /** `system.debug` as it was when the job started. */
  debug: boolean;
}

/** What main, pre-job and post-job part of one step share. */
export interface StepShared {
  taskVariables: Variables;
  /** Only the commands allowed in restricted mode. */
  restricted: boolean;
  /** Globs of the variables that may be set; undefined allows all, an empty list none. */
  settable: string[] | undefined;
  /** Output variables declared in task.json, in lower case: set without `isoutput` they are outputs all the same. */
  declaredOutputs: ReadonlySet<string>;
}

export interface Detail {
  id: string;
  parentId?: string;
  type: string;
  name: string;
  state: 'Pending' | 'InProgress' | 'Completed';
  result?: TaskResult;
  percent: number;
  operation: string;
}

export interface StepState {
  recordId: string;
  displayName: string;
  /** `name:` of the step. */
  refName: string;
  job: JobState;
  shared: StepShared;
  result: TaskResult | undefined;
  commandResult: TaskResult | undefined;
  percent: number;
  operation: string;
  issues: Issue[];
  errorCount: number;
  warningCount: number;
  outputs: Record<string, string>;
  details: Map<string, Detail>;
  /** Masked lines as logged. */
  log: string[];
  /** Commands that go on in the background and are awaited when the handler has ended. */
  background: { name: string; work: () => Promise<void> | void }[];
  /** `task.complete done=true` calls it: the agent stops waiting for the process 5 s later. */
  forceCompletion(): void;
  /** After a forced completion, output is dropped. */
  closed: boolean;
  /** Logs one masked line. */
  write(line: string): void;
}

/** The most issues of one kind that a timeline record keeps; the rest is only counted. */
const maxIssues = 10;

export function addIssue(state: StepState, issue: Issue): void {
  const message = state.job.masker.mask(issue.message);
  const data = Object.fromEntries(
    Object.entries(issue.data).map(([key, value]) => [key, state.job.masker.mask(value)]),
  );
  const count = issue.type === 'error' ? ++state.errorCount : ++state.warningCount;
  if (count <= maxIssues) state.issues.push({ ...issue, message, data });
  for (const [index, line] of issue.message.split(/\r?\n/).entries())
    state.write(index === 0 ? `##[${issue.type}]${line}` : line);
}

export function addError(state: StepState, message: string): void {
  addIssue(state, { type: 'error', category: 'General', message, data: {} });
}

export function addWarning(state: StepState, message: string): void {
  addIssue(state, { type: 'warning', category: 'General', message, data: {} });
}
