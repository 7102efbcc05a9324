import { hasStatus } from '../azure/failures.ts';
import { STABLE } from './api-versions.ts';
import { armRequest, type Workspace } from './workspace.ts';

/** The answer to `GET url`, or undefined when there is nothing (404). */
export async function readOrUndefined<T>(
  workspace: Workspace,
  url: string,
  signal?: AbortSignal,
): Promise<T | undefined> {
  try {
    return (await workspace.client.send<T>({ method: 'GET', url, audience: 'arm', signal })).body;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** A resource below the workspace (`schedules/x`), or undefined when there is none. */
export function findBelow<T>(workspace: Workspace, below: string): Promise<T | undefined> {
  return readOrUndefined(workspace, armRequest(workspace, 'GET', below, STABLE).url);
}

/** Names of the resources of a collection (`schedules`), as many as the first page holds: for messages. */
export async function listNames(workspace: Workspace, below: string): Promise<string[]> {
  const page = await findBelow<{ value?: { name: string }[] }>(workspace, below);
  return (page?.value ?? []).map(({ name }) => name);
}
