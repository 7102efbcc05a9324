/** The operations that the service has begun: what each changes, and whether it goes on. */
import { randomUUID } from 'node:crypto';
import type { WorkspaceSettings } from '../../contracts.ts';

/** What is done: a job cancelled or deleted, a compute started or changed, a batch endpoint or deployment, a schedule. */
export type OperationKind = 'jc' | 'jd' | 'ci' | 'compute' | 'bebes' | 'bed' | 's';

/** How long an operation goes on; the service needs 15 seconds to minutes. */
export const operationMs = 300;

export interface Operation {
  /** `{kind}:{workspace}:{guid}` */
  id: string;
  kind: OperationKind;
  /** The path of the resource that is changed. */
  path: string;
  /** What its status is until it ends: `Creating` or `Updating`. */
  status: string;
  startTime: number;
}

/** The operations since the sandbox started. */
export interface Operations {
  start(kind: OperationKind, path: string, status: string): Operation;
  find(id: string): Operation | undefined;
  /** `Creating` or `Updating` while an operation of the resource goes on. */
  statusOf(path: string): string | undefined;
}

export const goesOn = ({ startTime }: Operation): boolean => Date.now() < startTime + operationMs;

export function createOperations(settings: WorkspaceSettings): Operations {
  const all = new Map<string, Operation>();
  const latest = new Map<string, Operation>();
  return {
    start(kind, path, status) {
      const id = `${kind}:${settings.workspaceId}:${randomUUID()}`;
      const operation = { id, kind, path, status, startTime: Date.now() };
      all.set(id, operation);
      latest.set(path, operation);
      return operation;
    },
    find: (id) => all.get(id),
    statusOf(path) {
      const operation = latest.get(path);
      return operation && goesOn(operation) ? operation.status : undefined;
    },
  };
}
