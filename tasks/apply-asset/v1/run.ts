import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { planRequests } from '../../../lib/plan/show.ts';
import { createDatastores } from '../../../lib/plan/storage.ts';
import { type Applied, appliedOf, applyFile, sayApplied } from './apply.ts';
import { compileAssets } from './compile.ts';
import type { Inputs } from './inputs.ts';
import { type FileChange, inspectFiles, requireNoConflict, showChanges } from './inspect.ts';
import { messages } from './messages.ts';

/** Checks all files, shows how what they describe differs from what there is, then creates and updates. */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const files = compileAssets(inputs);
  for (const { message, place } of files.flatMap(({ plan }) => plan.warnings)) pipeline.warn(message, place);
  const workspace = await connect(inputs.target);
  pipeline.say(messages.Connected, { workspace: workspace.ids.workspaceName, region: workspace.location });
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret), pipeline.signal);
  const found = await inspectFiles(files, workspace, datastores);
  showChanges(found, pipeline);
  requireNoConflict(found);
  if (inputs.whatIf) return showOnly(found, pipeline);
  const applied: Applied[] = [];
  for (const [i, file] of found.entries()) {
    pipeline.signal.throwIfAborted();
    pipeline.progress((100 * i) / found.length, file.file);
    const made = await applyFile(file, workspace, datastores, ports);
    if (made.action !== 'unchanged') sayApplied(made, pipeline);
    applied.push(made);
  }
  const counts = report(applied, pipeline);
  if (counts.unchanged < applied.length)
    return { result: 'Succeeded', message: pipeline.message(messages.Done, counts) };
  return { result: 'Succeeded', message: pipeline.message(messages.Unchanged, { count: applied.length }) };
}

function showOnly(found: readonly FileChange[], pipeline: Pipeline): Outcome {
  const requests = found.flatMap(({ change }) => (change.action === 'unchanged' ? [] : planRequests(change.plan)));
  pipeline.say(messages.WhatIf);
  for (const { title, body } of requests)
    pipeline.group(title, body === undefined ? [] : JSON.stringify(body, null, 2).split('\n'));
  pipeline.say(messages.WhatIfFile, { path: pipeline.attach('what-if.json', JSON.stringify({ requests }, null, 2)) });
  const planned = found.map(({ file, change }) => appliedOf(file, change, change.plan.main.path));
  return { result: 'Succeeded', message: pipeline.message(messages.WhatIfDone, report(planned, pipeline)) };
}

/** Sets the outputs: name and version of the last file's asset, which others refer to least, and all of them as JSON. */
function report(applied: readonly Applied[], pipeline: Pipeline) {
  const { name, version, id, action } = applied.at(-1)!;
  pipeline.setOutput('name', name);
  pipeline.setOutput('version', version);
  pipeline.setOutput('id', id);
  pipeline.setOutput('action', action);
  pipeline.setOutput('assets', JSON.stringify(applied));
  const count = (wanted: Applied['action']): number => applied.filter((one) => one.action === wanted).length;
  return { created: count('create'), updated: count('update'), unchanged: count('unchanged') };
}
