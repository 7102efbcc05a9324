import { compact } from '../../core/json.ts';
import type { CompileContext } from '../context.ts';
import { readLocalYaml } from '../local-files.ts';
import { compilePipelineJob, pipelineSettings } from '../pipeline/pipeline.ts';
import { compileInputs, jobInputs } from '../ports/inputs.ts';
import { describedProperties, isJobMapping } from '../ports/job-properties.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { computeId } from '../references.ts';
import { checkThen } from '../schema/check.ts';
import { pipelineJob } from '../schema/job.ts';
import { entriesOf, get, isNull, textOf, type YamlMap, type YamlNode } from '../yaml/yaml.ts';

/**
 * `create_job` of a schedule: a job's file, the name of a job (`azureml:name`), or one of them under `job` with fields
 * that replace the job's own. Undefined when it has problems, which are noted then.
 */
export function scheduledJob(context: CompileContext, root: YamlNode): Record<string, unknown> | undefined {
  const node = get(root, 'create_job')!;
  const job = node.kind === 'map' ? get(node, 'job') : node;
  const written = textOf(job);
  if (!job || written === undefined) return undefined; // reported by the schema
  const changes = node.kind === 'map' ? changesOf(node) : undefined;
  return /^azureml:/.test(written) || /^\/subscriptions\//i.test(written)
    ? jobByName(context, written, changes)
    : jobFromFile(context, job, changes);
}

function changesOf(node: YamlMap): YamlMap {
  return { ...node, entries: new Map([...node.entries].filter(([name]) => name !== 'job')) };
}

/** The definition is the named job's; the service copies it. */
function jobByName(context: CompileContext, written: string, changes: YamlMap | undefined): Record<string, unknown> {
  const name = written.replace(/^azureml:/, '');
  const sourceJobId = name.startsWith('/') ? name : `${context.builder.workspace}/jobs/${name}`;
  // Without an experiment's name the service would put the job into 'Default' instead of the source's own.
  if (!changes) return { jobType: 'Pipeline', sourceJobId, experimentName: '' };
  const { problems } = context.builder;
  const compute = get(changes, 'compute');
  if (textOf(get(changes, 'type')) !== 'pipeline')
    problems.push({
      message: "'create_job' changes fields of a job but is missing 'type: pipeline'.",
      place: changes.place,
    });
  const changed = (): Record<string, unknown> =>
    compact({
      ...describedProperties(changes),
      jobType: 'Pipeline',
      sourceJobId,
      computeId: compute && !isNull(compute) ? computeId(context.builder, compute, 'create_job.compute') : undefined,
      inputs: jobInputs(compileInputs(context, get(changes, 'inputs'), 'create_job.inputs')),
      outputs: jobOutputs(compileOutputs(context, get(changes, 'outputs'), 'create_job.outputs')),
      settings: pipelineSettings(context, get(changes, 'settings')),
    });
  return checkThen(changes, pipelineJob, 'create_job', problems, changed, {});
}

/** The job's file with the schedule's changes in it; paths stay relative to the job's file. */
function jobFromFile(
  context: CompileContext,
  node: YamlNode,
  changes: YamlMap | undefined,
): Record<string, unknown> | undefined {
  const { problems } = context.builder;
  const read = readLocalYaml(context, node, 'create_job');
  if (!read) return undefined;
  const root = changes && read.root.kind === 'map' ? merge(read.root, changes) : read.root;
  const type = textOf(get(root, 'type')) ?? 'command';
  if (root.kind === 'map' && type.toLowerCase() !== 'pipeline') {
    problems.push({
      message: `'create_job' must be a pipeline job, but is a ${type} job. Make it a step of a pipeline.`,
      place: node.place,
    });
    return undefined;
  }
  const job = { ...context, file: { ...read, root }, including: [...context.including, read.path] };
  const properties = isJobMapping(root, problems)
    ? checkThen(root, pipelineJob, '', problems, () => compilePipelineJob(job, root), {})
    : {};
  return { ...describedProperties(root), ...properties };
}

/** The mapping with the changes in it; mappings in both are merged, everything else is replaced. */
function merge(base: YamlMap, changes: YamlMap): YamlMap {
  const entries = new Map(base.entries);
  for (const [name, value, keyPlace] of entriesOf(changes)) {
    const own = get(base, name);
    entries.set(name, {
      keyPlace,
      value: own?.kind === 'map' && value.kind === 'map' ? merge(own, value) : value,
    });
  }
  return { ...base, entries };
}
