import type { AzureRequest } from '../azure/client.ts';
import { findOnlineDeployment } from '../azureml/online-reads.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { needsSecrets, ownVariables, redeployment } from './earlier.ts';

/**
 * The request that puts an earlier definition of a deployment back. Secrets are not saved: their values are those of before
 * where this task knows them, else those that the deployment has now.
 * @param known variables of the deployment before it was changed; empty for a task that did not change it
 * @throws UserError `SecretNotSaved`
 */
export async function plannedRedeployment(
  workspace: Workspace,
  names: { endpoint: string; deployment: string },
  earlier: Readonly<Record<string, string>>,
  { known = {}, signal }: { known?: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<AzureRequest> {
  if (!needsSecrets(earlier)) return redeployment(workspace, names, earlier);
  const now = await findOnlineDeployment(workspace, names.endpoint, names.deployment, signal);
  return redeployment(workspace, names, earlier, { ...(now ? ownVariables(now) : {}), ...known });
}
