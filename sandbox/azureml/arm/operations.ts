/** Operations that clients follow: starting one, and answering how far it is. */
import { randomBytes } from 'node:crypto';
import express, { type Response } from 'express';
import type { WorkspaceSettings } from '../../contracts.ts';
import type { Call } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { goesOn, type Operation, type OperationKind } from './operation-log.ts';
import { serviceTime } from './system-data.ts';

/** Statuses of a job that does not change any more. */
export const endedStatuses = ['Completed', 'Failed', 'Canceled'];

const provider = 'providers/Microsoft.MachineLearningServices/locations';
const idOf = (settings: WorkspaceSettings, route: string, id: string): string =>
  `/subscriptions/${settings.subscriptionId}/${provider}/${settings.location}/${route}/${id}`;

/** The address of an operation, signed: clients use it as it is, and keep it out of their logs. */
function addressOf({ context, at }: Call<WorkspaceContext>, route: string, id: string): string {
  const random = (length: number) => randomBytes(length).toString('base64url');
  const signature = `t=${Date.now()}0000&c=${random(1500)}&s=${random(256)}&h=${random(32)}`;
  return `${context.url}${idOf(context.settings, route, id)}?api-version=${at.apiVersion}&${signature}`;
}

/** Answers 202, the text `null` and the place where the end of the cancellation or deletion of a job can be asked. */
export function answerAccepted(call: Call<WorkspaceContext>, kind: 'jc' | 'jd' | 'ci') {
  const location = addressOf(call, 'mfeOperationResults', `${kind}:${call.context.settings.workspaceId}:${call.name}`);
  // Clients of compute instances wait for nothing else, and their operation has ended when they ask.
  if (kind === 'ci') call.response.set('Retry-After', '1');
  sendNull(call.response.set({ Location: location, 'x-ms-async-operation-timeout': 'PT1H' }));
}

const sendNull = (response: Response): void => void response.status(202).type('json').send('null');

/** Answers the PUT of an endpoint, a deployment or a schedule: 201 for a new one and for a change alike. */
export function answerStarted(call: Call<WorkspaceContext>, kind: OperationKind, shown: any, isNew: boolean): void {
  const { context, response, request, path } = call;
  const operation = context.operations.start(kind, path, isNew ? 'Creating' : 'Updating');
  response.status(201).set({
    'Azure-AsyncOperation': addressOf(call, 'mfeOperationsStatus', operation.id),
    Location: `${context.url}${request.originalUrl}`,
    'x-ms-async-operation-timeout': 'PT30M',
  });
  response.json({ ...shown, properties: { ...shown.properties, provisioningState: operation.status } });
}

/**
 * Answers what changes a compute, with an operation of the computes' own route and without `Location`: a PUT 201, a new one or not,
 * and a PATCH 202, both with the whole resource; a DELETE 202 without a body.
 * @param shown the compute as it is answered while the operation goes on; without it, it is deleted
 */
export function answerCompute(call: Call<WorkspaceContext>, state: 'Creating' | 'Updating', shown?: unknown): void {
  const guid = call.context.operations.start('compute', call.path, state).id.split(':').at(-1)!;
  const address = addressOf(call, 'computeOperationsStatus', guid).replace('&t=', '&service=new&t=');
  call.response.status(state === 'Creating' ? 201 : 202).set('Azure-AsyncOperation', address);
  if (shown === undefined) call.response.end();
  else call.response.json(shown);
}

/** Answers a DELETE: 202 with the operation, or 204 when there was nothing. */
export function answerDeletion(call: Call<WorkspaceContext>, kind: OperationKind, existed: boolean): void {
  if (!existed) {
    call.response.status(204).end();
    return;
  }
  const { id } = call.context.operations.start(kind, call.path, 'Updating');
  call.response.set({
    'Azure-AsyncOperation': addressOf(call, 'mfeOperationsStatus', id),
    Location: addressOf(call, 'mfeOperationResults', id),
    'x-ms-async-operation-timeout': 'PT30M',
  });
  sendNull(call.response);
}

/** The address of an operation as resources show it: without the signature. */
export const operationUri = ({ context, at }: Call<WorkspaceContext>, { id }: Operation): string =>
  `${context.url}${idOf(context.settings, 'mfeOperationsStatus', id)}?api-version=${at.apiVersion}`;

