import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { get } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A schedule (`GET {workspace}/schedules/{name}`), as far as it is read here. It has neither `id` nor `type`. */
export interface Schedule {
  name: string;
  properties: { isEnabled?: boolean; action: { actionType: string } };
}

/** @throws UserError `ScheduleNotFound` */
export function getSchedule(workspace: Workspace, name: string): Promise<Schedule> {
  return get(
    workspace,
    'schedules',
    name,
    (names) =>
      new UserError({
        code: 'ScheduleNotFound',
        message: notFound('schedule', name, `in ${workspace.label}`, names),
        fix: 'Check the name of the schedule.',
      }),
  );
}
