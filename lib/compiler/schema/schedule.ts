import { any, choice, either, integer, listOf, literal, mapOf, object, printed, tagged, text } from './fields.ts';

const WEEK_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const oneOrMore = (of: typeof integer) => either(of, listOf(of));

const anyTrigger = { type: text, start_time: literal, end_time: literal, time_zone: text };

/** When a schedule fires. */
const trigger = tagged('type', {
  cron: object({ ...anyTrigger, expression: text }, { required: ['expression'] }),
  recurrence: object(
    {
      ...anyTrigger,
      frequency: choice('minute', 'hour', 'day', 'week', 'month'),
      interval: integer,
      schedule: object(
        {
          hours: oneOrMore(integer),
          minutes: oneOrMore(integer),
          week_days: oneOrMore(choice(...WEEK_DAYS)),
          month_days: oneOrMore(integer),
        },
        { required: ['hours', 'minutes'] },
      ),
    },
    { required: ['frequency', 'interval'] },
  ),
});

const everySchedule = {
  $schema: text,
  id: text,
  name: text,
  display_name: text,
  description: text,
  tags: mapOf(literal),
  properties: mapOf(literal),
  trigger,
  // Printed by `az ml schedule show`.
  creation_context: printed,
  is_enabled: printed,
  provisioning_state: printed,
};

/** `schedule.schema.json` with `create_job`: a job's file or name, or one of them with changes. */
export const jobSchedule = object(
  {
    ...everySchedule,
    create_job: either(text, object({ job: text }, { required: ['job'], open: 'silent' })),
  },
  { required: ['name', 'trigger', 'create_job'] },
);

/** `monitorSchedule.schema.json`; `create_monitor` is checked by its own schema. */
export const monitorSchedule = object(
  { ...everySchedule, create_monitor: mapOf(any) },
  { required: ['name', 'trigger', 'create_monitor'] },
);
