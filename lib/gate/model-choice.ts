import { type WorkspaceIds, workspacePath } from '../azureml/ids.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { messages } from './messages.ts';

/**
 * A registered version by `churn:7`, `azureml:churn:7`, or the id that registration gives. An id of a registry or of another
 * workspace is refused: a model of the same name in this workspace would be judged in its place.
 * @throws UserError `InputInvalid`
 */
export function parseModelChoice(text: string, ids: WorkspaceIds): { name: string; version: string } {
  const [, owner, name, version] =
    /^(?:azureml:(?!\/))?(?:(.+)\/models\/)?([A-Za-z0-9][\w.-]*)(?::|\/versions\/)([1-9]\d*)$/.exec(text) ?? [];
  if (!name || !version) throw invalid(fill(messages.ModelInvalid, { model: text }));
  if (owner !== undefined && !isOf(owner, ids))
    throw invalid(fill(messages.ModelElsewhere, { model: text, workspace: ids.workspaceName }));
  return { name, version };
}

/** True for the path of this workspace, as ARM and as `azureml:` writes it; ids of Azure do not differ by their case. */
function isOf(owner: string, ids: WorkspaceIds): boolean {
  const path = owner.toLowerCase().replace(/^azureml:\/*(?=subscriptions)/, '/');
  const own = workspacePath(ids).toLowerCase();
  const short = `/subscriptions/${ids.subscriptionId}/resourcegroups/${ids.resourceGroup}/workspaces/${ids.workspaceName}`;
  return [own, short.toLowerCase()].includes(path);
}

function invalid(message: ReturnType<typeof fill>): UserError {
  return new UserError({ code: 'InputInvalid', message, fix: fill(messages.ModelInvalidFix) });
}
