/**
 * PATCH of a job: its webhooks, nothing else (`PartialJobBase` of the specification). Names of members are read in any
 * case: Microsoft's article writes them in Pascal case.
 */
import type { Resource, Webhook } from '../../contracts.ts';
import type { Call, Draft } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import { endedStatuses } from './operations.ts';
import { type Check, mapOf, object, oneOf, only, text, union } from './shape.ts';
import * as versions from './versions.ts';

type Json = Record<string, unknown>;

const lowerFirst = (name: string): string => name[0]!.toLowerCase() + name.slice(1);
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members in camel case, but for the names that the caller chose for webhooks. */
function camelCased(value: unknown, parent = ''): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const own = parent === 'webhooks' || name === '' ? name : lowerFirst(name);
      return [own, camelCased(item, parent === 'webhooks' ? '' : own)];
    }),
  );
}

const plan = ['planUri', 'projectId', 'hubName', 'planId', 'jobId', 'timelineId', 'taskInstanceId', 'authToken'];
const webhook = union('webhookType', {
  AzureDevOps: [{}, { eventType: oneOf('RunTerminated'), ...Object.fromEntries(plan.map((name) => [name, text])) }],
});
const body = object({
  properties: object(
    {},
    { notificationSetting: only(versions.notificationSetting, object({}, { webhooks: mapOf(webhook) })) },
    'PartialJobBase',
  ),
});

/** Form of the body. */
export const jobPatch: Check = (value, at) => body(camelCased(value), at);

/** The job with the webhooks of the request; what the plan's members say stays with the part that reports. */
export function patchedJob({ context, name }: Call<WorkspaceContext>, sent: Json, older: Resource): Draft {
  const { properties } = camelCased(sent) as {
    properties: { notificationSetting?: { webhooks?: Record<string, Json> } };
  };
  const given = Object.entries(properties.notificationSetting?.webhooks ?? {});
  // That a job which has ended is not reported any more is an assumption (docs/fidelity.md).
  if (!endedStatuses.includes(older.properties.status))
    for (const [key, hook] of given) if (hook) context.notifications.add(name, key, hook as unknown as Webhook);
  const shown = given.map(([key, hook]) => [key, hook && { eventType: hook.eventType, webhookType: 'AzureDevOps' }]);
  const setting = older.properties.notificationSetting ?? { emailOn: null, emails: null };
  const webhooks = { ...setting.webhooks, ...Object.fromEntries(shown) };
  return { ...older, properties: { ...older.properties, notificationSetting: { ...setting, webhooks } } };
}
