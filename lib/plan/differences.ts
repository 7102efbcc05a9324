import { parse } from 'yaml';
import { CONTAINER, isAnonymousComponent } from './plan.ts';

/** A member of a body that would be sent with another value than the one that is there. */
export interface Difference {
  /** `properties.tags.stage` */
  field: string;
  planned: unknown;
  /** Undefined when there is no such member. */
  present: unknown;
}

/** Members that are sent and never come back. */
const NOT_ECHOED = new Set(['_source', 'isAnonymous', 'jobs', 'userAccountCredentials']);

/**
 * Where what would be sent differs from what is there. Recorded from the service: it fills in members that were not sent,
 * spells booleans and numbers of a component's specification as text, ids and paths of datastores in their long forms and
 * in another case, and a conda file as JSON. None of that is a difference; nor is an empty value that is absent.
 * @param planned body of a planned request
 * @param present what `GET` answers for its path
 */
export function differencesOf(planned: unknown, present: unknown, field = ''): Difference[] {
  if (isNothing(planned) && isNothing(present)) return [];
  const name = field.slice(field.lastIndexOf('.') + 1);
  if (NOT_ECHOED.has(name)) return [];
  if (Array.isArray(planned))
    return Array.isArray(present) && present.length === planned.length
      ? planned.flatMap((item, i) => differencesOf(item, present[i], `${field}[${i}]`))
      : [{ field, planned, present }];
  if (isMap(planned)) {
    const other = isMap(present) ? present : {};
    return Object.entries(planned).flatMap(([key, value]) =>
      differencesOf(value, other[key], field ? `${field}.${key}` : key),
    );
  }
  if (isNothing(planned)) return []; // an empty value asks for nothing, whatever the service has filled in
  // The service decides, and answers what it has decided.
  if (planned === 'NotSpecified') return [];
  if (name === 'vmSize' || name === 'location')
    return isSameWord(planned, present) ? [] : [{ field, planned, present }];
  const same = name === 'condaFile' ? isSameConda(planned, present) : isSameScalar(planned, present);
  return same ? [] : [{ field, planned, present }];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isNothing);
}

function isSameConda(planned: unknown, present: unknown): boolean {
  try {
    // JSON is YAML. Both ways, since nothing is filled into a conda file.
    const [one, other] = [planned, present].map((text) => parse(String(text), { version: '1.1' }) as unknown);
    return differencesOf(one, other).length === 0 && differencesOf(other, one).length === 0;
  } catch {
    return planned === present;
  }
}

function isSameScalar(planned: unknown, present: unknown): boolean {
  if (typeof present === 'object' || present === undefined) return false;
  const [one, other] = [textOf(planned), textOf(present)];
  if (one === other) return true;
  // The versions of anonymous components are the service's.
  if (isAnonymousComponent(one) && isAnonymousComponent(other)) return true;
  if (isOutputOf(String(planned), String(present))) return true;
  if (one.startsWith(CONTAINER)) return other.endsWith(one.slice(CONTAINER.length));
  return one !== '' && other !== '' && Number(one) === Number(other);
}

/** Sizes and regions are compared without case. */
function isSameWord(planned: unknown, present: unknown): boolean {
  return String(planned).toLowerCase() === String(present ?? '').toLowerCase();
}

/** Members that only a file sets, by the path of their mapping: `*` is any key. What is there and not planned was taken out of the file. */
const SET_BY_FILE: readonly [mapping: string, member: string][] = [
  ['properties', 'condaFile'],
  ['properties.componentSpec', 'code'],
  ['properties.componentSpec', 'distribution'],
  ['properties.componentSpec', 'environment_variables'],
  ['properties.componentSpec.inputs', '*'],
  ['properties.componentSpec.outputs', '*'],
  ...['default', 'min', 'max', 'enum'].map((name): [string, string] => ['properties.componentSpec.inputs.*', name]),
];

/**
 * What is there and the file does not have any more. `differencesOf` overlooks it, since the service fills in much; these
 * members it does not fill in.
 */
export function removalsOf(planned: unknown, present: unknown): Difference[] {
  return SET_BY_FILE.flatMap(([mapping, member]) =>
    mappingsAt(planned, present, mapping.split('.')).flatMap(({ field, planned: wanted, present: found }) =>
      Object.entries(isMap(found) ? found : {})
        .filter(([name, value]) => (member === '*' || name === member) && !isNothing(value))
        .filter(([name]) => isNothing(isMap(wanted) ? wanted[name] : undefined))
        .map(([name, value]) => ({ field: `${field}.${name}`, planned: undefined, present: value })),
    ),
  );
}

/** Both sides of a mapping, for every key where the path has a `*`; keys that are planned only or there only are left out. */
function mappingsAt(planned: unknown, present: unknown, path: readonly string[], field = ''): Difference[] {
  const [name, ...rest] = path;
  if (name === undefined) return [{ field, planned, present }];
  if (!isMap(planned) || !isMap(present)) return [];
  const keys = name === '*' ? Object.keys(planned) : [name];
  return keys.flatMap((key) => mappingsAt(planned[key], present[key], rest, field ? `${field}.${key}` : key));
}

const JOB_URI = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/i;

/** Whether the storage URI that the service put in place of a job's output is that of this output, as far as it says. */
function isOutputOf(planned: string, present: string): boolean {
  const [, job, output, path] = JOB_URI.exec(planned) ?? [];
  if (job === undefined || !present.includes(job)) return false;
  const end = path?.replace(/\/$/, '') || (output === 'artifacts' ? job : output!);
  return present.replace(/\/$/, '').endsWith(end);
}

const CURATED = /^azureml:(AzureML-[^:/@]+):([^:/@]+)$/;

/** A scalar in the one spelling that both sides share. */
function textOf(value: unknown): string {
  const text = String(value)
    .replace(CURATED, 'azureml://registries/azureml/environments/$1/versions/$2')
    .replace(/^azureml:(?=azureml:\/\/|\/(?!\/))/, '');
  if (/^(true|false)$/i.test(text)) return text.toLowerCase();
  if (/^\/subscriptions\//i.test(text)) return text.toLowerCase();
  const place =
    /^azureml:\/\/(?:subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(?:providers\/[^/]+\/)?workspaces\/[^/]+\/)?datastores\/(.*)$/i.exec(
      text,
    );
  return place ? `azureml://datastores/${place[1]!.replace(/\/$/, '')}` : text;
}
