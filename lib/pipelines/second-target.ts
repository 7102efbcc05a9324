import type { AzureTarget } from './azure-target.ts';
import { optional, required } from './inputs.ts';
import type { TaskInputs } from './pipeline.ts';

/**
 * The workspace that a task copies to, with a service connection of its own, or that of the first workspace; undefined when none
 * is named.
 * @param first the task's own target
 * @throws UserError `InputMissing`
 */
export function readSecondTarget(inputs: TaskInputs, first: AzureTarget): AzureTarget | undefined {
  const connectionName = inputs.text('targetServiceNameARM');
  const resourceGroup = optional(inputs, 'targetResourceGroupName');
  const workspaceName = optional(inputs, 'targetWorkspaceName');
  if (connectionName === undefined && resourceGroup === undefined && workspaceName === undefined) return undefined;
  const connection = connectionName === undefined ? first.connection : inputs.connection('targetServiceNameARM');
  return {
    connection,
    systemAccessToken: first.systemAccessToken,
    ids: {
      subscriptionId: connection.data.subscriptionid || first.ids.subscriptionId,
      resourceGroup: resourceGroup ?? first.ids.resourceGroup,
      workspaceName: required(inputs, 'targetWorkspaceName'),
    },
  };
}
