import { parseAssetId } from '../azureml/asset-ids.ts';
import { FIRST_STAGE, stageOf } from '../azureml/model-choice.ts';
import { findModelVersion, findNewestModelVersion, type ModelVersion } from '../azureml/models.ts';
import { openRegistry } from '../azureml/registries.ts';
import type { AssetRoot } from '../azureml/resources.ts';
import { assetPage } from '../azureml/studio-pages.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import type { Lineage } from './lineage.ts';
import { factsOfModel, madeByRun } from './model-lineage.ts';
import { originalOf } from './original-of.ts';
import { recordedRun } from './recorded-run.ts';
import { PREFIX } from './stamp.ts';
import { type By, traceJob } from './trace-job.ts';
import { traceRun } from './trace-run.ts';
import type { Walk } from './walk.ts';

/** Which model is meant, and where it is; without a place: in the workspace. */
export interface ModelReference {
  name: string;
  version?: string;
  registry?: string;
  workspace?: string;
}

/** Id of a model's node: the same for every spelling of its id. */
export function modelNodeId({ name, registry }: ModelReference, version: string, ws: Workspace): string {
  return registry ? `model:${registry}/${name}:${version}` : `model:${ws.ids.workspaceName}/${name}:${version}`;
}

/**
 * A model version: the version that it is a copy of, the run that registered it and the job that made it.
 * @returns the id of its node, and whether there is such a model
 */
export async function traceModel(
  walk: Walk,
  reference: ModelReference,
  by?: By,
): Promise<{ id: string; model: ModelVersion | undefined }> {
  const { trace, devops } = walk;
  const { name, registry } = reference;
  const from = by?.from ?? '';
  const place = await trace.attempt(from, `the model ${name}`, () => placeOf(walk, reference));
  const ws = place?.ws ?? walk.ws;
  const what = `version ${reference.version ?? ''} of the model ${name}`.replace(
    'version  of',
    'the newest version of',
  );
  const model = place && (await trace.attempt(from, what, () => findIn(place.root, reference)));
  // A registry's version is named after the model.
  const version = reference.version ?? (model && (parseAssetId(model.id)?.version ?? model.name)) ?? '?';
  const id = modelNodeId(reference, version, ws);
  const recorded = model?.properties.properties ?? {};
  const isNew = trace.add(
    {
      kind: 'model',
      id,
      title: `${name} version ${version}`,
      link: registry ? undefined : assetPage(ws, 'models', name, version),
      facts: {
        model: name,
        version,
        modelId: model?.id ?? '',
        registry: registry ?? '',
        modelUri: model?.properties.modelUri ?? '',
        description: model?.properties.description ?? '',
        stage: chosenStage(model),
      },
    },
    by,
  );
  if (place && !model) trace.missing(id, what, `it does not exist in ${place.root.label}, or was deleted`);
  if (!isNew || !model) return { id, model };
  if (await traceOriginal(walk, model, id)) return { id, model };
  const run = recordedRun(recorded);
  if (run) await traceRun(devops, run, { from: id, relation: 'registeredBy' }, trace);
  else
    trace.missing(id, 'the run that registered it', 'the model does not name one, so it was registered by other means');
  await traceMaker(walk, ws, model, id);
  return { id, model };
}

/** The stage that somebody has set; `Development` is what the service says of every other version. */
function chosenStage(model: ModelVersion | undefined): string {
  const stage = model ? stageOf(model) : '';
  return stage === FIRST_STAGE ? '' : stage;
}

/** The version that a copy was made from. @returns false when it can't be read, so that the copy's own record counts */
async function traceOriginal(walk: Walk, copy: ModelVersion, id: string): Promise<boolean> {
  const original = originalOf(copy, walk.ws);
  if (original === undefined) return false;
  if (typeof original === 'string') {
    walk.trace.missing(id, 'the version that it was copied from', `'${original}' does not say where that is`);
    return false;
  }
  const { id: found, model } = await traceModel(walk, original, { from: id, relation: 'copiedFrom' });
  if (!isCopiedFrom(walk.trace.lineage, found, id)) return model !== undefined;
  const why = found === id ? 'it names itself' : 'it names a version that was copied from this one';
  walk.trace.missing(id, 'the version that it was copied from', `${why}, so its own record counts`);
  return false;
}

/** True when a version was copied from another one, by way of others too: then it can't be what that one was copied from. */
function isCopiedFrom({ links }: Lineage, copy: string, original: string): boolean {
  const above = new Set([copy]);
  for (const id of above)
    for (const { from, to, relation } of links) if (from === id && relation === 'copiedFrom') above.add(to);
  return above.has(original);
}

/** The job that made a model, or the step of it. */
async function traceMaker(walk: Walk, ws: Workspace, model: ModelVersion, id: string): Promise<void> {
  const { trace } = walk;
  const made = madeByRun(model);
  if (!made) {
    trace.missing(id, 'the job that made it', 'the model does not name one; it was made from files');
    return;
  }
  const facts = factsOfModel(model);
  const home = await trace.attempt(id, `the workspace of the job ${made.job}`, () =>
    walk.workspaceAt(model.properties.properties?.[`${PREFIX}workspace`] ?? ws.path),
  );
  if (!home) return;
  const by = { from: id, relation: 'madeBy', ...(facts.step ? { detail: facts.step } : {}) } as const;
  await traceJob(walk, home, made.run, by, facts);
  // A trial or a step is only the last hand: the job above it has the data and the run that submitted it.
  if (made.run !== made.job && !trace.lineage.nodes.some((node) => node.id === `job:${made.job}`))
    await traceJob(walk, home, made.job, { from: `job:${made.run}`, relation: 'partOf' }, facts);
}

interface ModelPlace {
  root: AssetRoot;
  /** The workspace whose pages and jobs go with it. */
  ws: Workspace;
}

async function placeOf(walk: Walk, { registry, workspace }: ModelReference): Promise<ModelPlace> {
  if (!registry) {
    const ws = await walk.workspaceAt(workspace);
    return { root: ws, ws };
  }
  const root = await openRegistry(walk.ws, registry);
  if (root) return { root, ws: walk.ws };
  throw new UserError({
    code: 'RegistryNotFound',
    message: `There is no registry '${registry}', or the service connection may not use it.`,
    fix: "Check the registry's name, and give the connection's application the role AzureML Registry User on it.",
  });
}

function findIn(root: AssetRoot, { name, version }: ModelReference): Promise<ModelVersion | undefined> {
  return version ? findModelVersion(root, name, version) : findNewestModelVersion(root, name);
}
