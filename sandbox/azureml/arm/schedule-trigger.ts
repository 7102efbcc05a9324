/** Running a schedule now; nothing runs one at its times. */
import type { Resource } from '../../contracts.ts';
import type { Call } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { object, text } from './shape.ts';
import { startJob } from './started-jobs.ts';

/** The action `trigger` of a schedule. */
export async function runNow(
  { context, request, response, at, caller }: Call<WorkspaceContext>,
  schedule: Resource,
): Promise<void> {
  if (at.apiVersion !== '2024-01-01-preview') throw errors.actionNotInVersion('trigger', at.apiVersion);
  object({ scheduleTime: text })(request.body, at);
  if (Number.isNaN(Date.parse(request.body.scheduleTime))) throw errors.scheduleTimeInvalid();
  // Assumption: the service's own documentation speaks of triggering an enabled schedule.
  if (schedule.properties.isEnabled === false) throw errors.scheduleDisabled(schedule.name);
  const { actionType, jobDefinition } = schedule.properties.action;
  if (actionType !== 'CreateJob') throw errors.scheduleActionNotRun(actionType);
  const stem = `${schedule.name}-${new Date()
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14)}`;
  const taken = context.store.list('jobs').filter(({ name }) => name.startsWith(stem)).length;
  const name = taken === 0 ? stem : `${stem}-${taken + 1}`;
  const job = await startJob(name, jobDefinition, context, caller);
  response.json({ submissionId: job.name, scheduleActionType: actionType });
}
