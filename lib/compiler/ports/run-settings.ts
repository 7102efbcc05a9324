import { isoDuration } from '../../core/duration.ts';
import { compact } from '../../core/json.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Words of YAML files and what the REST API calls them. */
const DISTRIBUTIONS: Record<string, string> = { pytorch: 'PyTorch', mpi: 'Mpi', tensorflow: 'TensorFlow', ray: 'Ray' };
const IDENTITIES: Record<string, string> = {
  user_identity: 'UserIdentity',
  user: 'UserIdentity',
  aml_token: 'AMLToken',
  managed: 'Managed',
  managed_identity: 'Managed',
};
const SERVICES: Record<string, string> = {
  ssh: 'SSH',
  tensor_board: 'TensorBoard',
  vs_code: 'VSCode',
  jupyter_lab: 'JupyterLab',
  custom: 'Custom',
};
const JOB_TIERS: Record<string, string> = {
  null: 'Null',
  spot: 'Spot',
  basic: 'Basic',
  standard: 'Standard',
  premium: 'Premium',
};
const PRIORITIES: Record<string, number> = { low: 1, medium: 2, high: 3 };
const EMAIL_EVENTS: Record<string, string> = {
  job_completed: 'JobCompleted',
  job_failed: 'JobFailed',
  job_cancelled: 'JobCancelled',
};

type Json = Record<string, unknown>;

function word(node: YamlNode | undefined, words: Record<string, string>): string | undefined {
  const written = textOf(node);
  return written === undefined ? undefined : (words[normalizeChoice(written)] ?? written);
}

export function wholeNumber(node: YamlNode | undefined): number | string | undefined {
  const written = textOf(node);
  if (written === undefined) return undefined;
  if (node?.kind === 'scalar' && Number.isInteger(node.value)) return node.value as number; // `2.0` too
  return /^[-+]?\d+$/.test(written) ? Number(written) : written; // a binding stays text
}

function isNumber(node: YamlNode): boolean {
  return /^[-+]?\d+$/.test(textOf(node) ?? '');
}

/** `tags` and `properties`: maps of text. */
export function textMap(node: YamlNode | undefined): Record<string, string> {
  return Object.fromEntries(
    entriesOf(node).flatMap(([name, value]) => (isNull(value) ? [] : [[name, textOf(value) ?? '']])),
  );
}

/** `resources` of a job: camelCase; `properties` is always there, as Azure ML's tools send it. */
export function jobResources(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const args = get(node, 'docker_args');
  const type = get(node, 'instance_type');
  return compact({
    instanceCount: wholeNumber(get(node, 'instance_count')),
    instanceType: type?.kind === 'list' ? type.items.map(textOf).join(',') : textOf(type),
    shmSize: textOf(get(node, 'shm_size')),
    ...(args?.kind === 'list' ? { dockerArgsList: jsonOf(args) } : { dockerArgs: textOf(args) }),
    locations: jsonOf(get(node, 'locations')),
    maxInstanceCount: wholeNumber(get(node, 'max_instance_count')),
    properties: resourceProperties(get(node, 'properties')),
  });
}

/** What the API calls otherwise: Singularity's settings (azure-ai-ml `Properties`). */
export function resourceProperties(node: YamlNode | undefined): Json {
  return Object.fromEntries(
    Object.entries((jsonOf(node) ?? {}) as Json).map(([name, value]) => [
      name.toLowerCase() === 'singularity' ? 'AISuperComputer' : name,
      value,
    ]),
  );
}

const DISTRIBUTED = new Set([
  'process_count_per_instance',
  'worker_count',
  'parameter_server_count',
  'port',
  'address',
  'include_dashboard',
  'dashboard_port',
  'head_node_additional_args',
  'worker_node_additional_args',
]);

/** `distribution` with the key of its kind: `distributionType` (jobs), `distribution_type` (nodes), `type` (components). */
export function distribution(node: YamlNode | undefined, casing: 'job' | 'node' | 'component'): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const type = normalizeChoice(textOf(get(node, 'type')) ?? '')
    .replace('py_torch', 'pytorch')
    .replace('tensor_flow', 'tensorflow');
  const values: Json = Object.fromEntries(
    entriesOf(node)
      .filter(([name, value]) => DISTRIBUTED.has(name) && !isNull(value))
      .map(([name, value]) => [name, isNumber(value) ? wholeNumber(value) : jsonOf(value)]),
  );
  // What Azure ML's tools fill in: no parameter servers.
  if (type === 'tensorflow' && values.parameter_server_count === undefined) values.parameter_server_count = 0;
  if (casing === 'component') return { type, ...values };
  // Steps have the API's own names for what is Ray's alone.
  if (casing === 'node')
    return { distribution_type: DISTRIBUTIONS[type] ?? type, ...(type === 'ray' ? camelKeys(values) : values) };
  return { distributionType: DISTRIBUTIONS[type] ?? type, ...camelKeys(values) };
}

/** `limits` of a command: seconds become an ISO-8601 duration. */
export function commandLimits(node: YamlNode | undefined, casing: 'job' | 'node'): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const timeout = wholeNumber(get(node, 'timeout'));
  return compact({
    [casing === 'job' ? 'jobLimitsType' : 'job_limits_type']: 'Command',
    // Azure ML's tools take 0 for "not set".
    timeout: typeof timeout === 'number' ? (timeout > 0 ? isoDuration(timeout) : undefined) : timeout,
  });
}

/** `identity` of a job. */
export function jobIdentity(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  return compact({
    identityType: word(get(node, 'type'), IDENTITIES),
    clientId: textOf(get(node, 'client_id')),
    objectId: textOf(get(node, 'object_id')),
    resourceId: textOf(get(node, 'msi_resource_id')),
  });
}

export function jobServices(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  return Object.fromEntries(
    entriesOf(node).map(([name, service]) => {
      const properties = {
        ...textMap(get(service, 'properties')),
        ...compact({
          logDir: textOf(get(service, 'log_dir')),
          sshPublicKeys: textOf(get(service, 'ssh_public_keys')),
        }),
      };
      return [
        name,
        compact({
          jobServiceType: word(get(service, 'type') ?? get(service, 'job_service_type'), SERVICES) ?? 'SSH',
          nodes: textOf(get(service, 'nodes')) === 'all' ? { nodesValueType: 'All' } : undefined,
          port: wholeNumber(get(service, 'port')),
          endpoint: textOf(get(service, 'endpoint')),
          properties: Object.keys(properties).length > 0 ? properties : undefined,
        }),
      ];
    }),
  );
}

export function jobQueueSettings(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const priority = textOf(get(node, 'priority'));
  return compact({
    jobTier: word(get(node, 'job_tier'), JOB_TIERS),
    priority: priority === undefined ? undefined : PRIORITIES[normalizeChoice(priority)],
  });
}

export function notificationSetting(node: YamlNode | undefined): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const events = get(node, 'email_on');
  return compact({
    emailOn: events?.kind === 'list' ? events.items.map((event) => word(event, EMAIL_EVENTS)) : undefined,
    emails: jsonOf(get(node, 'emails')),
  });
}

/** The object with its own keys in camel case; values stay. */
export function camelKeys(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      item,
    ]),
  );
}
