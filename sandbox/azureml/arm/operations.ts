/** Operations that clients follow: accepting one, and answering whether it has ended. */
import express, { type Request } from 'express';
import type { Call } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';

/** Statuses of a job that does not change any more. */
export const endedStatuses = ['Completed', 'Failed', 'Canceled'];

/** What is done: cancelling a job, deleting one, changing a compute instance. */
type OperationKind = 'jc' | 'jd' | 'ci';

/** Answers 202 with the place where the operation's end can be asked. */
export function answerAccepted({ context, response, name, at }: Call<WorkspaceContext>, kind: OperationKind) {
  const { settings, url } = context;
  const results = `/subscriptions/${settings.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${settings.location}/mfeOperationResults`;
  const location = `${url}${results}/${kind}:${settings.workspaceId}:${name}?api-version=${at.apiVersion}`;
  response.status(202).set({ Location: location, 'Retry-After': '1' }).end();
}

/** `GET .../mfeOperationResults/{operation}`: 202 until the job has ended, then 200. */
export function createOperationResults({ resources }: ProviderContext): express.Router {
  const router = express.Router();
  router.get(
    '/subscriptions/:subscription/providers/Microsoft.MachineLearningServices/locations/:location/mfeOperationResults/:operation',
    (request, response) => {
      const [kind, , name = ''] = request.params.operation.split(':');
      const status = resources.get(`jobs/${name}`)?.properties.status;
      if (kind !== 'jc' || status === undefined || endedStatuses.includes(status)) {
        response.status(200).end();
        return;
      }
      response
        .status(202)
        .set({ Location: locationOf(request), 'Retry-After': '1' })
        .end();
    },
  );
  return router;
}

const locationOf = (request: Request): string => `https://${request.headers.host}${request.originalUrl}`;
