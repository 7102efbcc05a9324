/** Schedules as resources; none runs at its times, but each can be run now (`schedule-trigger.ts`). */
import express from 'express';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ProviderContext } from './context.ts';
import { notFound } from './errors.ts';
import { answerPage } from './listing.ts';
import { anything, flag, integer, listOf, mapOf, name, object, oneOf, text, textual, union } from './shape.ts';

const trigger = union('triggerType', {
  Cron: [{ expression: name }, { startTime: text, endTime: text, timeZone: text }],
  Recurrence: [
    { frequency: oneOf('Minute', 'Hour', 'Day', 'Week', 'Month'), interval: integer },
    {
      startTime: text,
      endTime: text,
      timeZone: text,
      schedule: object(
        {},
        { hours: listOf(integer), minutes: listOf(integer), monthDays: listOf(integer), weekDays: listOf(text) },
      ),
    },
  ],
});
const action = union('actionType', {
  CreateJob: [{ jobDefinition: anything }, {}],
  CreateMonitor: [{ monitorDefinition: anything }, {}],
  InvokeBatchEndpoint: [{ endpointInvocationDefinition: anything }, {}],
  ImportData: [{ dataImportDefinition: anything }, {}],
});
const schedule = object(
  { action, trigger },
  {
    description: text,
    displayName: text,
    isEnabled: flag,
    properties: mapOf(textual),
    tags: mapOf(textual),
    provisioningState: text,
  },
);

/** Routes relative to the workspace. */
export function createSchedules({ resources, url }: ProviderContext): express.Router {
  const router = express.Router();
  const found = (scheduleName: string) => {
    const resource = resources.get(`schedules/${scheduleName}`);
    if (!resource) throw notFound(`Schedule ${scheduleName} was not found.`);
    return resource;
  };
  router.get('/schedules', (request, response) => {
    const view = String(request.query.listViewType ?? 'EnabledOnly').toLowerCase();
    const listed = resources
      .list('schedules')
      .filter(({ properties }) => view === 'all' || (properties.isEnabled !== false) === (view === 'enabledonly'));
    response.json(answerPage(request, url, listed));
  });
  router.get('/schedules/:name', (request, response) => response.json(found(request.params.name)));
  router.put('/schedules/:name', (request, response) => {
    const path = `schedules/${checkName(request.params.name, 'name of a schedule')}`;
    const at = { path: '', apiVersion: apiVersionOf(request) };
    object({ properties: schedule }, { id: anything, name: anything, type: anything, systemData: anything })(
      request.body,
      at,
    );
    const older = resources.get(path);
    const defaults = { description: null, displayName: null, isEnabled: true, properties: {}, tags: {} };
    const properties = { ...defaults, ...request.body.properties, provisioningState: 'Succeeded' };
    response.status(older ? 200 : 201).json(resources.put(path, { properties }, callerOf(response).appid));
  });
  router.delete('/schedules/:name', (request, response) => {
    response.status(resources.delete(`schedules/${request.params.name}`) ? 200 : 204).end();
  });
  return router;
}
