/** Schedules as resources; none runs at its times, but each can be run now. */
import { collection } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import { runNow } from './schedule-trigger.ts';
import {
  anything,
  envelope,
  flag,
  integer,
  listOf,
  mapOf,
  name,
  object,
  oneOf,
  text,
  textual,
  union,
} from './shape.ts';

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

export const schedules = collection<WorkspaceContext>({
  path: 'schedules/:name',
  one: 'Schedule',
  names: { name: 'name of a schedule' },
  shape: envelope(schedule),
  defaults: { description: null, displayName: null, isEnabled: true, properties: {}, tags: {} },
  sets: { provisioningState: 'Succeeded' },
  keep({ request }) {
    const view = String(request.query.listViewType ?? 'EnabledOnly').toLowerCase();
    return ({ properties }) => view === 'all' || (properties.isEnabled !== false) === (view === 'enabledonly');
  },
  actions: { trigger: runNow },
});
