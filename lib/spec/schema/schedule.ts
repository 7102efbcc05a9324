import { any, choice, either, integer, listOf, literal, mapOf, object, text } from './fields.ts';

const WEEK_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const oneOrMore = (of: typeof integer) => either(of, listOf(of));

/** When a schedule fires; what belongs to which type is checked by the compiler, since the types share most fields. */
const trigger = object(
  {
    type: choice('cron', 'recurrence'),
    expression: text,
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
    start_time: literal,
    end_time: literal,
    time_zone: text,
  },
  { required: ['type'] },
);

const everySchedule = {
  $schema: text,
  id: text,
  name: text,
  display_name: text,
  description: text,
  tags: mapOf(literal),
  properties: mapOf(literal),
  trigger,
};

/** `schedule.schema.json` with `create_job`: a job's file or name, or one of them with changes. */
export const jobSchedule = object(
  {
    ...everySchedule,
    create_job: either(text, object({ job: text }, { required: ['job'], open: true })),
  },
  { required: ['name', 'trigger', 'create_job'] },
);

/** `monitorSchedule.schema.json`; `create_monitor` is checked by its own schema. */
export const monitorSchedule = object(
  { ...everySchedule, create_monitor: mapOf(any) },
  { required: ['name', 'trigger', 'create_monitor'] },
);
