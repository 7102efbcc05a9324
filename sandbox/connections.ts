/** The service connections of the sandbox's Azure DevOps project. */
import type { ServiceConnection, WorkspaceSettings } from './contracts.ts';
import type { ClientRegistration } from './identity/clients.ts';

/** Audience of Azure ML's data plane in the sandbox's cloud, whose portal is `https://portal.sandbox.localhost/`. */
export const azureMlAudience = 'https://ml.azure.localhost';

/** Audiences of the public cloud: azure-ai-ml asks for them when it shares an asset with a registry, whatever the cloud. */
export const publicAudiences = ['https://ml.azure.com', 'https://management.azure.com'];

/** Name of the sandbox's cloud, as `AZUREML_CURRENT_CLOUD` and a connection's `environment` give it. */
export const cloudName = 'SandboxCloud';

/** One connection per app registration, with the parameters and data that Azure DevOps gives an Azure RM connection. */
export function createConnections(options: {
  clients: ClientRegistration[];
  settings: WorkspaceSettings;
  azuremlUrl: string;
  identityUrl: string;
}): ServiceConnection[] {
  const { settings, azuremlUrl, identityUrl } = options;
  return options.clients.map((client, index) => {
    const federated = client.federatedSubject !== undefined;
    return {
      id: `5ab0c1de-0000-4000-8000-00000000e00${index + 1}`,
      name: client.connection,
      type: 'azurerm',
      url: `${azuremlUrl}/`,
      scheme: federated ? 'WorkloadIdentityFederation' : 'ServicePrincipal',
      parameters: {
        tenantid: settings.tenantId,
        serviceprincipalid: client.clientId,
        ...(federated
          ? { workloadIdentityFederationSubject: client.federatedSubject! }
          : { authenticationType: 'spnKey', serviceprincipalkey: client.secret ?? '' }),
      },
      data: {
        subscriptionId: settings.subscriptionId,
        subscriptionName: 'Sandbox',
        environment: cloudName,
        scopeLevel: 'Subscription',
        creationMode: 'Manual',
        environmentUrl: `${azuremlUrl}/`,
        resourceManagerUrl: `${azuremlUrl}/`,
        environmentAuthorityUrl: `${identityUrl}/`,
        activeDirectoryAuthority: `${identityUrl}/`,
        activeDirectoryServiceEndpointResourceId: `${azuremlUrl}/`,
      },
    };
  });
}
