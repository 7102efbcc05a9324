import { hasStatus } from '../../../lib/azure/failures.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { progressOf } from '../../../lib/pipelines/plan-progress.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { applyPlan } from '../../../lib/plan/apply.ts';
import { type AssetChange, inspectAsset } from '../../../lib/plan/asset.ts';
import { mainWords } from '../../../lib/plan/show.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { type FileChange, requireNoConflict } from './inspect.ts';
import { messages } from './messages.ts';

const MOST_ATTEMPTS = 3;

/** What was made, as the service names it. */
export interface Applied {
  file: string;
  kind: string;
  name: string;
  /** Empty for what has no versions. */
  version: string;
  id: string;
  action: AssetChange['action'];
}

/**
 * Makes what a file describes. A version that somebody else takes in between is compared again: it may be the very same.
 * @throws what the service refuses; UserError `AssetDiffers` when it differs from the version that the file fixes
 */
export async function applyFile(
  { file, plan, change, hasLatest }: FileChange,
  workspace: Workspace,
  datastores: Datastores,
  { pipeline, clock }: Ports,
): Promise<Applied> {
  const inspectAgain = async (): Promise<AssetChange> => {
    const again = await inspectAsset(plan, workspace, datastores);
    requireNoConflict([{ file, plan, change: again, hasLatest }]);
    return again;
  };
  let current = hasLatest ? await inspectAgain() : change;
  for (let attempt = 1; ; attempt++) {
    if (current.action === 'unchanged') return appliedOf(file, current, current.plan.main.path);
    try {
      const ports = {
        datastores,
        tell: progressOf(current.plan, pipeline, () => undefined),
        clock,
        signal: pipeline.signal,
      };
      const made = await applyPlan<{ id?: string }>(current.plan, workspace, ports);
      return appliedOf(file, current, made?.id ?? current.plan.main.path);
    } catch (error) {
      const isOpen = /\/versions\/@\w+$/.test(plan.main.path);
      if (!isOpen || attempt === MOST_ATTEMPTS || !hasStatus(error, 400, 409)) throw error;
      const next = await inspectAgain();
      if (next.action === 'create' && next.plan.main.path === current.plan.main.path) throw error;
      const [kind, name] = mainWords(current.plan);
      pipeline.say(messages.VersionTaken, { kind, name });
      current = next;
    }
  }
}

/** A result of `whatIf`, or of nothing that had to be done. */
export function appliedOf(file: string, { plan, action }: AssetChange, id: string): Applied {
  const [kind, label] = mainWords(plan);
  const version = /\/versions\/([^/]+)$/.exec(id)?.[1] ?? '';
  return { file, kind, name: version === '' ? label : label.replace(/:[^:]*$/, ''), version, id, action };
}

/** One line of the log. */
export function sayApplied({ kind, name, action, id }: Applied, pipeline: Pipeline): void {
  pipeline.say(messages.Applied, { kind, name, action: action === 'create' ? 'created' : 'updated', id });
}
