/** The environment of a task's process (agent: Handler.cs). */
import { delimiter } from 'node:path';
import type { ServiceConnection } from '../contracts.ts';
import { environmentName, type Variables } from './variables.ts';

export interface EnvironmentSource {
  /** The agent's own environment. */
  agent: Record<string, string | undefined>;
  /** `env:` of the step, macros expanded. */
  stepEnv: Map<string, string>;
  variables: Variables;
  inputs: Map<string, string>;
  connections: readonly ServiceConnection[];
  system: { url: string; accessToken: string };
  taskVariables: Variables;
  paths: readonly string[];
}

function addVariables(environment: Record<string, string>, variables: Variables): void {
  const [open, secret] = [[] as string[], [] as string[]];
  for (const variable of variables.list()) {
    const name = environmentName(variable.name, variable.preserveCase);
    (variable.secret ? secret : open).push(variable.name);
    environment[variable.secret ? `SECRET_${name}` : name] = variable.value;
    if (variable.name.toLowerCase() === 'agent.jobstatus') environment['agent.jobstatus'] = variable.value;
  }
  environment.VSTS_PUBLIC_VARIABLES = JSON.stringify(open);
  environment.VSTS_SECRET_VARIABLES = JSON.stringify(secret);
}

interface Endpoint {
  key: string;
  url: string;
  scheme: string;
  parameters: Record<string, string>;
  /** Only endpoints with a real id have data. */
  data?: Record<string, string>;
}

function addEndpoint(environment: Record<string, string>, { key, url, scheme, parameters, data }: Endpoint): void {
  environment[`ENDPOINT_URL_${key}`] = url;
  environment[`ENDPOINT_AUTH_${key}`] = JSON.stringify({ parameters, scheme });
  environment[`ENDPOINT_AUTH_SCHEME_${key}`] = scheme;
  for (const [name, value] of Object.entries(parameters))
    environment[`ENDPOINT_AUTH_PARAMETER_${key}_${environmentName(name)}`] = value;
  if (!data) return;
  environment[`ENDPOINT_DATA_${key}`] = JSON.stringify(data);
  for (const [name, value] of Object.entries(data))
    environment[`ENDPOINT_DATA_${key}_${environmentName(name)}`] = value;
}

/**
 * Later parts win: agent, `env:`, variables, inputs, endpoints, task variables, PATH. So a pipeline variable beats an
 * `env:` entry of the same name, as on the real agent.
 */
export function taskEnvironment(source: EnvironmentSource): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(source.agent)) if (value !== undefined) environment[name] = value;
  for (const [name, value] of source.stepEnv) environment[name] = value;
  addVariables(environment, source.variables);
  for (const [name, value] of source.inputs) environment[`INPUT_${environmentName(name)}`] = value;
  addEndpoint(environment, {
    key: 'SYSTEMVSSCONNECTION',
    url: source.system.url,
    scheme: 'OAuth',
    parameters: { AccessToken: source.system.accessToken },
  });
  for (const { id, url, scheme, parameters, data } of source.connections)
    addEndpoint(environment, { key: id.toLowerCase(), url, scheme, parameters, data });
  for (const variable of source.taskVariables.list())
    environment[`VSTS_TASKVARIABLE_${environmentName(variable.name, variable.preserveCase)}`] = variable.value;
  if (source.paths.length > 0) environment.PATH = [...source.paths, environment.PATH ?? ''].join(delimiter);
  environment.TF_BUILD = 'True';
  return environment;
}

/**
 * What a shell sees that a script task starts: the task's library has taken inputs, secrets and authorizations out of the
 * environment and keeps them to itself.
 */
export function scriptEnvironment(environment: Record<string, string>): Record<string, string> {
  const hidden =
    /^(INPUT_|ENDPOINT_AUTH_|SECUREFILE_TICKET_|SECRET_|VSTS_TASKVARIABLE_|VSTS_PUBLIC_VARIABLES$|VSTS_SECRET_VARIABLES$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !hidden.test(name)));
}
