/** Running a schedule now; nothing runs one at its times. */
import express from 'express';
import { callerOf } from '../authentication.ts';
import { apiVersionOf } from './access.ts';
import type { ProviderContext } from './context.ts';
import { ArmError, notFound, userError } from './errors.ts';
import { object, text } from './shape.ts';
import { startJob } from './started-jobs.ts';

/** Routes relative to the workspace. */
export function createScheduleTrigger(context: ProviderContext): express.Router {
  const { resources } = context;
  const router = express.Router();
  router.post('/schedules/:name/trigger', async (request, response) => {
    const apiVersion = apiVersionOf(request);
    if (apiVersion !== '2024-01-01-preview') {
      throw new ArmError(404, 'InvalidResourceType', `No action 'trigger' in api-version '${apiVersion}'.`);
    }
    const schedule = resources.get(`schedules/${request.params.name}`);
    if (!schedule) throw notFound(`Schedule ${request.params.name} was not found.`);
    object({ scheduleTime: text })(request.body, { path: '', apiVersion });
    if (Number.isNaN(Date.parse(request.body.scheduleTime)))
      throw userError('scheduleTime is no time.', 'scheduleTime');
    // Assumption: the service's own documentation speaks of triggering an enabled schedule.
    if (schedule.properties.isEnabled === false) throw userError(`The schedule ${schedule.name} is disabled.`);
    const { actionType, jobDefinition } = schedule.properties.action;
    if (actionType !== 'CreateJob') throw userError(`The sandbox can't run schedules with the action ${actionType}.`);
    const stem = `${schedule.name}-${new Date()
      .toISOString()
      .replace(/[^0-9]/g, '')
      .slice(0, 14)}`;
    const taken = resources.list('jobs').filter(({ name }) => name.startsWith(stem)).length;
    const name = taken === 0 ? stem : `${stem}-${taken + 1}`;
    const job = await startJob(name, jobDefinition, context, callerOf(response).appid);
    response.json({ submissionId: job.name, scheduleActionType: actionType });
  });
  return router;
}
