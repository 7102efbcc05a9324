import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { find, names, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A schedule (`GET {workspace}/schedules/{name}`), as far as it is read here. It has neither `id` nor `type`. */
export interface Schedule {
  name: string;
  properties: { isEnabled?: boolean; action: { actionType: string } };
}

/** @throws UserError `ScheduleNotFound` */
export async function getSchedule(workspace: Workspace, name: string): Promise<Schedule> {
  const found = await find<Schedule>(workspace, path('schedules', name));
  if (found) return found;
  throw new UserError({
    code: 'ScheduleNotFound',
    message: notFound('schedule', name, `in ${workspace.label}`, await names(workspace, 'schedules')),
    fix: 'Check the name of the schedule.',
  });
}
