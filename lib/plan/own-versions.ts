import { find, path } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { PARALLEL } from './inspect.ts';
import { LATEST, type Plan } from './plan.ts';
import type { Replacement } from './replace.ts';

/** A container of versions (`GET data/{name}`). `latestVersion` is null for components. */
interface Container {
  properties: { latestVersion?: string | null; nextVersion?: string | null };
}

/**
 * The versions of what the plan itself makes and its file gives none: the next free one, which the container names, or the
 * newest one, which an environment without a version updates.
 * @param newest of an asset, undefined when it has no version
 */
export async function ownVersions(
  { steps, main }: Pick<Plan, 'steps' | 'main'>,
  workspace: Workspace,
  newest: (kind: string, name: string) => Promise<string | undefined>,
): Promise<Replacement[]> {
  const paths = [...steps.flatMap((step) => (step.kind === 'upload' ? [] : [step.request.path])), main.path];
  const open = [...new Set(paths)].filter((planned) => /\/versions\/@\w+$/.test(planned));
  return inParallel(open, PARALLEL, async (planned): Promise<Replacement> => {
    const [kind, name, , label] = planned.slice(workspace.path.length + 1).split('/') as [
      string,
      string,
      string,
      string,
    ];
    const known = label === LATEST ? await newest(kind, name) : undefined;
    return [planned, planned.replace(/@\w+$/, known ?? (await nextVersion(workspace, kind, name)))];
  });
}

/** Models and data count; components have times. Without a container this is the first version. */
async function nextVersion(workspace: Workspace, kind: string, name: string): Promise<string> {
  return (await container(workspace, kind, name))?.properties.nextVersion ?? '1';
}

/** The newest version of a data asset: lists come from an index that lags behind, the container does not. */
export async function latestOfContainer(workspace: Workspace, kind: string, name: string): Promise<string | undefined> {
  return (await container(workspace, kind, name))?.properties.latestVersion ?? undefined;
}

function container(workspace: Workspace, kind: string, name: string): Promise<Container | undefined> {
  return find<Container>(workspace, path(kind, name));
}