/** Answers the PUT of an online endpoint or deployment, whose operation has begun: 201, for a change as well. */
export function answerOnlineWrite(call: Call<WorkspaceContext>, operation: Operation, shown: any): void {
  call.response.status(201).set({
    'Azure-AsyncOperation': addressOf(call, 'mfeOperationsStatus', operation.id),
    Location: `${call.context.url}${call.request.originalUrl}`,
    'x-ms-async-operation-timeout': 'PT30M',
  });
  call.response.json(shown);
}

/** Answers 202 and the text `null`, with the operation's results alone (PATCH) or with its status, too (DELETE). */
export function answerChange(call: Call<WorkspaceContext>, operation: Operation, withStatus = false): void {
  if (withStatus) call.response.set('Azure-AsyncOperation', addressOf(call, 'mfeOperationsStatus', operation.id));
  call.response.set({
    Location: addressOf(call, 'mfeOperationResults', operation.id),
    'x-ms-async-operation-timeout': 'PT30M',
  });
  sendNull(call.response);
}

const time = (ms: number) => serviceTime(new Date(ms).toISOString());

/** How far an operation is. Those of batch endpoints say nothing about time, those of schedules name another route. */
function statusOf(operation: Operation, settings: WorkspaceSettings, asked = 'mfeOperationsStatus'): object {
  const { id, kind, startTime, endTime = 0 } = operation;
  if (kind === 'oeidp' || kind === 'odidp') return onlineStatus(operation, idOf(settings, asked, id));
  const running = goesOn(operation);
  const status = running ? operation.status : 'Succeeded';
  const route = kind === 's' ? 'mfeOperationResults' : 'mfeOperationsStatus';
  const shown = { id: idOf(settings, route, id), name: id, status };
  if (kind !== 's' || running) return shown;
  return { ...shown, startTime: time(startTime), endTime: time(endTime) };
}

/** An operation of an online endpoint or deployment: `Updating`, also of a new one. A failed one writes its times in another form. */
function onlineStatus(operation: Operation, id: string): object {
  const { id: name, startTime, endTime = 0, failure } = operation;
  if (goesOn(operation)) {
    const never = '0001-01-01T00:00:00+00:00';
    return { id, name, startTime: time(startTime), endTime: never, percentComplete: 0, status: 'Updating' };
  }
  if (!failure)
    return {
      id,
      name,
      startTime: time(startTime),
      endTime: time(endTime),
      percentComplete: 100,
      status: 'Succeeded',
    };
  const { code, message } = failure;
  const times = { startTime: new Date(startTime).toISOString(), endTime: new Date(endTime).toISOString() };
  return { id, name, error: { ...(code !== undefined && { code }), message }, status: 'Failed', ...times };
}

/** `GET .../mfeOperationsStatus/{operation}`, and `mfeOperationResults`: 202 until the operation has ended, then 200. */
export function createOperationResults({ resources, settings, operations }: ProviderContext): express.Router {
  const router = express.Router();
  const route = `/subscriptions/:subscription/${provider}/:location`;
  const find = (id: string): Operation => {
    const operation = operations.find(id);
    if (!operation) throw errors.operationNotFound(id);
    return operation;
  };
  router.get(`${route}/mfeOperationsStatus/:operation`, (request, response) => {
    response.json(statusOf(find(request.params.operation), settings));
  });
  router.get(`${route}/computeOperationsStatus/:operation`, (request, response) => {
    const operation = find(`compute:${settings.workspaceId}:${request.params.operation}`);
    response.json(goesOn(operation) ? { status: 'InProgress' } : { status: 'Succeeded', percentComplete: 100 });
  });
  router.get(`${route}/mfeOperationResults/:operation`, (request, response) => {
    const { operation: id } = request.params;
    const [kind, , name = ''] = id.split(':');
    if (kind !== 'jc' && kind !== 'jd' && kind !== 'ci') {
      const operation = find(id);
      response.status(goesOn(operation) ? 202 : 200).json(statusOf(operation, settings, 'mfeOperationResults'));
      return;
    }
    const status = resources.get(`jobs/${name}`)?.properties.status;
    const ended = kind !== 'jc' || status === undefined || endedStatuses.includes(status);
    if (ended) response.status(200).end();
    else response.status(202).set('Location', `https://${request.headers.host}${request.originalUrl}`).end();
  });
  return router;
}
