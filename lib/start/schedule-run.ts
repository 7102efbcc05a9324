import type { AzureRequest } from '../azure/client.ts';
import { path, requestTo } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';

/**
 * Runs a schedule now, apart from its times: `POST schedules/{name}/trigger`, which only the preview version has
 * (azure-ai-ml `ScheduleOperations.trigger`). Every such request starts another job.
 * @param at time that the run is for
 */
export function planScheduleRun(workspace: Workspace, name: string, at: Date): AzureRequest {
  return requestTo(workspace, 'POST', path('schedules', name, 'trigger'), {
    body: { scheduleTime: at.toISOString() },
  });
}

/** What the request answers. */
export interface ScheduleRunAnswer {
  /** Name of the job. */
  submissionId: string;
  scheduleActionType?: string;
}
