import type { AzureRequest } from '../azure/client.ts';
import { PREVIEW } from '../azureml/api-versions.ts';
import { armRequest, type Workspace } from '../azureml/workspace.ts';

/**
 * Runs a schedule now, apart from its times: `POST schedules/{name}/trigger`, which only the preview version has
 * (azure-ai-ml `ScheduleOperations.trigger`). Every such request starts another job.
 * @param at time that the run is for
 */
export function planScheduleRun(workspace: Workspace, name: string, at: Date): AzureRequest {
  return armRequest(workspace, 'POST', `schedules/${encodeURIComponent(name)}/trigger`, PREVIEW, {
    body: { scheduleTime: at.toISOString() },
  });
}

/** What the request answers. */
export interface ScheduleRunAnswer {
  /** Name of the job. */
  submissionId: string;
  scheduleActionType?: string;
}
