/** The operations that the service has begun: what each changes, and whether it goes on. */
import { randomUUID } from 'node:crypto';
import type { WorkspaceSettings } from '../../contracts.ts';

/**
 * What is done: a job cancelled or deleted, a compute started or changed, a batch endpoint or deployment, a schedule, an online
 * endpoint or deployment.
 */
export type OperationKind = 'jc' | 'jd' | 'ci' | 'compute' | 'bebes' | 'bed' | 's' | 'oeidp' | 'odidp';

/** How long an operation goes on; the service needs 15 seconds to minutes. */
export const operationMs = 300;

/** Why an operation has failed, as its status says it. */
export class OperationFailure extends Error {
  /** Some failures of the service have none. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

export interface Operation {
  /** `{kind}:{workspace}:{guid}` */
  id: string;
  kind: OperationKind;
  /** The path of the resource that is changed. */
  path: string;
  /** What its status is until it ends: `Creating` or `Updating`. */
  status: string;
  startTime: number;
  /** Undefined while nobody knows when it will end. */
  endTime?: number;
  failure?: OperationFailure;
}

/** The operations since the sandbox started. */
export interface Operations {
  /** @param work what takes the time; without it the operation goes on for `operationMs` and succeeds */
  start(kind: OperationKind, path: string, status: string, work?: () => Promise<void>): Operation;
  find(id: string): Operation | undefined;
  /** The newest operation of the resource. */
  latest(path: string): Operation | undefined;
  /** `Creating` or `Updating` while an operation of the resource goes on. */
  statusOf(path: string): string | undefined;
}

export const goesOn = ({ endTime }: Operation): boolean => endTime === undefined || Date.now() < endTime;

export function createOperations(settings: WorkspaceSettings): Operations {
  const all = new Map<string, Operation>();
  const latest = new Map<string, Operation>();
  return {
    start(kind, path, status, work) {
      const id = `${kind}:${settings.workspaceId}:${randomUUID()}`;
      const operation: Operation = { id, kind, path, status, startTime: Date.now() };
      if (work) void finish(operation, work);
      else operation.endTime = operation.startTime + operationMs;
      all.set(id, operation);
      latest.set(path, operation);
      return operation;
    },
    find: (id) => all.get(id),
    latest: (path) => latest.get(path),
    statusOf(path) {
      const operation = latest.get(path);
      return operation && goesOn(operation) ? operation.status : undefined;
    },
  };
}

async function finish(operation: Operation, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    operation.failure =
      error instanceof OperationFailure ? error : new OperationFailure(`The sandbox failed: ${error}`);
  }
  operation.endTime = Date.now();
}
