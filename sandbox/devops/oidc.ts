/** The OIDC tokens that a job exchanges for an access token of its service connection. */
import { type Handler, notFound, parameter, query, refuse } from './answers.ts';
import type { DevOpsContext } from './context.ts';
import type { RunRecord } from './state.ts';

export const federationAudience = 'api://AzureADTokenExchange';

/** OIDC tokens live this long here; how long the service's live is not documented, only that it is minutes. */
const oidcSeconds = 5 * 60;

/** The issuer of OIDC tokens: another address than the one for access tokens. */
export const oidcIssuer = (context: DevOpsContext): string => `${context.collectionUrl()}_oidc`;

export const oidcSubject = ({ organization, project }: DevOpsContext, connection: string): string =>
  `sc://${organization}/${project.name}/${connection}`;

export type PlanHandler = (run: RunRecord, ...rest: Parameters<Handler>) => void | Promise<void>;

/** `POST .../jobs/{jobId}/oidctoken?serviceConnectionId={id}` */
export function issueOidcToken(context: DevOpsContext): PlanHandler {
  return async (run, request, response) => {
    if (!run.jobIds.includes(parameter(request, 'jobId')))
      return notFound(response, `Job ${parameter(request, 'jobId')}`);
    const id = query(request, 'serviceConnectionId')?.toLowerCase();
    const connection = context.connections.find((candidate) => candidate.id.toLowerCase() === id);
    if (!connection)
      return refuse(
        response,
        403,
        'AccessDeniedException',
        `The service connection ${id ?? ''} does not exist or is not authorized for use by this pipeline.`,
      );
    if (connection.scheme !== 'WorkloadIdentityFederation')
      return refuse(
        response,
        400,
        'InvalidRequestException',
        `The service connection ${connection.name} does not use workload identity federation.`,
      );
    const sub = oidcSubject(context, connection.name);
    const oidcToken = await context.tokens.issue({
      aud: federationAudience,
      sub,
      issuer: oidcIssuer(context),
      seconds: oidcSeconds,
    });
    context.log(`OIDC token for ${sub}`);
    response.json({ oidcToken });
  };
}
