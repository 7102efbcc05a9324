import type { DeclaredPort } from '../azureml/components.ts';
import { assetPath, isRemote } from '../azureml/ids.ts';
import { type Problem, UserError } from '../core/errors.ts';
import { allOf, didYouMean, oneOf } from '../core/words.ts';
import { LATEST, type Requirement } from '../plan/plan.ts';

/** An input with its value: a parameter, or data at a URI or behind an asset's id. */
export type BoundInput = { kind: 'literal'; value: string } | { kind: 'data'; type: string; uri: string };

/** All inputs, and the assets that have to be there for them. */
export interface BoundInputs {
  inputs: Map<string, BoundInput>;
  requirements: Requirement[];
}

const DATA_TYPES = ['uri_file', 'uri_folder', 'mltable', 'custom_model', 'mlflow_model', 'triton_model'];
/** Types of older components, which the service still takes. */
const OLDER_TYPES: Record<string, string> = { path: 'uri_folder', AnyDirectory: 'uri_folder', AnyFile: 'uri_file' };
/** `uri_file:https://...`: the type is written with the value. */
const TYPED = new RegExp(`^(${DATA_TYPES.join('|')}):(.+)$`);

/**
 * Gives values to the inputs that something declares.
 * @param given what the user wrote, by name
 * @param declared undefined when nobody says what there is: then a remote reference is a folder, unless its type is written
 *   before it (`uri_file:https://...`), and anything else is a parameter
 * @param owner what declares them, for messages: `component 'train'`
 * @param workspace ARM path
 * @throws UserError `InputValuesInvalid` with everything that is wrong: unknown and missing inputs, values of the wrong type
 */
export function bindInputs(
  given: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, DeclaredPort>> | undefined,
  owner: string,
  workspace: string,
): BoundInputs {
  const problems: Problem[] = [];
  const requirements: Requirement[] = [];
  const inputs = new Map<string, BoundInput>();
  for (const [name, value] of Object.entries(given)) {
    const port = declared === undefined ? undefined : Object.hasOwn(declared, name) ? declared[name]! : null;
    if (port === null) {
      const names = Object.keys(declared!);
      const known = names.length > 0 ? ` It has ${allOf(names)}.` : ' It has none.';
      problems.push({ message: `The ${owner} does not have an input '${name}'.${didYouMean(name, names) || known}` });
      continue;
    }
    const bound = bind(name, value, port);
    if (typeof bound === 'string') problems.push({ message: bound });
    else if (bound.kind === 'data') inputs.set(name, { ...bound, uri: resolve(name, bound, workspace, requirements) });
    else inputs.set(name, bound);
  }
  for (const [name, port] of Object.entries(declared ?? {}))
    if (!Object.hasOwn(given, name) && !isOptional(port))
      problems.push({ message: `The input '${name}' (${typeOf(port)}) of the ${owner} has no value.` });
  if (problems.length > 0) throw invalid(problems);
  return { inputs, requirements };
}

function invalid(problems: Problem[]): UserError {
  const [first] = problems;
  return new UserError({
    code: 'InputValuesInvalid',
    message: problems.length === 1 ? first!.message : `The values of the inputs have ${problems.length} problems.`,
    fix: 'Change the values of the inputs; nothing was sent.',
    problems: problems.length === 1 ? [] : problems,
  });
}

const isOptional = ({ optional, default: fallback }: DeclaredPort): boolean =>
  String(optional).toLowerCase() === 'true' || (fallback !== undefined && fallback !== null);

/** The declared type; a list of types (older components) counts as its first. */
function typeOf({ type }: DeclaredPort): string {
  const first = String((Array.isArray(type) ? type[0] : type) ?? 'string');
  return OLDER_TYPES[first] ?? first;
}

/** The value as the type wants it, or what is wrong with it. */
function bind(name: string, written: string, port: DeclaredPort | undefined): BoundInput | string {
  const [, writtenType, rest] = TYPED.exec(written) ?? [];
  const isData = port ? DATA_TYPES.includes(typeOf(port)) : writtenType !== undefined || isRemote(written);
  if (!isData) return literal(name, written, port);
  const type = port ? typeOf(port) : (writtenType ?? 'uri_folder');
  if (writtenType !== undefined && writtenType !== type)
    return `The input '${name}' is of type ${type}, but '${written}' says ${writtenType}.`;
  const uri = rest ?? written;
  if (isRemote(uri)) return { kind: 'data', type, uri };
  return `The input '${name}' is of type ${type}, so '${written}' must be a reference such as azureml:name:version, azureml:name@latest, azureml://datastores/... or https://...; local files can't be used here.`;
}

function literal(name: string, value: string, port: DeclaredPort | undefined): BoundInput | string {
  const type = port ? typeOf(port) : 'string';
  const allowed = port?.enum?.map(String) ?? [];
  const is = `The input '${name}' is '${value}'`;
  if (allowed.length > 0 && !allowed.includes(value)) return `${is}; allowed are ${oneOf(allowed)}.`;
  if (['number', 'float', 'integer'].includes(type) && (value === '' || Number.isNaN(Number(value))))
    return `${is}, but it must be a number.`;
  if (type === 'integer' && !Number.isInteger(Number(value))) return `${is}, but it must be a whole number.`;
  if (type === 'boolean' && !/^(true|false)$/i.test(value)) return `${is}, but it must be true or false.`;
  // The API takes no empty literal (pattern [a-zA-Z0-9_]).
  return value === '' ? `The input '${name}' is empty; remove its line.` : { kind: 'literal', value };
}

/** The asset's ARM path for `azureml:name:version` and `azureml:name@latest`, which then has to be there. */
function resolve(
  input: string,
  { type, uri }: { type: string; uri: string },
  workspace: string,
  requirements: Requirement[],
): string {
  const [, name, version] = /^azureml:([^:@/]+)(?::([^:@/]+)|@latest)$/.exec(uri) ?? [];
  if (name === undefined) {
    const datastore = /^azureml:\/\/datastores\/([^/]+)\/paths\//i.exec(uri)?.[1];
    if (datastore) requirements.push({ kind: 'datastores', name: datastore, version: '', field: `inputs.${input}` });
    return uri.replace(/^azureml:(?=\/subscriptions\/)/i, '');
  }
  const kind = type.endsWith('_model') ? 'models' : 'data';
  requirements.push({ kind, name, version: version ?? LATEST, field: `inputs.${input}` });
  return assetPath(workspace, kind, name, version ?? LATEST);
}
