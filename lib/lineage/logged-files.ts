import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { didYouMean, oneOf } from '../core/words.ts';
import { messages } from './messages.ts';

/** Folders of every run's own logs, which nobody registers. */
const LOGS = /^(user_logs|system_logs|logs|azureml-logs)\//;

/**
 * The files of a run at a path, named from there on (`MLmodel`, `data/model.pkl`; one empty name when the path is a file).
 * @param list the run's files below a folder, `''` for all; undefined when the service does not tell them
 * @returns undefined when nothing is known
 * @throws UserError `OutputEmpty` when the run logged other files, but none there
 */
export async function findLogged(
  list: (folder: string) => Promise<string[] | undefined>,
  runId: string,
  path: string,
): Promise<string[] | undefined> {
  const found = (files: readonly string[]): string[] =>
    files.flatMap((file) =>
      file === path ? [''] : path === '' ? [file] : file.startsWith(`${path}/`) ? [file.slice(path.length + 1)] : [],
    );
  const listed = path === '' ? [] : found((await list(path)) ?? []);
  if (listed.length > 0) return listed;
  // How the service lists the path of a single file isn't recorded, so what has no files is looked for among all.
  const all = await list('');
  if (all === undefined || all.length === 0) return undefined;
  const among = found(all);
  if (among.length > 0) return among;
  const folders = foldersOf(all.filter((file) => !LOGS.test(file)));
  const hint =
    didYouMean(path, folders) || (folders.length > 0 ? ` It logged ${oneOf(folders)}.` : ' It logged none at all.');
  throw new UserError({
    code: 'OutputEmpty',
    message: fill(messages.NothingLogged, { run: runId, path, hint }),
    fix: fill(messages.NothingLoggedFix),
  });
}

/** The folders that hold files: what is mostly registered. */
function foldersOf(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : file)))];
}

/**
 * An MLflow model is a folder with the file MLmodel in it.
 * @param files of the run at the path, as `findLogged` gives them
 * @throws UserError `ModelNotMlflow`
 */
export function requireMlflow(files: readonly string[], path: string): void {
  if (files.includes('MLmodel')) return;
  const inside = files.flatMap((file) => (file.endsWith('/MLmodel') ? [file.slice(0, -'/MLmodel'.length)] : []));
  const hint = inside.length > 0 ? ` It is in ${oneOf(inside.map((one) => (path ? `${path}/${one}` : one)))}.` : '';
  throw new UserError({
    code: 'ModelNotMlflow',
    message: fill(messages.ModelNotMlflow, { path: path || 'artifacts', hint }),
    fix: fill(messages.ModelNotMlflowFix),
  });
}
