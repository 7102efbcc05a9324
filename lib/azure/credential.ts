import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import {
  AzurePipelinesCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import type { Cloud } from './cloud.ts';
import type { SignIn } from './connection.ts';

/**
 * The credential for a connection. With workload identity federation the library asks Azure Pipelines for a fresh OIDC
 * assertion whenever it refreshes the token, so a wait of many hours outlives the assertion's few minutes; it reads the
 * address of the request from `SYSTEM_OIDCREQUESTURI`.
 * @param systemAccessToken the job's own token: `AccessToken` of the connection `SYSTEMVSSCONNECTION`
 * @param httpClient the transport of the sign-in's requests, with the agent's proxy and certificate authorities
 */
export function createCredential(
  signIn: SignIn,
  cloud: Cloud,
  systemAccessToken: string,
  httpClient: HttpClient,
): TokenCredential {
  const options = {
    authorityHost: cloud.authorityUrl,
    // Clouds outside Microsoft's list can't be looked up at Microsoft's public instance discovery.
    disableInstanceDiscovery: !cloud.isPublic,
    httpClient,
    // The client retries, with the time that a request has.
    retryOptions: { maxRetries: 0 },
  };
  switch (signIn.kind) {
    case 'secret':
      return new ClientSecretCredential(signIn.tenantId, signIn.clientId, signIn.secret, options);
    case 'certificate':
      return new ClientCertificateCredential(
        signIn.tenantId,
        signIn.clientId,
        { certificate: signIn.certificate },
        options,
      );
    case 'federation':
      return new AzurePipelinesCredential(
        signIn.tenantId,
        signIn.clientId,
        signIn.connectionId,
        systemAccessToken,
        options,
      );
    case 'managedIdentity':
      return signIn.clientId
        ? new ManagedIdentityCredential({ clientId: signIn.clientId, httpClient })
        : new ManagedIdentityCredential({ httpClient });
  }
}
