import { compact } from '../../core/json.ts';
import { type PlannedRequest, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { textMap } from '../ports/run-settings.ts';
import { mapOrEmpty } from '../values.ts';
import { get, textOf, type YamlNode } from '../yaml/yaml.ts';
import { compileMonitor } from './monitor.ts';
import { scheduledJob } from './schedule-job.ts';
import { compileTrigger } from './schedule-trigger.ts';

/** A schedule of a job: `PUT schedules/{name}`. The job's code, environments and components are planned as steps. */
export function compileJobSchedule(context: CompileContext, root: YamlNode): PlannedRequest {
  const trigger = triggerOf(context, root);
  const action = { actionType: 'CreateJob', jobDefinition: scheduledJob(context, root) };
  return schedule(context, root, trigger, action);
}

/** A schedule of a monitor: `PUT schedules/{name}`. */
export function compileMonitorSchedule(context: CompileContext, root: YamlNode): PlannedRequest {
  const trigger = triggerOf(context, root);
  const action = { actionType: 'CreateMonitor', monitorDefinition: compileMonitor(context, root) };
  return schedule(context, root, trigger, action);
}

function triggerOf({ builder }: CompileContext, root: YamlNode): Record<string, unknown> {
  return compileTrigger(get(root, 'trigger')!, builder.problems, builder.warnings);
}

function schedule(
  context: CompileContext,
  root: YamlNode,
  trigger: Record<string, unknown>,
  action: Record<string, unknown>,
): PlannedRequest {
  const { workspace } = context.builder;
  return putRequest(
    `${workspace}/schedules/${textOf(get(root, 'name'))}`,
    compact({
      displayName: textOf(get(root, 'display_name')),
      description: textOf(get(root, 'description')),
      tags: mapOrEmpty(get(root, 'tags')),
      properties: textMap(get(root, 'properties')),
      trigger,
      action,
    }),
  );
}
