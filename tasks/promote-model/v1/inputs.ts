import { parseVersionChoice } from '../../../lib/azureml/model-choice.ts';
import { parseModelVersion } from '../../../lib/azureml/models.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { type FilledMessage, fill } from '../../../lib/core/message.ts';
import { oneOf } from '../../../lib/core/words.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import {
  flag,
  optional,
  optionallyParsed,
  pairs,
  parsed,
  required,
  requireSet,
} from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { readSecondTarget } from '../../../lib/pipelines/second-target.ts';
import { messages } from './messages.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  // A gate may read these tags, so they must be what was meant.
  requireSet('tags', inputs.text('tags') ?? '');
  const target = readAzureTarget(inputs);
  const second = readSecondTarget(inputs, target);
  const modelName = required(inputs, 'modelName');
  const read = {
    target,
    /** The workspace to copy to. */
    second,
    /** The registry that has the model, in place of the workspace. */
    sourceRegistryName: optional(inputs, 'sourceRegistryName'),
    /** The registry to copy to. */
    registryName: optional(inputs, 'registryName'),
    modelName,
    version: optionallyParsed(inputs, 'modelVersion', parseVersionChoice) ?? ({ kind: 'ofRun' } as const),
    targetModelName: optional(inputs, 'targetModelName') ?? modelName,
    targetModelVersion: optionallyParsed(inputs, 'targetModelVersion', parseModelVersion),
    stage: optional(inputs, 'stage'),
    previousStage: optional(inputs, 'previousStage') ?? 'Archived',
    tags: pairs(inputs, 'tags'),
    exclusiveTag: optionallyParsed(inputs, 'exclusiveTag', parseTag),
    requireVerdict: parsed(inputs, 'requireVerdict', parseVerdicts, ''),
    environments: parsed(inputs, 'environments', parseAssets, 'auto'),
    components: parsed(inputs, 'components', parseAssets, ''),
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
  };
  checkTogether(read);
  return read;
}

/** Verdicts of the gate, with commas or spaces between them. */
function parseVerdicts(text: string): Verdict[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const verdict = VERDICTS.find((one) => one.toLowerCase() === word.toLowerCase());
      if (verdict !== undefined) return verdict;
      throw new UserError({
        code: 'InputInvalid',
        message: fill(messages.VerdictInvalid, { text: word, allowed: oneOf(VERDICTS) }),
        fix: fill(messages.VerdictInvalidFix),
      });
    });
}

const VERDICTS = ['pass', 'noBaseline', 'fail'] as const;
type Verdict = (typeof VERDICTS)[number];

/** A tag that one version has at a time. */
function parseTag(text: string): { name: string; value: string } {
  const [, name, value] = /^([^=\s][^=]*?)\s*=\s*(.*)$/.exec(text) ?? [];
  if (name !== undefined && value) return { name, value };
  throw new UserError({
    code: 'InputInvalid',
    message: fill(messages.TagInvalid, { text }),
    fix: fill(messages.TagInvalidFix),
  });
}

/** Versions of assets, one `name:version` per line; `auto` for those that the lineage of the model names. */
function parseAssets(text: string): 'auto' | { name: string; version: string }[] {
  if (text.trim().toLowerCase() === 'auto') return 'auto';
  const lines = text.split(/[\r\n,]+/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, version] = /^(?:azureml:)?([\w.-]+):([\w.-]+)$/.exec(line) ?? [];
      if (name !== undefined && version !== undefined) return { name, version };
      throw new UserError({
        code: 'InputInvalid',
        message: fill(messages.AssetInvalid, { text: line }),
        fix: fill(messages.AssetInvalidFix),
      });
    });
}

type Read = Pick<Inputs, 'second' | 'sourceRegistryName' | 'registryName' | 'stage' | 'exclusiveTag' | 'components'> &
  Pick<Inputs, 'tags' | 'previousStage'>;

/** @throws UserError `InputInvalid` */
function checkTogether({
  second,
  sourceRegistryName,
  registryName,
  stage,
  exclusiveTag,
  components,
  tags,
  previousStage,
}: Read): void {
  const refuse = (message: FilledMessage, fix = fill(messages.TogetherFix)): never => {
    throw new UserError({ code: 'InputInvalid', message, fix });
  };
  if (sourceRegistryName !== undefined && registryName !== undefined) refuse(fill(messages.TwoRegistries));
  if (sourceRegistryName !== undefined && second === undefined) refuse(fill(messages.RegistryWithoutWorkspace));
  if (stage !== undefined && stage.toLowerCase() === previousStage.toLowerCase())
    refuse(fill(messages.StageTwice, { stage }), fill(messages.StageTwiceFix));
  const isInRegistry = registryName !== undefined && second === undefined;
  if (isInRegistry && (stage !== undefined || exclusiveTag !== undefined || Object.keys(tags).length > 0))
    refuse(fill(messages.StageOfRegistry));
  const isCopied = registryName !== undefined || second !== undefined;
  if (!isCopied && (components === 'auto' || components.length > 0)) refuse(fill(messages.ComponentsNeedTarget));
  const hasNothing = registryName === undefined && second === undefined && stage === undefined;
  if (hasNothing && exclusiveTag === undefined && Object.keys(tags).length === 0) refuse(fill(messages.NothingToDo));
}
