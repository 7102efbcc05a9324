/** Steps that need not run again: the same component with the same inputs has already run to its end. */
import { createHash } from 'node:crypto';
import type { RunRecord } from '../history/run.ts';
import { type Engine, setStatus } from './lifecycle.ts';
import type { PlannedNode } from './pipeline-plan.ts';
import type { CommandSpec } from './spec.ts';

const isNo = (value: unknown): boolean => String(value).toLowerCase() === 'false';

/**
 * Same for steps that do the same: command, code, environment, resolved inputs and where outputs go. Undefined of a component
 * that is not deterministic, which always runs.
 */
export function reuseKey({ component }: PlannedNode, spec: CommandSpec): string | undefined {
  if (isNo(component.is_deterministic)) return undefined;
  const {
    name: _name,
    version: _version,
    display_name: _display,
    description: _text,
    tags: _tags,
    ...content
  } = component;
  return createHash('sha256')
    .update(JSON.stringify([content, spec]))
    .digest('hex');
}

/** The run that did the work already; the newest one, when there are several. */
export const earlierRun = ({ store }: Engine, key: string): RunRecord | undefined =>
  store.list().findLast((run) => run.reuseKey === key && run.status === 'Completed' && !run.reusedRunId);

/** What the earlier run's tags say of the cluster. */
const computeStatus = ({ tags }: RunRecord): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([name]) => name.startsWith('_aml_system_')));

/** Ends the step as the service ends reused ones: Completed after no time, with the names of the run that did the work. */
export function reuse(engine: Engine, step: RunRecord, earlier: RunRecord): void {
  const { 'azureml.DatasetAccessMode': _mode, 'azureml.moduleFamilyId': _family, ...own } = step.properties;
  step.reusedRunId = earlier.runId;
  step.properties = {
    'azureml.isreused': 'true',
    'azureml.reusedrunid': earlier.runId,
    'azureml.reusednodeid': earlier.properties['azureml.nodeid'] ?? '',
    'azureml.reusedpipeline': earlier.rootRunId,
    'azureml.reusedpipelinerunid': earlier.properties['azureml.pipelinerunid'] ?? earlier.rootRunId,
    ...own,
    ProcessInfoFile: earlier.properties.ProcessInfoFile ?? '',
    ProcessStatusFile: earlier.properties.ProcessStatusFile ?? '',
  };
  step.tags = { ...computeStatus(earlier), ...step.tags };
  step.startTimeUtc = new Date().toISOString();
  setStatus(engine, step, 'Completed');
}
