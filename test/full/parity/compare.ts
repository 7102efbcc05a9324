/**
 * What submitting a job means, from the requests that the service received: the job's body with every asset that was
 * written for it in the place of the reference to it, and without what carries no meaning.
 */
import { parse } from 'yaml';
import type { RecordedRequest } from '../../../sandbox/contracts.ts';

const WORKSPACE =
  /^(?:azureml:)?\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.MachineLearningServices\/workspaces\/[^/]+\//i;
const SHORT_URI =
  /^azureml:\/\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(?:providers\/[^/]+\/)?workspaces\/[^/]+\//i;
/** Telemetry, addresses that the client makes up, schema links, and hashes that only the SDK uses. */
const MEANINGLESS = new Set(['_source', '$schema', 'codeUri', 'client_component_hash']);
/** Where the code came from: the run's repository here, the folder's for the SDK. */
const PROVENANCE = /^(azureml\.git\.|mlflow\.source\.git\.|pipelines\.(step|attempt|series)$|lineage\.)/;

type Json = Record<string, unknown>;

/** What one client sent, by the names of the jobs; and what it wrote that belongs to none of them. */
export interface Submissions {
  jobs: Map<string, Json>;
  unused: string[];
}

/** @param requests of one client; those that the service refused count for nothing */
export function submissions(requests: readonly RecordedRequest[]): Submissions {
  const written = new Map<string, Json>();
  const used = new Set<string>();
  const jobs = new Map<string, Json>();
  for (const { method, url, status, body, answeredId } of requests) {
    const path = decodeURIComponent(url.split('?')[0]!);
    if (method !== 'PUT' || !status || status >= 300 || !WORKSPACE.test(path)) continue;
    const asset = (answeredId ?? path).replace(WORKSPACE, '');
    const name = /^jobs\/([^/]+)$/.exec(asset)?.[1];
    if (name === undefined) {
      written.set(asset, body as Json);
      continue;
    }
    const job = meaning((body as Json).properties, '', written, used) as Json;
    // Both clients call a job without a display name by its name.
    if (job.displayName === name) delete job.displayName;
    jobs.set(name, job);
  }
  return { jobs, unused: [...written.keys()].filter((path) => !used.has(path)) };
}

/** Drops what carries no meaning, spells references one way, and puts written assets where they are referred to. */
function meaning(value: unknown, key: string, written: ReadonlyMap<string, Json>, used: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => meaning(item, '', written, used));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([name]) => !MEANINGLESS.has(name) && !PROVENANCE.test(name))
      .map(([name, item]) => [name, meaning(item, name, written, used)] as const)
      .filter(([name, item]) => !isEmpty(item) && !(item === false && /^is(Archived|Anonymous)$/.test(name)));
    return Object.fromEntries(entries);
  }
  if (typeof value !== 'string') return value;
  if (key === 'condaFile') return parse(value);
  const asset = value.replace(WORKSPACE, '');
  const body = written.get(asset);
  if (!body || asset === value) return spelledAlike(value);
  used.add(asset);
  return assetMeaning(asset, body.properties as Json, written, used);
}

/** An anonymous asset is its content; code is known by the hash that the service has verified. */
function assetMeaning(path: string, properties: Json, written: ReadonlyMap<string, Json>, used: Set<string>): unknown {
  const kind = path.split('/')[0]!;
  if (kind === 'codes') return { codes: (properties.properties as Json | undefined)?.hash_sha256 };
  const content = meaning(properties, '', written, used) as Json;
  if (!properties.isAnonymous) return { [path]: content };
  if (content.componentSpec) {
    const { name: _name, version: _version, ...spec } = content.componentSpec as Json;
    content.componentSpec = spec;
  }
  return { [kind]: content };
}

/** One spelling for references and for the folders of uploads, which are named after their content. */
function spelledAlike(text: string): string {
  return text
    .replace(WORKSPACE, 'workspace:')
    .replace(/^azureml:(?=azureml:\/\/)/, '')
    .replace(SHORT_URI, 'azureml://')
    .replace(/^(workspace:.*)\/(?:versions\/@latest|labels\/latest)$/, '$1@latest')
    .replace(
      /^https:\/\/[^/]+\.blob\.[^/]+\/[^/]+\/LocalUpload\//,
      'azureml://datastores/workspaceblobstore/paths/LocalUpload/',
    )
    .replace(/LocalUpload\/[0-9a-f-]{16,64}\//gi, 'LocalUpload/*/');
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);

/** Every place where two meanings differ, as `path: theirs -> ours`. */
export function differences(theirs: unknown, ours: unknown, path = ''): string[] {
  const isTree = (value: unknown): value is Json => typeof value === 'object' && value !== null;
  if (isTree(theirs) && isTree(ours) && Array.isArray(theirs) === Array.isArray(ours)) {
    const names = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...names].flatMap((name) => differences(theirs[name], ours[name], path ? `${path}.${name}` : name));
  }
  if (Object.is(theirs, ours)) return [];
  const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
  return [`${path}: ${shown(theirs)} -> ${shown(ours)}`];
}
