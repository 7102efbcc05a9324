import { versionOf } from '../../../lib/azureml/model-choice.ts';
import { formatBytes } from '../../../lib/core/duration.ts';
import { allOf } from '../../../lib/core/words.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayChoice } from '../../../lib/pipelines/say-choice.ts';
import { downloadFiles, partialPath } from '../../../lib/snapshot/download.ts';
import { localNames } from '../../../lib/snapshot/local-names.ts';
import { listModelFiles } from '../../../lib/snapshot/model-folder.ts';
import { findFiles } from './find-files.ts';
import { clean, reportOthers } from './folder.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { progressOf } from './progress.ts';

/** Finds the version, lists its files, and brings those that are not there yet. */
export async function run(inputs: Inputs, { pipeline, clock, connect }: Ports): Promise<Outcome> {
  const { target, modelName: model, folder, cleanFolder } = inputs;
  const workspace = await connect(target);
  const { model: found, files: source } = await findFiles(workspace, inputs, { pipeline, clock });
  const version = versionOf(found);
  const files = await listModelFiles(source.blobs, source.root, `${model}:${version}`);
  const names = localNames(
    files.map(({ name }) => name),
    process.platform,
  );
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
  const size = formatBytes(bytes);
  pipeline.say(messages.Found, { model, version, files: files.length, size, folder });
  sayChoice(inputs, pipeline);
  const renamed = names.filter(({ name, path }) => name !== path);
  if (renamed.length > 0)
    pipeline.warn(
      pipeline.message(messages.Renamed, {
        count: renamed.length,
        names: allOf(renamed.map(({ name, path }) => `${name}: ${path}`)),
      }),
    );
  const paths = names.map(({ path }) => path);
  const partials = files.map(({ blob }, i) => partialPath(paths[i]!, blob));
  if (cleanFolder) await clean(folder, [...paths, ...partials]);
  else await reportOthers(folder, paths, pipeline);
  const wanted = files.map(({ blob }, i) => ({ blob, path: paths[i]! }));
  const onProgress = progressOf(pipeline, clock);
  const { present, resumedBytes } = await downloadFiles(source.blobs, wanted, folder, {
    signal: pipeline.signal,
    onProgress,
  });
  if (resumedBytes > 0) pipeline.say(messages.Resumed, { size: formatBytes(resumedBytes) });
  pipeline.setOutput('modelName', model);
  pipeline.setOutput('modelVersion', version);
  pipeline.setOutput('modelId', found.id);
  pipeline.setOutput('modelPath', folder);
  pipeline.setOutput('fileCount', String(files.length));
  const done = { model, version, folder, files: files.length, size, present };
  return { result: 'Succeeded', message: pipeline.message(messages.Done, done) };
}
