import type { AzureClient } from '../azure/client.ts';
import { hasStatus } from '../azure/failures.ts';

interface Permission {
  actions?: string[];
  notActions?: string[];
}

/** Permissions of the caller, Azure RBAC. */
const API = '2022-04-01';

/**
 * Whether the connection may do something to a resource: `GET {scope}/providers/Microsoft.Authorization/permissions` lists what
 * the caller may do. Undefined when Azure does not say; then only the attempt shows it.
 * @param scope ARM path of a workspace or a registry
 * @param action `Microsoft.MachineLearningServices/workspaces/models/versions/write`
 */
export async function mayDo(client: AzureClient, scope: string, action: string): Promise<boolean | undefined> {
  const url = `${client.cloud.armUrl}${scope}/providers/Microsoft.Authorization/permissions?api-version=${API}`;
  try {
    const { body } = await client.send<{ value?: Permission[] } | undefined>({ method: 'GET', url, audience: 'arm' });
    return Array.isArray(body?.value) && body.value.length > 0 ? permits(body.value, action) : undefined;
  } catch (error) {
    if (hasStatus(error, 400, 403, 404)) return undefined;
    throw error;
  }
}

/** Whether one of the permissions has the action and does not except it; `*` stands for anything, in any case of letters. */
export function permits(permissions: readonly Permission[], action: string): boolean {
  const matches = (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .split('*')
        .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
        .join('.*')}$`,
      'i',
    ).test(action);
  return permissions.some(({ actions = [], notActions = [] }) => actions.some(matches) && !notActions.some(matches));
}
