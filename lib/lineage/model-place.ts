import { UserError } from '../core/errors.ts';

/** Where a model's files are, as a user says it. */
export type ModelPlace =
  /** An output of the job or of a step, or a folder or file inside it. `artifacts`: what the run logged itself. */
  | { kind: 'output'; output: string; path: string }
  /** A URI of the user's own. */
  | { kind: 'uri'; uri: string };

/** The files that a run logged itself: MLflow's artifacts, the folder `outputs`, logs. `default` is its older name. */
export function isArtifacts(output: string): boolean {
  return output === 'artifacts' || output === 'default';
}

/** `azureml://jobs/{job}/outputs/{output}[/paths/{path}]` */
const JOB_URI = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+?)(?:\/paths\/(.*))?\/?$/i;

/** The run, output and path that a URI names; undefined for another URI. `runs:/{run}/{path}` is MLflow's form. */
export function parseJobUri(uri: string): { run: string; output: string; path: string } | undefined {
  const [, job, output, inside = ''] = JOB_URI.exec(uri) ?? [];
  if (job !== undefined && output !== undefined) return { run: job, output, path: trimmed(inside) };
  const [, run, path] = /^runs:\/+([^/]+)\/(.+)$/i.exec(uri) ?? [];
  return run !== undefined && path !== undefined ? { run, output: 'artifacts', path: trimmed(path) } : undefined;
}

/** The URI of an output, or of a part of it, as `az ml model create --path` takes it. */
export function jobUri(run: string, output: string, path: string): string {
  return `azureml://jobs/${run}/outputs/${output}${path === '' ? '' : `/paths/${path}`}`;
}

/**
 * Reads an output's name, with or without a path inside it: `model`, `files/best`, `artifacts/paths/model`.
 * @throws UserError `ModelPathInvalid`
 */
export function parseOutput(text: string): { output: string; path: string } {
  if (/^[a-z][\w+.-]*:/i.test(text)) throw invalid(`'${text.split(/[?#]/)[0]}' is a URI, not the name of an output`);
  const [output = '', ...rest] = parsePath(text).split('/');
  const inside = rest[0] === 'paths' ? rest.slice(1) : rest;
  return { output, path: inside.join('/') };
}

/** Reads a path inside an output: `best/model`. @throws UserError `ModelPathInvalid` */
export function parsePath(text: string): string {
  const path = trimmed(text.replace(/^\.\//, ''));
  if (path.includes('\\')) throw invalid(`'${text}' has a backslash; write '${path.replaceAll('\\', '/')}'`);
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || /[?#*]/.test(path))
    throw invalid(`'${text}' is not a path inside an output, such as 'best/model'`);
  return path;
}

/** Reads a URI that a model can have as its source. @throws UserError `ModelUriInvalid` */
export function parseModelUri(text: string): string {
  const bare = text.split(/[?#]/)[0]!;
  const say = (why: string): UserError =>
    new UserError({
      code: 'ModelUriInvalid',
      message: `'${bare}' ${why}.`,
      fix: 'For example azureml://datastores/workspaceblobstore/paths/models/churn, or azureml://jobs/<job>/outputs/<output>/paths/<path>.',
    });
  // A signature would be readable by everybody who may see the model.
  if (bare !== text) throw say('has a query, which may be a signature; give the URI without it');
  if (/^runs:\/+[^/]+\/.+/i.test(text) || parseJobUri(text)) return text;
  if (/^azureml:\/\/jobs\//i.test(text)) throw say('names a job, but not one of its outputs');
  if (!/^[a-z][a-z\d+.-]+:\/\/[^/]+\/?.*$/i.test(text) || /^(file|http):/i.test(text))
    throw say('is not the URI of files in Azure');
  return text;
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

function invalid(what: string): UserError {
  return new UserError({
    code: 'ModelPathInvalid',
    message: `${what}.`,
    fix: 'Name an output of the job, or artifacts for the files that it logged itself; a folder or file inside it follows behind a slash.',
  });
}
