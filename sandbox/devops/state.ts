/** What the Azure DevOps part remembers, as plain data that survives a restart as JSON. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AttachmentRecord {
  recordId: string;
  type: string;
  name: string;
  /** Path below the data folder. */
  file: string;
  createdOn: string;
}

export interface LogRecord {
  id: number;
  /** Timeline record that the log belongs to. */
  recordId?: string;
  lines: string[];
}

export interface RunRecord {
  id: number;
  definitionId: number;
  buildNumber: string;
  branch: string;
  commit: string;
  reason: string;
  repository: string;
  status: 'notStarted' | 'inProgress' | 'completed';
  result?: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';
  queueTime: string;
  finishTime?: string;
  planId: string;
  timelineId: string;
  jobIds: string[];
  tags: string[];
  properties: Record<string, unknown>;
  records: (Record<string, unknown> & { id: string })[];
  attachments: AttachmentRecord[];
  artifacts: { id: number; name: string; folder: string; resource?: Record<string, unknown> }[];
  logs: LogRecord[];
  /** What was posted to the plan's events, such as TaskCompleted. */
  events: Record<string, unknown>[];
  /** For a run queued over REST: what the caller asked for. */
  request?: Record<string, unknown>;
}

export interface ThreadComment {
  id: number;
  parentCommentId: number;
  content: string;
  commentType: string;
  publishedDate: string;
  lastUpdatedDate: string;
  isDeleted: boolean;
  author: { displayName: string; id: string };
}

export interface Thread {
  id: number;
  status: string;
  comments: ThreadComment[];
  properties: Record<string, unknown>;
  threadContext: unknown;
  publishedDate: string;
  lastUpdatedDate: string;
  isDeleted: boolean;
}

export interface PullRequest {
  id: number;
  repository: string;
  title: string;
  sourceBranch: string;
  targetBranch: string;
  /** The commit that its merge made; an active pull request has none. */
  mergeCommit?: string | undefined;
  /** Work items that are linked to it. */
  workItems: number[];
  creationDate: string;
  threads: Thread[];
  statuses: Record<string, unknown>[];
}

export interface WorkItem {
  id: number;
  title: string;
  type: string;
  state: string;
}

export interface ReleaseRecord {
  id: number;
  name: string;
  createdOn: string;
  /** Ids of the builds that it deploys; the first is the primary one. */
  builds: number[];
}

export interface TestRun {
  id: number;
  body: Record<string, unknown>;
  results: Record<string, unknown>[];
}

export interface DevOpsState {
  definitions: { id: number; name: string }[];
  runs: RunRecord[];
  pullRequests: PullRequest[];
  commitStatuses: (Record<string, unknown> & { commit: string })[];
  testRuns: TestRun[];
  workItems: WorkItem[];
  releases: ReleaseRecord[];
  /** Folders with the content of repositories, by their name in lower case. */
  folders: Record<string, string>;
}

export interface Store {
  state: DevOpsState;
  dataFolder: string;
  save(): void;
}

export function openStore(dataFolder: string): Store {
  mkdirSync(dataFolder, { recursive: true });
  const file = join(dataFolder, 'state.json');
  const empty: DevOpsState = {
    definitions: [],
    runs: [],
    pullRequests: [],
    commitStatuses: [],
    testRuns: [],
    workItems: [],
    releases: [],
    folders: {},
  };
  const state: DevOpsState = existsSync(file) ? { ...empty, ...JSON.parse(readFileSync(file, 'utf8')) } : empty;
  const save = () => {
    // Written beside and renamed, so that a killed sandbox leaves no half file.
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
  };
  return { state, dataFolder, save };
}

/** Puts an active pull request into the repository. */
export function addPullRequest(
  store: Store,
  fields: Pick<PullRequest, 'repository' | 'title' | 'sourceBranch' | 'targetBranch'> &
    Partial<Pick<PullRequest, 'mergeCommit' | 'workItems'>>,
): PullRequest {
  const id = store.state.pullRequests.length + 1;
  const pull = { workItems: [], ...fields, id, creationDate: new Date().toISOString(), threads: [], statuses: [] };
  store.state.pullRequests.push(pull);
  store.save();
  return pull;
}
