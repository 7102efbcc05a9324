import type { AzureClient, AzureRequest } from '../azure/client.ts';
import { hasStatus } from '../azure/failures.ts';
import { type OperationPorts, sendAndFollow } from '../azure/operations.ts';
import { requestTo } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { type Clock, delayed } from '../core/clock.ts';
import { inParallel } from '../core/parallel.ts';
import { type UploadProgress, uploadFiles } from '../snapshot/upload.ts';
import { belowWorkspace, type InspectedPlan, PARALLEL, read, waves } from './inspect.ts';
import { CONTAINER, isAnonymousComponent, type PlannedRequest, type PlanStep } from './plan.ts';
import { type Replacement, replaceInBody } from './replace.ts';
import { type Datastores, markUploaded } from './storage.ts';

/** Hears what happens, step by step. */
export interface PlanListener {
  stepDone(step: PlanStep): void;
  uploading(step: PlanStep, progress: UploadProgress): void;
  /** The main request is sent now: from here on what it makes may exist. */
  sending(): void;
}

/** What applying a plan needs beside the workspace. */
export interface ApplyPorts {
  datastores: Datastores;
  tell: PlanListener;
  clock: Clock;
  signal: AbortSignal;
  /** Sends the main request and follows what it starts; `sendAndFollow` unless given. */
  send?: <T>(client: AzureClient, request: AzureRequest, ports: OperationPorts) => Promise<T>;
}

/** What the steps of a plan share while it is applied. */
interface Applying extends ApplyPorts {
  workspace: Workspace;
  /** Planned ids that the service replaced by its own. */
  ids: Replacement[];
}

/**
 * Uploads and creates what the plan says and is not there yet, then sends the main request and follows the operation that
 * it may start. Ids come from the answers: the service gives anonymous components versions of its own, found again by
 * content and name, and later bodies (enclosing components, the job, a schedule, a deployment) have to use those.
 * @returns what the main request made, or what is there already, as the service describes it
 */
export async function applyPlan<T extends object>(
  plan: InspectedPlan,
  workspace: Workspace,
  ports: ApplyPorts,
): Promise<T> {
  const { datastores, tell, clock, signal, send = sendAndFollow } = ports;
  const applying: Applying = { ...ports, workspace, ids: [] };
  for (const wave of waves(plan)) {
    await inParallel(wave, PARALLEL, async (step) => {
      signal.throwIfAborted();
      await applyStep(step, applying);
      tell.stepDone(step);
    });
  }
  signal.throwIfAborted();
  const present = plan.mainAction === 'reuse' ? await read<T>(workspace, plan.main) : undefined;
  if (present) return present;
  const container = plan.contextDatastore ? await datastores.containerUrl(plan.contextDatastore) : '';
  const main = withContainer(withIds(plan.main, applying), container);
  // Once it is sent a job may start, so its answer is waited for a little even when the run is cancelled: then it is
  // known and can be cancelled.
  const request = await putRequestOf(workspace, main, { signal: delayed(signal, ANSWER_WITHIN_MS), lastTry: signal });
  tell.sending();
  return send<T>(workspace.client, request, { clock, signal });
}

/** Of the 10 seconds between the agent's first signal and its last. */
const ANSWER_WITHIN_MS = 5_000;

async function applyStep(step: PlanStep, applying: Applying): Promise<void> {
  const { workspace, datastores, tell, ids } = applying;
  if (step.kind === 'upload') {
    const container = await datastores.container(step.datastore);
    await uploadFiles(container, step.prefix, step.snapshot.files, (progress) => tell.uploading(step, progress));
    return markUploaded(step, container);
  }
  const { path } = step.request;
  const { id } = (await createVersion(step, applying).catch((error) => versionAfterAll(step, workspace, error))) ?? {};
  if (id && id.toLowerCase() !== path.toLowerCase()) ids.push([path, id]);
}

