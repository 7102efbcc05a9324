import { UserError } from '../core/errors.ts';
import { oneOf } from '../core/words.ts';

/**
 * An Azure Resource Manager service connection as the agent hands it to a task: `ENDPOINT_URL_<id>`,
 * `ENDPOINT_AUTH_<id>` and `ENDPOINT_DATA_<id>`. Names of parameters and data are in lower case.
 */
export interface AzureConnection {
  /** GUID; `serviceConnectionId` of the OIDC request. */
  id: string;
  /** Root of Azure Resource Manager, from the connection and never a constant. */
  url: string;
  scheme: string;
  parameters: Readonly<Record<string, string>>;
  data: Readonly<Record<string, string>>;
}

/** How the connection signs in. */
export type SignIn =
  | { kind: 'secret'; tenantId: string; clientId: string; secret: string }
  | { kind: 'certificate'; tenantId: string; clientId: string; certificate: string }
  | { kind: 'federation'; tenantId: string; clientId: string; connectionId: string }
  | { kind: 'managedIdentity'; clientId: string | undefined };

const SCHEMES = ['ServicePrincipal', 'WorkloadIdentityFederation', 'ManagedServiceIdentity'];

/**
 * Decides from the connection's scheme how to sign in (azure-pipelines-tasks `azure-arm-endpoint`: a missing scheme is a
 * service principal, a missing `authenticationType` is a key).
 * @throws UserError `ConnectionNotSupported`, `ConnectionIncomplete`
 */
export function signInOf(connection: AzureConnection): SignIn {
  const scheme = connection.scheme || 'ServicePrincipal';
  const need = (name: string): string => {
    const value = connection.parameters[name];
    if (value) return value;
    throw new UserError({
      code: 'ConnectionIncomplete',
      message: `The service connection has no '${name}', which its authentication scheme '${scheme}' needs.`,
      fix: 'Open the service connection in the project settings, verify it and save it again.',
    });
  };
  switch (scheme.toLowerCase()) {
    case 'serviceprincipal': {
      const tenantId = need('tenantid');
      const clientId = need('serviceprincipalid');
      if (connection.parameters.authenticationtype?.toLowerCase() === 'spncertificate')
        return { kind: 'certificate', tenantId, clientId, certificate: need('serviceprincipalcertificate') };
      return { kind: 'secret', tenantId, clientId, secret: need('serviceprincipalkey') };
    }
    case 'workloadidentityfederation':
      return {
        kind: 'federation',
        tenantId: need('tenantid'),
        clientId: need('serviceprincipalid'),
        connectionId: connection.id,
      };
    case 'managedserviceidentity':
      return { kind: 'managedIdentity', clientId: connection.data.msiclientid || undefined };
    default:
      throw new UserError({
        code: 'ConnectionNotSupported',
        message: `The service connection uses the authentication scheme '${scheme}'; supported are ${oneOf(SCHEMES)}.`,
        fix: 'Create an Azure Resource Manager connection with workload identity federation.',
      });
  }
}
