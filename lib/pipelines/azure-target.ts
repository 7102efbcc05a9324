import type { AzureConnection } from '../azure/connection.ts';
import type { WorkspaceIds } from '../azureml/ids.ts';
import { UserError } from '../core/errors.ts';
import { required } from './inputs.ts';
import type { TaskInputs } from './pipeline.ts';

/** The workspace that a task works on and the connection that opens it; every task's first inputs. */
export interface AzureTarget {
  connection: AzureConnection;
  systemAccessToken: string;
  ids: WorkspaceIds;
}

/** Reads `azureSubscription`, `resourceGroupName` and `azureMLWorkspaceName`. @throws UserError */
export function readAzureTarget(inputs: TaskInputs): AzureTarget {
  const connection = inputs.connection('connectedServiceNameARM');
  const subscriptionId = connection.data.subscriptionid;
  if (!subscriptionId) {
    throw new UserError({
      code: 'ConnectionIncomplete',
      message: 'The service connection does not name a subscription.',
      fix: 'Use an Azure Resource Manager connection of the scope level Subscription or Machine Learning workspace.',
    });
  }
  return {
    connection,
    systemAccessToken: inputs.systemAccessToken(),
    ids: {
      subscriptionId,
      resourceGroup: required(inputs, 'resourceGroupName'),
      workspaceName: required(inputs, 'workspaceName'),
    },
  };
}
