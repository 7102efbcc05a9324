import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { compileFile } from '../../../lib/compiler/compile-file.ts';
import { fileKindOf } from '../../../lib/compiler/file-kind.ts';
import { type Override, parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { get, readYaml, textOf } from '../../../lib/compiler/yaml/yaml.ts';
import { UserError } from '../../../lib/core/errors.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import type { Inputs } from './inputs.ts';
import { ofInput } from './of-input.ts';

/** What the files say before they are compiled. */
export interface WrittenNames {
  endpoint: string;
  deployment: string | undefined;
}

/** The names of endpoint and deployment: inputs first, then the files. @throws UserError `InputMissing`, and for unreadable files */
export function writtenNames({ endpointName, endpointFile, deploymentFile, sourcesFolder }: Inputs): WrittenNames {
  const rootOf = (name: string, file: string | undefined) =>
    file === undefined ? undefined : ofInput(name, () => readYaml(file, sourcesFolder).root);
  const deployment = rootOf('deploymentFile', deploymentFile);
  const endpointRoot = rootOf('endpointFile', endpointFile);
  const endpoint = endpointName ?? textOf(get(endpointRoot, 'name')) ?? textOf(get(deployment, 'endpoint_name'));
  if (endpoint === undefined)
    throw new UserError({
      code: 'InputMissing',
      message: 'Neither the input endpointName nor the files name the endpoint.',
      fix: 'Fill in endpointName.',
    });
  // Azure ML writes names of endpoints in small letters (azure-ai-ml `Endpoint` does so itself).
  // A name that is not valid is reported as it was written.
  const name = /^[a-z0-9-]*$/i.test(endpoint) ? endpoint.toLowerCase() : endpoint;
  return { endpoint: name, deployment: textOf(get(deployment, 'name')) };
}

/** Compiles the endpoint's file, or one made from the inputs. */
export function compileEndpoint(workspace: Workspace, endpoint: string, inputs: Inputs, pipeline: Pipeline): Plan {
  const file =
    inputs.endpointFile ?? generated(inputs, 'endpoint.yml', { name: endpoint, ...GENERATED[inputs.endpointType] });
  return compile(
    file,
    workspace,
    [...inputs.endpointOverrides, ...overrides({ name: endpoint })],
    'endpoint',
    inputs,
    pipeline,
  );
}

/** Endpoints without a file of their own. Online ones take keys; batch ones know Entra ID alone. */
const GENERATED = {
  online: { auth_mode: 'key', public_network_access: 'enabled' },
  batch: { auth_mode: 'aad_token' },
};

/** Compiles the deployment's file, or one made from the inputs, under this name. */
export function compileDeployment(
  workspace: Workspace,
  { endpoint, deployment }: { endpoint: string; deployment: string },
  inputs: Inputs,
  pipeline: Pipeline,
  model: string | undefined,
): Plan {
  const { instanceType, instanceCount, deploymentFile } = inputs;
  const given = {
    name: deployment,
    endpoint_name: endpoint,
    ...(model === undefined ? {} : { model }),
    ...(instanceType === undefined ? {} : { instance_type: instanceType }),
    ...(instanceCount === undefined ? {} : { instance_count: instanceCount }),
  };
  const file =
    deploymentFile ?? generated(inputs, 'deployment.yml', { instance_count: '1', ...given, type: 'managed' });
  return compile(file, workspace, [...inputs.overrides, ...overrides(given)], 'deployment', inputs, pipeline);
}

function compile(
  file: string,
  workspace: Workspace,
  changes: Override[],
  what: 'endpoint' | 'deployment',
  inputs: Inputs,
  pipeline: Pipeline,
): Plan {
  requireKind(file, what, inputs);
  const { sourcesFolder } = inputs;
  const plan = compileFile({
    file,
    shownFrom: sourcesFolder,
    workspace: workspace.path,
    location: workspace.location,
    overrides: changes,
    jobName: '',
  });
  for (const { message, place } of plan.warnings) pipeline.warn(message, place);
  return plan;
}

/** @throws UserError `InputInvalid` for a file of something else */
function requireKind(file: string, what: 'endpoint' | 'deployment', { endpointType, sourcesFolder }: Inputs): void {
  const kind = fileKindOf(readYaml(file, sourcesFolder).root);
  if (kind.endsWith(`${endpointType} ${what}`)) return;
  throw new UserError({
    code: 'InputInvalid',
    message: `The input ${what}File names '${relative(sourcesFolder, file)}', which is of the kind ${kind}, not ${endpointType} ${what}.`,
    fix: 'Name another file, or change endpointType.',
  });
}

function overrides(values: Readonly<Record<string, string>>): Override[] {
  return parseOverrides(Object.entries(values).map(([name, value]) => `${name}=${value}`));
}

/** A file for what the inputs say alone, so that one compiler checks and describes it. */
function generated({ tempFolder }: Inputs, name: string, values: Readonly<Record<string, string>>): string {
  const path = join(tempFolder, name);
  const lines = Object.entries(values).map(
    ([field, value]) => `${field}: ${/^\d+$/.test(value) ? value : JSON.stringify(value)}\n`,
  );
  writeFileSync(path, lines.join(''));
  return path;
}
