/** Brings code and inputs to disk before a command runs, and outputs to storage after it. */
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RunRecord } from '../history/run.ts';
import { artifactFolder } from '../history/run.ts';
import { expand } from './expressions.ts';
import type { Engine } from './lifecycle.ts';
import { locateInput } from './locations.ts';
import { assetId, datastoreUri, findAsset } from './references.ts';
import { registerOutput } from './register-output.ts';
import { runsAsRoot } from './shell.ts';
import type { CommandSpec, InputValue, OutputValue } from './spec.ts';

/** Nobody's id on Linux. */
const NOBODY = 65_534;

/**
 * Makes a file, or a folder and everything in it, writable for jobs or not. As root, what may not be written belongs to
 * nobody (see `shell.ts`) and keeps ordinary modes, so that a copy of it can be written, as a copy from a mount can. Other
 * users have modes alone: there `cp` makes read-only copies.
 */
export function chmodTree(path: string, writable: boolean): void {
  // A link may point anywhere, and what it points at isn't the job's to change.
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat || stat.isSymbolicLink()) return;
  const isFolder = stat.isDirectory();
  if (isFolder && writable) chmodSync(path, 0o755);
  if (isFolder) for (const name of readdirSync(path)) chmodTree(join(path, name), writable);
  if (runsAsRoot) chownSync(path, writable ? 0 : NOBODY, writable ? 0 : NOBODY);
  const keepsMode = writable || runsAsRoot;
  chmodSync(path, isFolder ? (keepsMode ? 0o755 : 0o555) : keepsMode ? 0o644 : 0o444);
}

/** Copies the job's code to `cwd`; without code the folder is empty. Scripts keep no mode bits in blobs, as in Azure. */
export async function fetchCode(engine: Engine, codeId: string | undefined, cwd: string): Promise<void> {
  mkdirSync(cwd, { recursive: true });
  if (!codeId) return;
  const code = findAsset(engine.context, codeId, 'codes');
  const location = code && engine.context.blobs.locate(String(code.properties.codeUri));
  if (!location) throw new Error(`The code asset '${codeId}' was not found in this workspace.`);
  const count = await engine.context.blobs.download(location, cwd);
  if (count === 0) throw new Error(`The code asset '${codeId}' has no files in storage.`);
}

/**
 * Puts an input on disk and returns the path that `${{inputs.x}}` becomes. `Direct` inputs stay URIs; folders and
 * files are read-only unless they are mounted for writing.
 */
export async function fetchInput(engine: Engine, name: string, input: InputValue, folder: string): Promise<string> {
  if (input.type === 'literal') return input.value ?? '';
  const reference = input.uri ?? '';
  const at = locateInput(engine.context, engine.store, reference, input.type);
  if (/direct/i.test(input.mode ?? '')) return reference;
  const { blobs } = engine.context;
  // A single blob becomes a file of its own name, anything else a folder.
  const local = join(folder, name, basename(at.path) || name);
  mkdirSync(join(folder, name), { recursive: true });
  if ((await blobs.download(at, local)) === 0) {
    throw new Error(`Input '${name}': nothing was found at '${reference}'.`);
  }
  if (!/rw|readwrite/i.test(input.mode ?? '')) chmodTree(local, false);
  return local;
}

/** URI of an output in the long form, with `${{name}}`, `${{output_name}}` and `${{default_datastore}}` resolved. */
export function outputUri(
  engine: Engine,
  run: RunRecord,
  name: string,
  output: OutputValue,
  defaultDatastore: string,
): string {
  const isFile = output.type === 'uri_file';
  const values = { name: run.runId, output_name: name, default_datastore: defaultDatastore };
  if (output.uri) return expand(output.uri, values);
  return datastoreUri(engine.context, defaultDatastore, `azureml/${run.runId}/${name}${isFile ? '' : '/'}`);
}

/** Makes the place on disk that `${{outputs.x}}` becomes: a folder, or the path of a file in one. */
export function prepareOutput(name: string, output: OutputValue, uri: string, folder: string): string {
  const target = join(folder, name);
  const isFile = output.type === 'uri_file';
  mkdirSync(isFile ? target : join(target), { recursive: true });
  return isFile ? join(target, basename(uri)) : target;
}

/** Uploads what the command wrote and records it; called for failed runs too, as the service does. */
export async function storeOutput(
  engine: Engine,
  run: RunRecord,
  spec: CommandSpec,
  name: string,
  local: string,
  uri: string,
): Promise<void> {
  const output = spec.outputs[name]!;
  const to = engine.context.blobs.locate(uri);
  if (!to) throw new Error(`Output '${name}': '${uri}' is not a place in this workspace's storage.`);
  if (existsSync(local)) await engine.context.blobs.upload(local, to);
  run.outputUris[name] = uri;
  run.outputs[name] = registerOutput(engine, run, name, output, uri);
}

/** Uploads the `outputs` and `logs` folders of the working directory to the run's artifacts. */
export async function storeArtifacts(engine: Engine, run: RunRecord, cwd: string): Promise<void> {
  const store = engine.context.blobs.locate(
    datastoreUri(engine.context, 'workspaceartifactstore', artifactFolder(run.runId)),
  );
  if (!store) return;
  for (const name of ['outputs', 'logs']) {
    const folder = join(cwd, name);
    if (existsSync(folder) && statSync(folder).isDirectory() && readdirSync(folder).length > 0) {
      await engine.context.blobs.upload(folder, { ...store, path: `${artifactFolder(run.runId)}/${name}` });
    }
  }
}

/** Records what a run read: the asset behind each input, where it has one. */
export function recordInputs(engine: Engine, run: RunRecord, inputs: Record<string, InputValue>): void {
  for (const [name, input] of Object.entries(inputs)) {
    if (input.type === 'literal') continue;
    const match = /\/(data|models)\/([^/]+)\/versions\/([^/]+)$/.exec(input.uri ?? '');
    const id = match ? assetId(engine.context, match[1] as 'data' | 'models', match[2]!, match[3]!) : (input.uri ?? '');
    run.inputs[name] = { assetId: id, type: input.type };
  }
}
