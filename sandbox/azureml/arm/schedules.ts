/** Schedules as resources; none runs at its times, but each can be run now. */
import type { Resource } from '../../contracts.ts';
import { type Call, collection } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { answerDeletion, answerStarted } from './operations.ts';
import { runNow } from './schedule-trigger.ts';
import { envelope } from './shape.ts';
import { scheduleProperties } from './shapes/schedule.ts';
import { scheduleAnswer } from './shapes/schedule-answer.ts';

/** A schedule as it is answered: without an id and a type. The PUT's answer has `properties` alone. */
function shownSchedule(schedule: Resource, call: Call<WorkspaceContext>, when?: 'created' | 'changed'): object {
  const { name, systemData } = schedule;
  const at = call.name === '' ? `${call.path}/${name}` : call.path;
  const provisioningState = call.context.operations.statusOf(at) ?? 'Succeeded';
  const startTime = when === undefined ? (systemData?.createdAt.slice(0, 19) ?? null) : null;
  const given = { ...schedule.properties, provisioningState };
  const properties = scheduleAnswer(given, call.at.apiVersion, { isRead: when === undefined, startTime });
  return when === undefined ? { name, properties, systemData } : { properties };
}

export const schedules = collection<WorkspaceContext>({
  path: 'schedules/:name',
  one: 'Schedule',
  names: { name: 'name of a schedule' },
  shape: envelope(scheduleProperties),
  defaults: { description: null, displayName: null, isEnabled: true, properties: {}, tags: {} },
  sets: { provisioningState: 'Succeeded' },
  missing: ({ name }) => errors.scheduleNotFound(name),
  keep({ request }) {
    const view = String(request.query.listViewType ?? 'EnabledOnly').toLowerCase();
    return ({ properties }) => view === 'all' || (properties.isEnabled !== false) === (view === 'enabledonly');
  },
  present: shownSchedule,
  actions: { trigger: runNow },
  answers: {
    // A schedule that is changed is `Creating`, too.
    put: (call, shown) => answerStarted(call, 's', shown, true),
    delete: (call, existed) => answerDeletion(call, 's', existed),
  },
});