/** A version of an asset as the service answers it, as far as it is read here. */
interface Version {
  id?: string;
}

async function createVersion(step: Exclude<PlanStep, { kind: 'upload' }>, applying: Applying): Promise<Version> {
  const { workspace, datastores } = applying;
  if (step.kind === 'code') return uploadCode(step, applying);
  const container = step.contextDatastore ? await datastores.containerUrl(step.contextDatastore) : '';
  return put(workspace, withContainer(withIds(step.request, applying), container));
}

/**
 * A refused version that is there all the same: the first request was accepted, but its answer was lost and it was sent
 * again; or another run was faster. That holds for what is named after its content, where one name is one thing.
 * @throws the error, unless the version is there
 */
async function versionAfterAll(
  step: Exclude<PlanStep, { kind: 'upload' }>,
  workspace: Workspace,
  error: unknown,
): Promise<Version> {
  const { path, body } = step.request;
  const { isAnonymous } = (body as { properties: { isAnonymous?: boolean } }).properties;
  const isNamedByContent = isAnonymous === true && !isAnonymousComponent(path);
  if (!isNamedByContent || !hasStatus(error, 400, 409)) throw error;
  const found = await read<Version>(workspace, step.request);
  if (!found) throw error;
  return found;
}

interface PendingUpload {
  blobReferenceForConsumption: { blobUri: string; credential: { sasUri?: string } };
}

/**
 * Code goes to a container that the service opens for it: `POST {version}/startPendingUpload`, the blobs, then the `PUT`,
 * at which the service compares the hash.
 */
async function uploadCode(
  step: Extract<PlanStep, { kind: 'code' }>,
  { workspace, datastores, tell }: Applying,
): Promise<Version> {
  const below = belowWorkspace(workspace, step.request.path);
  const pending = await workspace.client.send<PendingUpload>(
    requestTo(workspace, 'POST', `${below}/startPendingUpload`, {
      body: { pendingUploadType: 'TemporaryBlobReference' },
      repeatable: true,
    }),
  );
  const { blobUri, credential } = pending.body.blobReferenceForConsumption;
  const container = await datastores.signed(credential.sasUri ?? blobUri);
  await uploadFiles(container, step.prefix, step.snapshot.files, (progress) => tell.uploading(step, progress));
  return put(workspace, withContainer(step.request, blobUri));
}

async function put(workspace: Workspace, planned: PlannedRequest): Promise<Version> {
  return (await workspace.client.send<Version>(await putRequestOf(workspace, planned))).body;
}

async function putRequestOf(
  workspace: Workspace,
  { path, apiVersion, body, mlToken }: PlannedRequest,
  signals: Pick<AzureRequest, 'signal' | 'lastTry'> = {},
): Promise<AzureRequest> {
  const headers: Record<string, string> = mlToken ? { 'x-azureml-token': await workspace.client.mlToken() } : {};
  return requestTo(workspace, 'PUT', belowWorkspace(workspace, path), { apiVersion, body, headers, ...signals });
}

function withIds(request: PlannedRequest, { ids }: Applying): PlannedRequest {
  return { ...request, body: replaceInBody(request.body, ids) };
}

/** Puts the container's URL where the plan left room for it: in `codeUri` and `build.contextUri`, and nowhere else. */
export function withContainer(request: PlannedRequest, containerUrl: string): PlannedRequest {
  const { properties, ...rest } = request.body as {
    properties: { codeUri?: string; build?: { contextUri?: string } };
  };
  const { codeUri, build } = properties;
  const filled = {
    ...(codeUri === undefined ? {} : { codeUri: codeUri.replace(CONTAINER, containerUrl) }),
    ...(build?.contextUri === undefined
      ? {}
      : { build: { ...build, contextUri: build.contextUri.replace(CONTAINER, containerUrl) } }),
  };
  return { ...request, body: { ...rest, properties: { ...properties, ...filled } } };
}
