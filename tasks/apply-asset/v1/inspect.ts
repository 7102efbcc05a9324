import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { type Problem, UserError } from '../../../lib/core/errors.ts';
import { fill, fillText } from '../../../lib/core/message.ts';
import { allOf } from '../../../lib/core/words.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { type AssetChange, inspectAsset } from '../../../lib/plan/asset.ts';
import { differenceTable, mainWords } from '../../../lib/plan/show.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { type AssetFile, inRegion } from './compile.ts';
import { messages } from './messages.ts';
import { withoutOwn } from './own-references.ts';

/** A file and what applying it comes to. */
export interface FileChange extends AssetFile {
  change: AssetChange;
  /** It refers to the newest version, which another file makes now, so it is inspected again when that was made. */
  hasLatest: boolean;
}

/** Compares every file with the workspace, by reads alone. @throws UserError `ReferenceNotFound` */
export async function inspectFiles(
  files: readonly AssetFile[],
  workspace: Workspace,
  datastores: Datastores,
): Promise<FileChange[]> {
  const found: FileChange[] = [];
  for (const { file, plan: planned } of files) {
    const plan = inRegion(planned, workspace.location);
    const own = withoutOwn(plan, found);
    const change = await inspectAsset(own.plan, workspace, datastores, own.known);
    found.push({ file, plan, change, hasLatest: own.known.length > 0 });
  }
  return found;
}

/** Prints what is to be done, and what differs. */
export function showChanges(found: readonly FileChange[], pipeline: Pipeline): void {
  pipeline.table({
    columns: ['#', 'File', 'What', 'Name', 'Action'],
    rows: found.map(({ file, change }, i) => [String(i + 1), file, ...mainWords(change.plan), change.action]),
    right: [0],
  });
  for (const { file, change } of found) {
    if (change.differences.length === 0) continue;
    const [kind, name] = mainWords(change.plan);
    const shown = change.compared === undefined ? name : name.replace(/:.*$/, `:${change.compared}`);
    pipeline.say(messages.Differs, { file, kind, name: shown });
    pipeline.table(differenceTable(change.differences));
  }
}

/** @throws UserError `AssetDiffers` with every file that fixes a version which exists with another content */
export function requireNoConflict(found: readonly FileChange[]): void {
  const conflicts = found.filter(({ change }) => change.action === 'conflict');
  if (conflicts.length === 0) return;
  throw new UserError({
    code: 'AssetDiffers',
    message: fill(messages.AssetDiffers, { count: conflicts.length, total: found.length }),
    fix: fill(messages.AssetDiffersFix),
    problems: conflicts.map(({ file, change }): Problem => {
      const [kind, name] = mainWords(change.plan);
      const fields = allOf(change.differences.map(({ field }) => field.replace(/^properties\./, '')));
      return {
        message: fillText(messages.AssetDiffersAt.text, { kind, name, fields }),
        place: { file, line: 1, column: 1 },
      };
    }),
  });
}
