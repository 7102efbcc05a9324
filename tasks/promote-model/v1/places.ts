import { mayDo } from '../../../lib/azureml/permissions.ts';
import type { Registry } from '../../../lib/azureml/registries.ts';
import { getRegistry } from '../../../lib/azureml/registries.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { Companion } from './plan.ts';

/** Everything that a promotion reads from and writes to, opened. */
export interface Places {
  /** The workspace of the task, whose connection opens the registries. */
  workspace: Workspace;
  sourceRegistry: Registry | undefined;
  registry: Registry | undefined;
  /** The workspace to copy to, opened with its own connection. */
  second: Workspace | undefined;
  /** The workspace in which stages and tags change. */
  last: Workspace;
}

/** @throws UserError `WorkspaceNotFound`, `RegistryNotFound` and what a sign-in can fail with */
export async function openPlaces(inputs: Inputs, { connect }: Ports): Promise<Places> {
  const { target, second: secondTarget, sourceRegistryName, registryName } = inputs;
  const workspace = await connect(target);
  const second = secondTarget && (await connect(secondTarget));
  const open = (name: string | undefined) => (name === undefined ? undefined : getRegistry(workspace, name));
  return {
    workspace,
    sourceRegistry: await open(sourceRegistryName),
    registry: await open(registryName),
    second,
    last: second ?? workspace,
  };
}

const PROVIDER = 'Microsoft.MachineLearningServices';

/**
 * Checks that what a promotion writes may be written. Azure says what a connection may do; where it does not, the attempt shows it.
 * @throws UserError `Forbidden`
 */
export async function requirePermissions(
  { registry, second, last }: Places,
  inputs: Inputs,
  companions: readonly Companion[],
): Promise<void> {
  const changes =
    inputs.stage !== undefined || inputs.exclusiveTag !== undefined || Object.keys(inputs.tags).length > 0;
  if (registry) {
    const may = await mayDo(registry.client, registry.path, `${PROVIDER}/registries/assets/write`);
    if (may === false) throw mayNotWrite('models', registry.label, 'AzureML Registry User');
  }
  if (second || changes) {
    const may = await mayDo(last.client, last.path, `${PROVIDER}/workspaces/models/versions/write`);
    if (may === false) throw mayNotWrite('models', last.label, 'AzureML Data Scientist');
  }
  const kinds = new Set(
    companions.filter(({ place, isPresent }) => !isPresent && place === second?.label).map(({ kind }) => kind),
  );
  for (const kind of kinds) {
    const may = await mayDo(
      last.client,
      last.path,
      `${PROVIDER}/workspaces/${kind === 'environments' ? kind : `${kind}/versions`}/write`,
    );
    if (may === false) throw mayNotWrite(kind, last.label, 'AzureML Data Scientist');
  }
}

function mayNotWrite(what: string, place: string, role: string): UserError {
  return new UserError({
    code: 'Forbidden',
    message: fill(messages.MayNotWrite, { what, place }),
    fix: fill(messages.MayNotWriteFix, { role }),
  });
}
