import type { Workspace } from './workspace.ts';

/**
 * Sets a tag of a run, also of one that has ended (`POST {mlflow}/runs/set-tag`, as `mlflow.set_tag` does). ARM has no
 * way to set one tag alone.
 */
export async function setRunTag(workspace: Workspace, runId: string, key: string, value: string): Promise<void> {
  await workspace.client.send({
    method: 'POST',
    url: `${workspace.mlflowUrl}/runs/set-tag`,
    audience: 'ml',
    body: { run_id: runId, key, value },
    repeatable: true,
    retry: 'quick',
  });
}
