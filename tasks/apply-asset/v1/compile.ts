import { relative } from 'node:path';
import { workspacePath } from '../../../lib/azureml/ids.ts';
import { compileFile } from '../../../lib/compiler/compile-file.ts';
import { type Problem, UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { collectionOf } from '../../../lib/plan/show.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** A file and everything that applying it takes. */
export interface AssetFile {
  /** Relative to the sources. */
  file: string;
  plan: Plan;
}

/** What others refer to comes first. */
const ORDER = ['computes', 'environments', 'data', 'models', 'components', 'schedules'];

/** In place of the workspace's region, which is known when it was found. */
const LOCATION = '{location}';

/**
 * Compiles all files, and puts them in the order in which they have to be applied.
 * @throws UserError that of the one file that has problems, or `FileInvalid` with the problems of all of them;
 *   `FileKindNotSupported`
 */
export function compileAssets({ files, target, overrides, allowUnknownFields, sourcesFolder }: Inputs): AssetFile[] {
  const failures: UserError[] = [];
  const compiled = files.flatMap((path): AssetFile[] => {
    try {
      const plan = compileFile({
        file: path,
        shownFrom: sourcesFolder,
        workspace: workspacePath(target.ids),
        overrides,
        allowUnknownFields,
        jobName: 'job',
        location: LOCATION,
      });
      return [{ file: relative(sourcesFolder, path).replaceAll('\\', '/'), plan }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
      return [];
    }
  });
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new UserError({
      code: 'FileInvalid',
      message: fill(messages.FilesInvalid, { count: failures.length }),
      problems: failures.flatMap(({ problems, message }) => (problems.length > 0 ? problems : [{ message }])),
    });
  refuseOthers(compiled);
  const rank = ({ plan }: AssetFile): number => ORDER.indexOf(collectionOf(plan.main));
  return compiled.sort((one, other) => rank(one) - rank(other));
}

/** @throws UserError `FileKindNotSupported` */
function refuseOthers(compiled: readonly AssetFile[]): void {
  const others = compiled.filter(({ plan }) => !ORDER.includes(collectionOf(plan.main)));
  if (others.length === 0) return;
  const isJob = others.every(({ plan }) => collectionOf(plan.main) === 'jobs');
  throw new UserError({
    code: 'FileKindNotSupported',
    message: fill(messages.FilesNotSupported, { count: others.length }),
    fix: fill(isJob ? messages.JobFileFix : messages.OtherFileFix),
    problems: others.map(({ file, plan }): Problem => {
      const kind = collectionOf(plan.main)
        .replace(/s$/, '')
        .replace(/([A-Z])/g, ' $1')
        .toLowerCase();
      return {
        message: messages.FileKindNotSupported.text.replace('{kind}', kind),
        place: { file, line: 1, column: 1 },
      };
    }),
  });
}

/** The plan with the workspace's region. */
export function inRegion(plan: Plan, location: string): Plan {
  const body = plan.main.body as { location?: string };
  return body.location === LOCATION ? { ...plan, main: { ...plan.main, body: { ...body, location } } } : plan;
}
