/** Runs: how they start, how the agent reports on them, and what the REST API shows of them. */
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NewRun } from '../contracts.ts';
import type { RunRecord, Store } from './state.ts';

export function addDefinition({ state }: Store, name: string): number {
  const known = state.definitions.find((definition) => definition.name.toLowerCase() === name.toLowerCase());
  if (known) return known.id;
  const id = state.definitions.length + 1;
  state.definitions.push({ id, name });
  return id;
}

/** `yyyymmdd.n`, where n counts the pipeline's runs of the day. */
function nextBuildNumber(store: Store, definitionId: number): string {
  const now = new Date();
  const day = `${now.getFullYear()}${String(now.getMonth() + 1).padStart(2, '0')}${String(now.getDate()).padStart(2, '0')}`;
  const today = store.state.runs.filter(
    (run) => run.definitionId === definitionId && run.queueTime.slice(0, 10) === now.toISOString().slice(0, 10),
  );
  return `${day}.${today.length + 1}`;
}

export function createRunRecord(store: Store, run: NewRun): RunRecord {
  const definitionId = addDefinition(store, run.definitionName);
  if (run.folder) store.state.folders[run.repository.toLowerCase()] = run.folder;
  const record: RunRecord = {
    id: (store.state.runs.at(-1)?.id ?? 0) + 1,
    definitionId,
    buildNumber: nextBuildNumber(store, definitionId),
    branch: run.branch,
    commit: run.commit,
    reason: run.reason,
    repository: run.repository,
    status: 'inProgress',
    queueTime: new Date().toISOString(),
    planId: randomUUID(),
    timelineId: randomUUID(),
    jobIds: [],
    tags: [],
    properties: {},
    records: [],
    attachments: [],
    artifacts: [],
    logs: [],
    events: [],
  };
  store.state.runs.push(record);
  return record;
}

/** Merges into the timeline record of that id, or adds it. */
export function updateTimelineRecord(run: RunRecord, changes: Record<string, unknown> & { id: string }): void {
  const known = run.records.find((record) => record.id === changes.id);
  const defined = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  if (known) Object.assign(known, defined, { changeId: Number(known.changeId) + 1 });
  else run.records.push({ changeId: 1, attempt: 1, ...changes });
}

/** Where an attachment's content lies, below the data folder. */
export const attachmentPath = (run: RunRecord, recordId: string, type: string, name: string): string =>
  join('attachments', String(run.id), recordId, type, name);

export function registerAttachment(run: RunRecord, recordId: string, type: string, name: string): void {
  const file = attachmentPath(run, recordId, type, name);
  run.attachments = run.attachments.filter((attachment) => attachment.file !== file);
  run.attachments.push({ recordId, type, name, file, createdOn: new Date().toISOString() });
}

export function copyAttachment(
  store: Store,
  run: RunRecord,
  recordId: string,
  type: string,
  name: string,
  from: string,
): void {
  const target = join(store.dataFolder, attachmentPath(run, recordId, type, name));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
  registerAttachment(run, recordId, type, name);
}

/** The log of a timeline record, made when it has none. */
export function logOf(run: RunRecord, recordId: string) {
  const known = run.logs.find((log) => log.recordId === recordId);
  if (known) return known;
  const log = { id: run.logs.length + 1, recordId, lines: [] };
  run.logs.push(log);
  return log;
}

export const taskAttachment = (run: RunRecord, attachment: RunRecord['attachments'][number], planUrl: string) => ({
  type: attachment.type,
  name: attachment.name,
  timelineId: run.timelineId,
  recordId: attachment.recordId,
  createdOn: attachment.createdOn,
  lastChangedOn: attachment.createdOn,
  _links: {
    self: {
      href: `${planUrl}/timelines/${run.timelineId}/records/${attachment.recordId}/attachments/${attachment.type}/${encodeURIComponent(attachment.name)}`,
    },
  },
});
