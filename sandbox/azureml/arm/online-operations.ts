/** Operations of online endpoints and of their deployments: one at a time, and how they are answered. */
import type { Resource } from '../../contracts.ts';
import * as online from '../online/errors.ts';
import type { Call } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import type { Operation } from './operation-log.ts';
import { answerChange, answerOnlineWrite, operationUri } from './operations.ts';

export type OnlineCall = Call<WorkspaceContext>;

/** 409 while an operation of the resource, or of one that goes with it, is not over. */
export function requireIdle({ context }: OnlineCall, ...paths: string[]): void {
  if (paths.some((path) => context.operations.statusOf(path)))
    throw online.operationRunning(context.settings.workspaceName);
}

/** Stores the resource with the address of the operation that has begun. */
export function storeBegun(call: OnlineCall, stored: Resource, operation: Operation): Resource {
  const properties = { ...stored.properties.properties, AzureAsyncOperationUri: operationUri(call, operation) };
  return call.context.store.put(
    call.path,
    { ...stored, properties: { ...stored.properties, properties } },
    call.caller,
  );
}

/** The resource as it is until its deletion has ended. */
export const deleting = (resource: Resource): Resource => ({
  ...resource,
  properties: { ...resource.properties, provisioningState: 'Deleting' },
});

const latest = ({ context, path }: OnlineCall) => context.operations.latest(path)!;

/** The answers to what begins an operation. */
export const answers = {
  put: (call: OnlineCall, shown: unknown): void => answerOnlineWrite(call, latest(call), shown),
  patch: (call: OnlineCall): void => answerChange(call, latest(call)),
  delete(call: OnlineCall, existed: boolean): void {
    if (existed) answerChange(call, latest(call), true);
    else call.response.status(204).end();
  },
};
