import * as field from './fields.ts';

const WEEK_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const oneOrMore = (of: typeof field.integer) => field.either(of, field.listOf(of));

const anyTrigger = { type: field.text, start_time: field.literal, end_time: field.literal, time_zone: field.text };

/** When a schedule fires. */
const trigger = field.tagged('type', {
  cron: field.object({ ...anyTrigger, expression: field.text }, { required: ['expression'] }),
  recurrence: field.object(
    {
      ...anyTrigger,
      frequency: field.choice('minute', 'hour', 'day', 'week', 'month'),
      interval: field.integer,
      schedule: field.object(
        {
          hours: oneOrMore(field.integer),
          minutes: oneOrMore(field.integer),
          week_days: oneOrMore(field.choice(...WEEK_DAYS)),
          month_days: oneOrMore(field.integer),
        },
        { required: ['hours', 'minutes'] },
      ),
    },
    { required: ['frequency', 'interval'] },
  ),
});

const everySchedule = {
  $schema: field.text,
  id: field.text,
  name: field.text,
  display_name: field.text,
  description: field.text,
  tags: field.mapOf(field.literal),
  properties: field.mapOf(field.literal),
  trigger,
  // Printed by `az ml schedule show`.
  creation_context: field.printed,
  is_enabled: field.printed,
  provisioning_state: field.printed,
};

/** `schedule.schema.json` with `create_job`: a job's file or name, or one of them with changes. */
export const jobSchedule = field.object(
  {
    ...everySchedule,
    create_job: field.either(field.text, field.object({ job: field.text }, { required: ['job'], open: 'silent' })),
  },
  { required: ['name', 'trigger', 'create_job'] },
);

/** `monitorSchedule.schema.json`; `create_monitor` is checked by its own schema. */
export const monitorSchedule = field.object(
  { ...everySchedule, create_monitor: field.mapOf(field.any) },
  { required: ['name', 'trigger', 'create_monitor'] },
);
