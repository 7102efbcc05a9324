import { hasStatus } from '../../../lib/azure/failures.ts';
import { versionOf } from '../../../lib/azureml/model-choice.ts';
import { findModelVersion, type ModelVersion } from '../../../lib/azureml/models.ts';
import type { AssetRoot } from '../../../lib/azureml/resources.ts';
import { changeVersion } from '../../../lib/azureml/stage.ts';
import { isCopyOf } from '../../../lib/lineage/copied-model.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { dropClaims } from './claims.ts';
import { copyCodeToWorkspace, copyComponentToWorkspace } from './copy-component.ts';
import { copyAssetToRegistry, copyModelToRegistry } from './copy-to-registry.ts';
import { type CopySource, copyEnvironmentToWorkspace, copyModelToWorkspace } from './copy-to-workspace.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import type { Places } from './places.ts';
import type { Companion, Found, PromotionPlan } from './plan.ts';

/** Does what the plan says. Every step finds what an earlier try has done, so it can be cut off anywhere. */
export async function applyPromotion(
  plan: PromotionPlan,
  found: Found,
  places: Places,
  inputs: Inputs,
  ports: Ports,
): Promise<ModelVersion> {
  for (const companion of plan.companions) if (!companion.isPresent) await copyCompanion(companion, places, ports);
  const model = await copyModel(plan, found, places, inputs, ports);
  for (const { version, change, shown, isDone } of plan.transitions) {
    ports.pipeline.signal.throwIfAborted();
    if (isDone) continue;
    await changeVersion(places.last, found.hops.at(-1)?.name ?? inputs.modelName, version, change);
    if (version !== found.last.version) ports.pipeline.say(messages.SteppedDown, { version, change: shown });
    else if (change.stage !== undefined) ports.pipeline.say(messages.StageSet, { version, stage: change.stage });
  }
  return model;
}

async function copyCompanion(
  { kind, place, name, version }: Companion,
  { workspace, sourceRegistry, registry, second }: Places,
  ports: Ports,
): Promise<void> {
  ports.pipeline.signal.throwIfAborted();
  const asset = { kind, name, version };
  const from = sourceRegistry ?? workspace;
  if (registry && place === registry.label) return copyAssetToRegistry(asset, workspace, registry, ports);
  if (kind === 'codes') await copyCodeToWorkspace(asset, from, second!, ports);
  else if (kind === 'components') await copyComponentToWorkspace(asset, from, second!);
  else await copyEnvironmentToWorkspace(asset, from, second!);
  ports.pipeline.say(messages.CompanionCopied, { kind: kind.replace(/s$/, ''), name, version, place });
}

/** Copies the model from place to place. @returns the version in the last one */
async function copyModel(
  { copies }: PromotionPlan,
  { source, sourceGuid }: Found,
  { workspace, sourceRegistry, registry, second }: Places,
  { modelName, exclusiveTag }: Inputs,
  ports: Ports,
): Promise<ModelVersion> {
  let from: CopySource = {
    model: source,
    name: modelName,
    place: sourceRegistry ? { kind: 'registry', registry: sourceRegistry } : { kind: 'workspace', workspace },
    jobsIn: sourceRegistry ? undefined : workspace.path,
  };
  for (const { kind, place, name, version, present, isDone } of copies) {
    ports.pipeline.signal.throwIfAborted();
    const original = from;
    const root = kind === 'registry' ? registry! : second!;
    const copy = (): Promise<ModelVersion> =>
      kind === 'registry'
        ? copyModelToRegistry(original.model, original.name, workspace, registry!, { name, version }, ports)
        : copyModelToWorkspace(original, second!, { name, version, exclusiveTag }, ports);
    const copied =
      isDone && present
        ? present
        : await copy().catch((error) => copyAfterAll(root, name, version, original.model, sourceGuid, error));
    if (!isDone) ports.pipeline.say(messages.Copied, { name, version: versionOf(copied), place, id: copied.id });
    const model = kind === 'registry' ? await dropClaims(registry!, name, copied, source, exclusiveTag, ports) : copied;
    from = kind === 'registry' ? { ...from, model, name, place: { kind, registry: registry! } } : { ...from, model };
  }
  return from.model;
}

/** A write that was refused because its first attempt, whose answer was lost, had done it. @throws the error otherwise */
async function copyAfterAll(
  root: AssetRoot,
  name: string,
  version: string,
  original: ModelVersion,
  sourceGuid: string | undefined,
  error: unknown,
): Promise<ModelVersion> {
  if (!hasStatus(error, 400, 409)) throw error;
  const there = await findModelVersion(root, name, version);
  if (there && isCopyOf(there, original, sourceGuid)) return there;
  throw error;
}
