import { createHash } from 'node:crypto';
import type { PipelineRun } from '../lineage/pipeline-run.ts';

/**
 * What a rollout is known by in the endpoint's tags: the pipeline run, whatever its stage and attempt, so that another
 * stage goes on where the one before stopped.
 */
export function rolloutId({ collectionUrl, project, kind, id }: PipelineRun): string {
  return createHash('sha256').update([collectionUrl, project, kind, id].join('\n')).digest('hex').slice(0, 16);
}
