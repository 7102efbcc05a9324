/** Request bodies of `PUT schedules/{name}`. */
import * as shape from '../shape.ts';

const trigger = shape.union('triggerType', {
  Cron: [{ expression: shape.name }, { startTime: shape.text, endTime: shape.text, timeZone: shape.text }],
  Recurrence: [
    { frequency: shape.oneOf('Minute', 'Hour', 'Day', 'Week', 'Month'), interval: shape.integer },
    {
      startTime: shape.text,
      endTime: shape.text,
      timeZone: shape.text,
      schedule: shape.object(
        {},
        {
          hours: shape.listOf(shape.integer),
          minutes: shape.listOf(shape.integer),
          monthDays: shape.listOf(shape.integer),
          weekDays: shape.listOf(shape.text),
        },
      ),
    },
  ],
});
const action = shape.union('actionType', {
  CreateJob: [{ jobDefinition: shape.anything }, {}],
  CreateMonitor: [{ monitorDefinition: shape.anything }, {}],
  InvokeBatchEndpoint: [{ endpointInvocationDefinition: shape.anything }, {}],
  ImportData: [{ dataImportDefinition: shape.anything }, {}],
});
/** `ScheduleProperties`. */
export const scheduleProperties = shape.object(
  { action, trigger },
  {
    description: shape.text,
    displayName: shape.text,
    isEnabled: shape.flag,
    properties: shape.mapOf(shape.textual),
    tags: shape.mapOf(shape.textual),
    provisioningState: shape.text,
  },
);
