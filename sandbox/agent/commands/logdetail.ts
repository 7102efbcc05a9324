/** `task.logdetail`: records below a step's own timeline record. */
import { parseTaskResult } from '../results.ts';
import type { Detail } from '../steps/state.ts';
import type { EventHandler } from './event.ts';

const guid = /^[{(]?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}[)}]?$/i;

function readState(text: string | undefined): Detail['state'] {
  return text === 'InProgress' || text === 'Completed' ? text : 'Pending';
}

export const logDetail: EventHandler = (state, { properties, data }) => {
  const id = properties.get('id')?.toLowerCase();
  if (!id || !guid.test(id))
    throw new Error("Can't parse or find the id of the ##vso[task.logdetail] command: it must be a GUID.");
  const parentId = properties.get('parentid')?.toLowerCase();
  if (parentId !== undefined && !state.details.has(parentId))
    throw new Error(`Parent record ${parentId} has not been logged by this step.`);
  let detail = state.details.get(id);
  if (!detail) {
    const [name, type] = [properties.get('name'), properties.get('type')];
    if (!name || !type)
      throw new Error('name and type are required for a new detail record in ##vso[task.logdetail] command.');
    detail = { id, name, type, state: 'InProgress', percent: 0, operation: '', ...(parentId ? { parentId } : {}) };
    state.details.set(id, detail);
  } else if (parentId !== undefined && parentId !== detail.parentId)
    throw new Error("The parent of a detail record can't be changed.");
  detail.name = properties.get('name') ?? detail.name;
  detail.type = properties.get('type') ?? detail.type;
  if (properties.has('state')) detail.state = readState(properties.get('state'));
  const percent = Number.parseInt(properties.get('progress') ?? '', 10);
  if (!Number.isNaN(percent)) detail.percent = Math.max(detail.percent, Math.min(100, Math.max(0, percent)));
  if (properties.has('result')) detail.result = parseTaskResult(properties.get('result')) ?? 'Succeeded';
  if (detail.state === 'Completed') detail.percent = 100;
  if (data !== '') detail.operation = data;
  const { devops } = state.job.run;
  devops.updateRecord({
    id,
    parentId: detail.parentId ?? state.recordId,
    name: detail.name,
    type: detail.type,
    state: { Pending: 'pending', InProgress: 'inProgress', Completed: 'completed' }[detail.state],
    ...(detail.result ? { result: detail.result[0]!.toLowerCase() + detail.result.slice(1) } : {}),
    percentComplete: detail.percent,
    currentOperation: detail.operation,
  });
};
