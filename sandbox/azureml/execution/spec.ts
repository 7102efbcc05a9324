/** What the executor runs, in one form for jobs (camelCase ARM JSON) and for pipeline nodes (snake_case JSON). */

/** An input of a command: a literal or an asset at a URI. */
export interface InputValue {
  /** `literal`, `uri_file`, `uri_folder`, `mltable`, `custom_model`, `mlflow_model`, `triton_model`. */
  type: string;
  /** `ReadOnlyMount`, `Download`, `Direct`, ...; also the snake_case names. */
  mode?: string;
  value?: string;
  uri?: string;
}

/** An output of a command: where it goes and under which asset name it is registered. */
export interface OutputValue {
  type: string;
  mode?: string;
  uri?: string;
  assetName?: string;
  assetVersion?: string;
}

export interface CommandSpec {
  command: string;
  codeId?: string;
  environmentVariables: Record<string, string>;
  inputs: Record<string, InputValue>;
  outputs: Record<string, OutputValue>;
  computeName: string;
  instanceCount: number;
  distributed: boolean;
  timeoutSeconds?: number;
  /** Values for `${{search_space.x}}` of a sweep's trial. */
  searchSpace?: Record<string, string>;
  defaultDatastore: string;
}

/** Seconds of an ISO 8601 duration such as `PT1H30M`; undefined when there is none or it can't be read. */
export function durationSeconds(text: unknown): number | undefined {
  if (typeof text === 'number') return text;
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(String(text ?? ''));
  if (!match) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return days * 86400 + hours * 3600 + minutes * 60 + seconds || undefined;
}

/** `JobInput`s of a job or `inputs` of a node, whose keys are spelt in either case. */
export function readInput(raw: unknown): InputValue {
  if (raw === null || typeof raw !== 'object') return { type: 'literal', value: String(raw ?? '') };
  const input = raw as Record<string, any>;
  const type = String(input.jobInputType ?? input.job_input_type ?? input.type ?? 'literal').toLowerCase();
  const mode = input.mode ?? undefined;
  if (type === 'literal') return { type, mode, value: String(input.value ?? '') };
  return { type, mode, uri: String(input.uri ?? input.path ?? input.value ?? '') };
}

/** `JobOutput`s of a job (`assetName`) or `outputs` of a node (`name`). */
export function readOutput(raw: unknown, declaredType = 'uri_folder'): OutputValue {
  const output = (raw && typeof raw === 'object' ? raw : {}) as Record<string, any>;
  const type = String(output.jobOutputType ?? output.job_output_type ?? output.type ?? declaredType).toLowerCase();
  return {
    type: type === 'literal' ? declaredType : type,
    mode: output.mode ?? undefined,
    uri: output.uri ?? output.path ?? undefined,
    assetName: output.assetName ?? output.name ?? undefined,
    assetVersion: output.assetVersion ?? (output.version === undefined ? undefined : String(output.version)),
  };
}

/** The name that an id ends with, however it is spelled: `.../datastores/x`, `azureml:x`, `x`; empty for none. */
function nameIn(id: unknown): string {
  const last = String(id ?? '')
    .split('/')
    .filter(Boolean)
    .at(-1);
  return last?.replace(/^azureml:/, '') ?? '';
}

/** The name of a job's compute; `serverless` when there is no compute. */
export const computeName = (id: unknown): string => nameIn(id) || 'serverless';

/** The name of the datastore in a job's settings or ids; the workspace's default one when there is none. */
export const datastoreName = (setting: unknown): string => nameIn(setting) || 'workspaceblobstore';

/** Maps every value of a record; undefined and null records count as empty. */
export function mapValues<T, U>(record: Record<string, T> | null | undefined, map: (value: T, key: string) => U) {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, map(value, key)])) as Record<
    string,
    U
  >;
}
