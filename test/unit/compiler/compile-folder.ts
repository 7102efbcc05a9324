import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CompileFileOptions, compileFile } from '../../../lib/compiler/compile-file.ts';
import { formatProblem, UserError } from '../../../lib/core/errors.ts';
import type { Plan } from '../../../lib/plan/plan.ts';

export const WS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

/** A temporary folder with files, one of which, `file.yml`, is compiled. */
export interface CompileFolder {
  root: string;
  compile(files: Record<string, string>, more?: Partial<CompileFileOptions>): Plan;
  /** What is wrong with the files, with places. */
  problems(files: Record<string, string>, more?: Partial<CompileFileOptions>): string[];
  remove(): void;
}

export function compileFolder(): CompileFolder {
  const root = mkdtempSync(join(tmpdir(), 'compile-'));
  const compile: CompileFolder['compile'] = (files, more = {}) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    return compileFile({
      file: join(root, 'file.yml'),
      shownFrom: root,
      workspace: WS,
      jobName: 'j-1',
      location: 'westeurope',
      ...more,
    });
  };
  return {
    root,
    compile,
    problems(files, more) {
      try {
        compile(files, more);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return error.problems.length > 0 ? error.problems.map(formatProblem) : [error.message];
      }
      return [];
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A folder of its own for every test of a `describe`. */
export function compileFolderPerTest(): Omit<CompileFolder, 'remove'> {
  let folder: CompileFolder;
  beforeEach(() => {
    folder = compileFolder();
  });
  afterEach(() => folder.remove());
  return {
    get root() {
      return folder.root;
    },
    compile: (files, more) => folder.compile(files, more),
    problems: (files, more) => folder.problems(files, more),
  };
}

/** The main request's body. */
export function bodyOf({ main }: Plan): any {
  return main.body;
}
