/** What online and batch endpoints have in common. */
import type { Resource } from '../../contracts.ts';
import type { Call } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';

type EndpointCall = Call<WorkspaceContext>;

export const missingEndpoint = ({ params, context }: EndpointCall) =>
  errors.endpointNotFound(String(params.endpoint), context.settings.workspaceName);

/** Members of a collection of deployments, each of which needs its endpoint. */
export const deploymentsOf = (endpointOf: (call: EndpointCall) => Resource | undefined) => ({
  names: { deployment: 'name of a deployment' },
  parent(call: EndpointCall): void {
    if (!endpointOf(call)) throw missingEndpoint(call);
  },
  missing: (call: EndpointCall) =>
    endpointOf(call) ? errors.deploymentNotFound(call.name, String(call.params.endpoint)) : missingEndpoint(call),
});
