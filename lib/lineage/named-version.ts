import { getChosenModel, listVersionsWith, type VersionChoice, versionOf } from '../azureml/model-choice.ts';
import type { ModelVersion } from '../azureml/models.ts';
import type { AssetRoot } from '../azureml/resources.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { allOf } from '../core/words.ts';
import { messages } from './messages.ts';
import { isOfRun } from './model-lineage.ts';
import type { PipelineRun } from './pipeline-run.ts';

/** Which version is meant: as it is written, or, where nothing is written, the one that this pipeline run registered. */
export type NamedVersion = VersionChoice | { kind: 'ofRun' };

/**
 * The version that is meant. Without a name it is never the newest one: somebody else may have registered that.
 * @throws UserError `ModelVersionUnnamed` when this run registered none of the model's versions, or several; `ModelNotFound`
 */
export async function getNamedVersion(
  root: AssetRoot,
  model: string,
  named: NamedVersion,
  run: PipelineRun,
): Promise<ModelVersion> {
  if (named.kind !== 'ofRun') return getChosenModel(root, model, named);
  const own = run.id === '' ? [] : await listVersionsWith(root, model, (version) => isOfRun(version, run));
  const [first] = own;
  if (first && own.length === 1) return first;
  throw new UserError({
    code: 'ModelVersionUnnamed',
    message: first
      ? fill(messages.VersionsOfRun, { model, place: root.label, versions: allOf(own.map(versionOf).reverse()) })
      : fill(messages.VersionUnnamed, { model, place: root.label }),
    fix: fill(messages.VersionUnnamedFix),
  });
}
