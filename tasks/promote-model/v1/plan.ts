import type { AssetKind } from '../../../lib/azureml/ids.ts';
import { isIn, stageOf, versionOf } from '../../../lib/azureml/model-choice.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { isChanged, type VersionChange } from '../../../lib/azureml/stage.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import type { Table } from '../../../lib/core/table.ts';
import { oneOf } from '../../../lib/core/words.ts';
import { isCopyOf } from '../../../lib/lineage/copied-model.ts';
import { stepId } from '../../../lib/lineage/pipeline-run.ts';
import { verdictOf } from '../../../lib/lineage/verdict-tags.ts';
import { claimsOf } from './claims.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { RUN_TAG } from './run-tag.ts';
import { versionTaken } from './taken.ts';

/** Where a version goes, and what is there. */
export interface Hop {
  kind: 'registry' | 'workspace';
  /** `the registry 'r'` */
  place: string;
  name: string;
  version: string;
  /** What has this name and version there. */
  present: ModelVersion | undefined;
}

/** An environment or component that goes along, or the code of a component. */
export interface Companion {
  kind: AssetKind;
  place: string;
  name: string;
  version: string;
  isPresent: boolean;
}

/** A change of a version in the last workspace. */
export interface Transition {
  version: string;
  change: VersionChange;
  /** `stage Production -> Archived, tag champion removed` */
  shown: string;
  isDone: boolean;
}

/** What there is, before anything is written. */
export interface Found {
  source: ModelVersion;
  sourcePlace: string;
  /** Of the workspace that the source is in. */
  sourceGuid: string | undefined;
  hops: Hop[];
  companions: Companion[];
  /** Versions, in the last workspace, that have the stage or the exclusive tag now. */
  holders: ModelVersion[];
  /** Name of the model in the last workspace, and the version that gets the stage, when it is there. */
  last: { version: string; model: ModelVersion | undefined };
}

/** A copy to be made, and what one that is there claims to be in place of the original. */
export interface Copy extends Hop {
  isDone: boolean;
  claims: string[];
}

export interface PromotionPlan {
  companions: Companion[];
  copies: Copy[];
  /** The new holder first, so that there is a version in the stage at every moment. */
  transitions: Transition[];
}

/**
 * What is to be done, in its order.
 * @throws UserError `VersionTaken` when something else has the name and version there
 */
export function planPromotion(found: Found, inputs: Inputs): PromotionPlan {
  // A copy in the target is one of the registry's copy, or of the original.
  const originals: ModelVersion[] = [found.source];
  const copies = found.hops.map((hop) => {
    const { present } = hop;
    const isDone = present !== undefined && originals.some((one) => isCopyOf(present, one, found.sourceGuid));
    if (present && !isDone) throw versionTaken(hop, found.source.id);
    if (present) originals.push(present);
    const claims = present && hop.kind === 'registry' ? claimsOf(present, found.source, inputs.exclusiveTag) : [];
    return { ...hop, isDone, claims };
  });
  return { companions: found.companions, copies, transitions: transitionsOf(found, inputs) };
}

function transitionsOf({ holders, last }: Found, inputs: Inputs): Transition[] {
  const { stage, previousStage, tags, exclusiveTag } = inputs;
  if (stage === undefined && exclusiveTag === undefined && Object.keys(tags).length === 0) return [];
  const ownTags = {
    ...tags,
    ...(stage === undefined ? {} : { [STAGE_TAG]: stage }),
    ...(movesOn(inputs) ? { [RUN_TAG]: stepId(inputs.run) } : {}),
    ...(exclusiveTag === undefined ? {} : { [exclusiveTag.name]: exclusiveTag.value }),
  };
  const own = { stage, tags: ownTags };
  const rest = holders
    .filter((model) => versionOf(model) !== last.version)
    .map((model): Transition => {
      const leaves = stage !== undefined && isIn(model, stage);
      const loses = exclusiveTag !== undefined && model.properties.tags?.[exclusiveTag.name] === exclusiveTag.value;
      const change: VersionChange = {
        stage: leaves ? previousStage : undefined,
        tags: leaves ? { [STAGE_TAG]: previousStage } : NO_TAGS,
        removedTags: [...(loses ? [exclusiveTag.name] : []), ...(leaves ? [RUN_TAG] : [])],
      };
      return transition(model, versionOf(model), change);
    });
  return [transition(last.model, last.version, own), ...rest];
}

/** For those that read tags: MLflow's clients and the gate. */
const STAGE_TAG = 'stage';

/** True when the version leaves the stage by which it is chosen. */
export function movesOn({ second, version, stage }: Pick<Inputs, 'second' | 'version' | 'stage'>): boolean {
  return second === undefined && version?.kind === 'stage' && stage !== undefined;
}

const NO_TAGS: Readonly<Record<string, string>> = {};

function transition(model: ModelVersion | undefined, version: string, change: VersionChange): Transition {
  const { stage, tags, removedTags = [] } = change;
  const shown = [
    ...(stage === undefined ? [] : [`stage ${(model && stageOf(model)) || '(none)'} -> ${stage}`]),
    ...Object.entries(tags)
      .filter(([name]) => name !== STAGE_TAG && name !== RUN_TAG)
      .map(([name, value]) => `tag ${name}=${value}`),
    ...removedTags.filter((name) => name !== RUN_TAG).map((name) => `tag ${name} removed`),
  ].join(', ');
  return { version, change, shown, isDone: model !== undefined && isChanged(model, change) };
}

/** The plan, one row per thing. */
export function promotionTable({ companions, copies, transitions }: PromotionPlan, model: string): Table {
  const rows = [
    ...companions.map(({ kind, place, name, version, isPresent }) => [
      kind.replace(/s$/, ''),
      `${name}:${version}`,
      place,
      isPresent ? 'exists' : 'copy',
    ]),
    ...copies.map(({ name, version, place, isDone, claims }) => [
      'model',
      `${name}:${version}`,
      claims.length > 0 ? `${place}, without ${claims.join(', ')}` : place,
      claims.length > 0 ? 'change' : isDone ? 'exists' : 'copy',
    ]),
    ...transitions.map(({ version, shown, isDone }) => [
      'model',
      `${model}:${version}`,
      shown,
      isDone ? 'done' : 'change',
    ]),
  ];
  return {
    columns: ['#', 'What', 'Name', 'Where', 'Action'],
    rows: rows.map((row, i) => [String(i + 1), ...row]),
    right: [0],
  };
}

/** How many changes the plan makes. */
export function changesOf({ companions, copies, transitions }: PromotionPlan): number {
  return [
    ...companions.map(({ isPresent }) => isPresent),
    ...copies.map(({ isDone, claims }) => isDone && claims.length === 0),
    ...transitions.map(({ isDone }) => isDone),
  ].filter((isDone) => !isDone).length;
}

/** @throws UserError `VerdictRequired` when the gate's verdict is another one, or there is none */
export function requireVerdict(source: ModelVersion, { requireVerdict: allowed, modelName: model }: Inputs): void {
  if (allowed.length === 0) return;
  const verdict = verdictOf(source.properties.tags);
  if (verdict !== undefined && allowed.includes(verdict)) return;
  const values = { model, version: versionOf(source), allowed: oneOf(allowed) };
  throw new UserError({
    code: 'VerdictRequired',
    message:
      verdict === undefined
        ? fill(messages.VerdictMissing, values)
        : fill(messages.VerdictOther, { ...values, verdict }),
    fix: verdict === 'noBaseline' ? fill(messages.VerdictFirstFix) : fill(messages.VerdictFix),
  });
}
