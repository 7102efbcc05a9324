import type { Retry } from '../azure/retries.ts';
import { type DevOps, openDevOps } from '../devops/open.ts';
import type { PipelineRun } from '../lineage/pipeline-run.ts';
import type { AzureTarget } from './azure-target.ts';
import type { Ports } from './run-task.ts';

/**
 * The organization of the run, with the token of the job; nothing is sent before it is used. Only tasks that need Azure
 * DevOps import this file, since it brings its client.
 * @param retry `quick` where what is read is only worth a short wait
 */
export function openOwnOrganization(
  { run, target }: { run: PipelineRun; target: AzureTarget },
  { outside }: Pick<Ports, 'outside'>,
  retry: Retry = 'patient',
): DevOps {
  return openDevOps({ ...outside, retry, collectionUrl: run.collectionUrl, token: target.systemAccessToken });
}
