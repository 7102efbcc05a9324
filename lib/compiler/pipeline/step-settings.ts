import { compact, compactOrNothing } from '../../core/json.ts';
import { jobIdentity, jobQueueSettings, jobServices, resourceProperties, wholeNumber } from '../ports/run-settings.ts';
import { get, isNull, jsonOf, type YamlNode } from '../yaml/yaml.ts';

type Json = Record<string, unknown>;

/** `resources` of a step: as written, but for what the API calls otherwise. */
export function nodeResources(node: YamlNode | undefined): Json | undefined {
  const written = writtenResources(node);
  if (!written) return undefined;
  const { docker_args, max_instance_count: maxInstanceCount, ...rest } = written;
  const args = Array.isArray(docker_args) ? { docker_args_list: docker_args } : { docker_args };
  return compactOrNothing({ ...rest, ...args, maxInstanceCount });
}

function writtenResources(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const json = jsonOf(node) as Json;
  return {
    ...json,
    ...compact({
      instance_count: wholeNumber(get(node, 'instance_count')),
      max_instance_count: wholeNumber(get(node, 'max_instance_count')),
      properties: isNull(get(node, 'properties')) ? undefined : resourceProperties(get(node, 'properties')),
    }),
  };
}

const COMPONENT_RESOURCES = [
  'instance_count',
  'instance_type',
  'shm_size',
  'docker_args',
  'locations',
  'max_instance_count',
];

/** `resources` of a component, which have no `properties`: those are the step's. */
export function componentResources(node: YamlNode | undefined): Json | undefined {
  return compactOrNothing(
    Object.fromEntries(
      Object.entries(writtenResources(node) ?? {}).filter(([name]) => COMPONENT_RESOURCES.includes(name)),
    ),
  );
}

/** `identity` of a step. */
export function nodeIdentity(node: YamlNode | undefined): Json | undefined {
  return snakeKeys(jobIdentity(node));
}

/** `services` of a step; their `properties` keep the camel case of jobs. */
export function nodeServices(node: YamlNode | undefined): Json | undefined {
  const services = jobServices(node);
  if (!services) return undefined;
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const { nodes, ...rest } = service as Json;
      return [name, { ...snakeKeys(rest), ...(nodes ? { nodes: snakeKeys(nodes as Json) } : {}) }];
    }),
  );
}

/** `queue_settings` of a step. */
export function nodeQueueSettings(node: YamlNode | undefined): Json | undefined {
  return snakeKeys(jobQueueSettings(node));
}

function snakeKeys(value: Json | undefined): Json | undefined {
  return (
    value &&
    Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        item,
      ]),
    )
  );
}
