import { UserError } from '../core/errors.ts';
import { allOf, didYouMean } from '../core/nearest.ts';
import { findBelow, listNames } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A schedule (`GET {workspace}/schedules/{name}`), as far as it is read here. */
export interface Schedule {
  name: string;
  properties: { isEnabled?: boolean; action: { actionType: string } };
}

/** @throws UserError `ScheduleNotFound` */
export async function getSchedule(workspace: Workspace, name: string): Promise<Schedule> {
  const found = await findBelow<Schedule>(workspace, `schedules/${encodeURIComponent(name)}`);
  if (found) return found;
  const names = await listNames(workspace, 'schedules');
  const seen = didYouMean(name, names) || (names.length > 0 ? ` There is ${allOf(names)}.` : '');
  throw new UserError({
    code: 'ScheduleNotFound',
    message: `There is no schedule '${name}' in the workspace '${workspace.ids.workspaceName}'.${seen}`,
    fix: 'Check the name of the schedule.',
  });
}
