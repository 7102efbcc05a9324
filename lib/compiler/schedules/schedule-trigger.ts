import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { numberOf, wordOf } from '../values.ts';
import { get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** `trigger` of a schedule: cron or recurrence. Words stay in lower case, as Azure ML's tools send them. */
export function compileTrigger(node: YamlNode, problems: Problem[], warnings: Problem[]): Record<string, unknown> {
  const timeZone = textOf(get(node, 'time_zone')) ?? 'UTC';
  const time = (name: 'start_time' | 'end_time'): string | undefined =>
    triggerTime(get(node, name), `trigger.${name}`, timeZone, problems, warnings);
  const common = { startTime: time('start_time'), endTime: time('end_time'), timeZone };
  if (wordOf(get(node, 'type')) === 'cron')
    return compact({ triggerType: 'Cron', expression: textOf(get(node, 'expression')), ...common });
  const pattern = get(node, 'schedule');
  return compact({
    triggerType: 'Recurrence',
    frequency: wordOf(get(node, 'frequency')),
    interval: numberOf(get(node, 'interval')),
    schedule: compact({
      hours: several(get(pattern, 'hours'), numberOf) ?? [],
      minutes: several(get(pattern, 'minutes'), numberOf) ?? [],
      weekDays: several(get(pattern, 'week_days'), wordOf),
      monthDays: several(get(pattern, 'month_days'), numberOf),
    }),
    ...common,
  });
}

/** One value or a list of them, as a list. */
function several<T>(node: YamlNode | undefined, read: (node: YamlNode) => T): T[] | undefined {
  if (!node || isNull(node)) return undefined;
  return node.kind === 'list' ? node.items.map(read) : [read(node)];
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[-+]\d{2}(?::?\d{2})?)?$/;

/**
 * A time in the trigger's own zone, as Azure ML takes it: `2022-07-10 10:00:00`. An offset is converted, where the zone
 * is UTC; other zones are named as Windows does, which says nothing about their offset here.
 */
function triggerTime(
  node: YamlNode | undefined,
  field: string,
  timeZone: string,
  problems: Problem[],
  warnings: Problem[],
): string | undefined {
  const written = textOf(node);
  if (!node || written === undefined) return undefined;
  const [, day, hours = '00', minutes = '00', seconds = '00', offset] = TIME.exec(written) ?? [];
  const instant = Date.parse(`${day}T${hours.padStart(2, '0')}:${minutes}:${seconds}Z`);
  if (day === undefined || Number.isNaN(instant)) {
    problems.push({
      message: `'${field}' must be a time like '2026-07-10T10:00:00' in the zone of 'time_zone', but is '${written}'.`,
      place: node.place,
    });
    return undefined;
  }
  if (offset !== undefined && timeZone !== 'UTC')
    warnings.push({
      message: `'${field}' has the offset '${offset}', which has no effect: the time is in the zone '${timeZone}'.`,
      place: node.place,
    });
  const shift = offset === undefined || timeZone !== 'UTC' ? 0 : minutesOf(offset) * 60_000;
  return new Date(instant - shift).toISOString().slice(0, 19).replace('T', ' ');
}

function minutesOf(offset: string): number {
  if (offset === 'Z') return 0;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return (offset.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
}
