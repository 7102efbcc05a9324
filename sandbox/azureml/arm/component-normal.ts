/** Specifications of components as the service keeps them. */
import { createHash } from 'node:crypto';

type Json = Record<string, any>;

/** Booleans and numbers are text; Python's words for booleans. */
function asText(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
}

/**
 * Data inputs say whether they are optional, and all inputs of a pipeline; other inputs only when the client did. Those without a
 * default come first.
 */
function inputsOf(inputs: Json, isPipeline: boolean): Json {
  const entries = Object.entries(inputs as Record<string, Json>).map(([name, { type, optional, ...port }]) => {
    const isData = /^(uri_|mltable|.*_model$)/.test(String(type));
    const shown = optional ?? (isData || isPipeline ? false : undefined);
    return [name, { type, ...(shown !== undefined && { optional: shown }), ...port }] as const;
  });
  const hasDefault = ([, port]: (typeof entries)[number]) => 'default' in port;
  return Object.fromEntries([...entries.filter((entry) => !hasDefault(entry)), ...entries.filter(hasDefault)]);
}

/** `azureml:AzureML-X:33`, a curated environment, is one of the registry `azureml`. */
const curated = (environment: unknown): unknown =>
  typeof environment === 'string'
    ? environment.replace(
        /^azureml:(AzureML-[^:@/]+):([^:/]+)$/,
        'azureml://registries/azureml/environments/$1/versions/$2',
      )
    : environment;

/** The specification with what the service fills in and without what it drops. */
export function normalSpec(given: Json, name: string, version: string): Json {
  const { _source, $schema, inputs, is_deterministic: deterministic, environment, resources, ...spec } = given;
  const isCommand = given.type === 'command';
  const isPipeline = given.type === 'pipeline';
  const members = {
    ...($schema && { $schema }),
    ...spec,
    name: given.name ?? name,
    version: given.version ?? version,
    is_deterministic: deterministic ?? !isPipeline,
    ...(inputs && { inputs: inputsOf(inputs, isPipeline) }),
    ...(environment !== undefined && { environment: curated(environment) }),
    ...(isCommand ? { resources: { instance_count: 1, ...resources } } : resources && { resources }),
  };
  // The steps of a pipeline are for the service alone: no answer has them, and they are as they were sent.
  const { jobs, ...rest } = members as Json;
  return { ...(asText(rest) as Json), ...(jobs && { jobs }) };
}

/** The specification as answers show it. */
export const shownSpec = ({ jobs: _jobs, sourceJobId: _source, ...spec }: Json): Json => spec;

const ordered = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, item]) => [key, ordered(item)]),
      );

/** Same for anonymous components of equal content and name: the service finds them again by it. */
export function contentKey({ version: _version, ...spec }: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(spec)))
    .digest('hex');
}
