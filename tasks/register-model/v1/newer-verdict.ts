import type { ModelProperties, ModelVersion } from '../../../lib/azureml/models.ts';
import { changeTags } from '../../../lib/azureml/tags.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import {
  outweighs,
  pickVerdictTags,
  VERDICT_TAGS,
  verdictOf,
  withoutVerdictTags,
} from '../../../lib/lineage/verdict-tags.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/**
 * A version that an earlier try registered, whose job was judged again since: it gets that verdict, as it would if it were
 * registered now. One that was judged itself after that keeps its own, and so does one whose own verdict outweighs it.
 */
export async function bringNewerVerdict(
  workspace: Workspace,
  own: ModelVersion,
  { tags }: ModelProperties,
  { modelName, whatIf }: Inputs,
  pipeline: Pipeline,
): Promise<void> {
  const newer = pickVerdictTags(tags);
  const verdict = verdictOf(newer);
  const present = pickVerdictTags(own.properties.tags);
  const timeOf = (given: Record<string, string>): string => given[VERDICT_TAGS.judgedAt] ?? '';
  if (verdict === undefined || timeOf(newer) <= timeOf(present) || outweighs(present, newer)) return;
  const values = { model: modelName, version: own.name, verdict };
  if (whatIf) return pipeline.say(messages.WouldBringVerdict, values);
  await changeTags(workspace, ['models', modelName, 'versions', own.name], (tagsNow) => ({
    ...withoutVerdictTags(tagsNow),
    ...newer,
  }));
  pipeline.say(messages.VerdictBrought, values);
}
