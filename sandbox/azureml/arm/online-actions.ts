/** Keys and tokens of online endpoints. */
import { randomBytes } from 'node:crypto';
import type { Resource } from '../../contracts.ts';
import * as online from '../online/errors.ts';
import type { Call } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import { answerChange } from './operations.ts';
import { checkBody } from './shape.ts';
import { keyRequest } from './shapes/online.ts';

type OnlineCall = Call<WorkspaceContext>;
interface Keys {
  primaryKey: string;
  secondaryKey: string;
}

/** A token is valid for a day; after half of it clients ask for another one. */
const tokenSeconds = 24 * 60 * 60;

const pathOf = ({ params }: OnlineCall) => `onlineEndpointKeys/${params.endpoint}`;
const newKey = (): string => randomBytes(24).toString('base64url');

/** Stores the keys that were sent, and makes those that are missing. */
export function writeKeys(call: OnlineCall, given: Partial<Keys> | null | undefined): void {
  const { store } = call.context;
  const older = store.get(pathOf(call))?.properties;
  const primaryKey = given?.primaryKey ?? older?.primaryKey ?? newKey();
  const secondaryKey = given?.secondaryKey ?? older?.secondaryKey ?? newKey();
  store.put(pathOf(call), { properties: { primaryKey, secondaryKey } });
}

/** `POST listKeys`; an endpoint that has no keys answers nulls. */
export function listKeys(call: OnlineCall, { properties }: Resource): void {
  const keys = call.context.store.get(pathOf(call))?.properties;
  call.response.json(properties.authMode === 'Key' ? keys : { primaryKey: null, secondaryKey: null });
}

/** `POST token`: a token for scoring, with its times as numbers. */
export async function token(call: OnlineCall, { name, properties }: Resource): Promise<void> {
  if (properties.authMode !== 'AMLToken') throw online.noTokens(name, properties.authMode);
  const { tokens, online: part } = call.context;
  const now = Math.floor(Date.now() / 1000);
  const aud = part.tokenAudience(name);
  const accessToken = await tokens.issue({ aud, sub: `endpoint:${name}`, role: 'contributor', seconds: tokenSeconds });
  call.response.json({
    accessToken,
    tokenType: 'Bearer',
    expiryTimeUtc: now + tokenSeconds,
    refreshAfterTimeUtc: now + tokenSeconds / 2,
  });
}

type Begin = (call: OnlineCall, endpoint: Resource, status: string, work: () => void) => Resource;

/** `POST regenerateKeys`: an operation, at the end of which the key is another one. */
export function regenerateKeys(call: OnlineCall, begin: Begin): void {
  checkBody(keyRequest, call.request.body, call.at);
  const endpoint = call.context.store.get(call.path)!;
  if (endpoint.properties.authMode !== 'Key') throw online.noKeys(endpoint.name, endpoint.properties.authMode);
  if (call.context.operations.statusOf(call.path)) throw online.operationRunning(call.context.settings.workspaceName);
  const { keyType, keyValue } = call.request.body;
  const member = keyType.toLowerCase() === 'primary' ? 'primaryKey' : 'secondaryKey';
  // azure-ai-ml sends the key that there is, and wants another one.
  const isOld = !keyValue || keyValue === call.context.store.get(pathOf(call))?.properties[member];
  begin(call, endpoint, 'Updating', () => writeKeys(call, { [member]: isOld ? newKey() : keyValue }));
  answerChange(call, call.context.operations.latest(call.path)!);
}
