/** What the routes of the Azure DevOps part share. */
import type { EventEmitter } from 'node:events';
import type { JobPermission, ServiceConnection, Tokens } from '../contracts.ts';
import type { RunRecord, Store } from './state.ts';

export interface DevOpsContext {
  store: Store;
  tokens: Tokens;
  connections: readonly ServiceConnection[];
  organization: string;
  project: { id: string; name: string };
  /** `https://127.0.0.1:{port}/{organization}/`; known once the server listens. */
  collectionUrl(): string;
  /** What the tokens of jobs may not do. */
  denied: ReadonlySet<JobPermission>;
  /** Events posted to plans, under the plan's id. */
  events: EventEmitter;
  log(line: string): void;
}

/** Base of the project's REST addresses. */
export const apiUrl = (context: DevOpsContext): string => `${context.collectionUrl()}${context.project.id}/_apis`;

export const runPage = (context: DevOpsContext, run: RunRecord): string =>
  `${context.collectionUrl()}${context.project.name}/_build/results?buildId=${run.id}`;

/** The folder that has the repository's content; undefined when no run brought it. */
export const folderOf = ({ store }: DevOpsContext, repository: string): string | undefined =>
  store.state.folders[repository.toLowerCase()];

export const projectReference = ({ project, collectionUrl }: DevOpsContext) => ({
  id: project.id,
  name: project.name,
  url: `${collectionUrl()}_apis/projects/${project.id}`,
  state: 'wellFormed',
  visibility: 'private',
});
