import { STABLE } from '../azureml/api-versions.ts';
import type { Job } from '../azureml/jobs.ts';
import { armRequest, type Workspace } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { type UploadProgress, uploadFiles } from '../snapshot/upload.ts';
import { belowWorkspace, type InspectedPlan, PARALLEL, waves } from './inspect.ts';
import { CONTAINER, type PlannedRequest, type PlanStep } from './plan.ts';
import { type Datastores, markUploaded } from './storage.ts';

/** Hears what happens, step by step. */
export interface SubmissionListener {
  stepDone(step: PlanStep): void;
  uploading(step: PlanStep, progress: UploadProgress): void;
}

/** Uploads and creates what the plan says and is not there yet, then submits the job. */
export async function applyPlan(
  plan: InspectedPlan,
  workspace: Workspace,
  datastores: Datastores,
  listener: SubmissionListener,
  signal: AbortSignal,
): Promise<Job> {
  for (const wave of waves(plan)) {
    await inParallel(wave, PARALLEL, async (step) => {
      signal.throwIfAborted();
      await applyStep(step, workspace, datastores, listener);
      listener.stepDone(step);
    });
  }
  signal.throwIfAborted();
  // Once it is sent the job may start, so its answer is waited for a little even when the run is cancelled: then it is
  // known and can be cancelled.
  return put<Job>(workspace, plan.main, delayed(signal, ANSWER_WITHIN_MS));
}

/** Of the 10 seconds between the agent's first signal and its last. */
const ANSWER_WITHIN_MS = 5_000;

/** A signal that aborts some time after another one. */
function delayed(signal: AbortSignal, milliseconds: number): AbortSignal {
  const late = new AbortController();
  signal.addEventListener('abort', () => setTimeout(() => late.abort(signal.reason), milliseconds).unref(), {
    once: true,
  });
  return late.signal;
}

async function applyStep(
  step: PlanStep,
  workspace: Workspace,
  datastores: Datastores,
  listener: SubmissionListener,
): Promise<void> {
  switch (step.kind) {
    case 'code':
      return uploadCode(step, workspace, datastores, listener);
    case 'upload': {
      const container = await datastores.container(step.datastore);
      await uploadFiles(container, step.prefix, step.snapshot.files, (progress) => listener.uploading(step, progress));
      return markUploaded(step, container);
    }
    default: {
      const container = step.contextDatastore ? await datastores.containerUrl(step.contextDatastore) : '';
      await put(workspace, withContainer(step.request, container));
    }
  }
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
  workspace: Workspace,
  datastores: Datastores,
  listener: SubmissionListener,
): Promise<void> {
  const below = belowWorkspace(workspace, step.request.path);
  const pending = await workspace.client.send<PendingUpload>(
    armRequest(workspace, 'POST', `${below}/startPendingUpload`, STABLE, {
      body: { pendingUploadType: 'TemporaryBlobReference' },
    }),
  );
  const { blobUri, credential } = pending.body.blobReferenceForConsumption;
  const container = await datastores.signed(credential.sasUri ?? blobUri);
  await uploadFiles(container, step.prefix, step.snapshot.files, (progress) => listener.uploading(step, progress));
  await put(workspace, withContainer(step.request, blobUri));
}

async function put<T>(
  workspace: Workspace,
  { path, apiVersion, body, mlToken }: PlannedRequest,
  signal?: AbortSignal,
): Promise<T> {
  const headers: Record<string, string> = mlToken ? { 'x-azureml-token': await workspace.client.mlToken() } : {};
  const request = armRequest(workspace, 'PUT', belowWorkspace(workspace, path), apiVersion, { body, headers, signal });
  return (await workspace.client.send<T>(request)).body;
}

/** Puts the container's URL where the plan left room for it: in `codeUri` and `build.contextUri`, and nowhere else. */
export function withContainer(request: PlannedRequest, containerUrl: string): PlannedRequest {
  const { properties } = request.body as { properties: { codeUri?: string; build?: { contextUri?: string } } };
  const { codeUri, build } = properties;
  const filled = {
    ...(codeUri === undefined ? {} : { codeUri: codeUri.replace(CONTAINER, containerUrl) }),
    ...(build?.contextUri === undefined
      ? {}
      : { build: { ...build, contextUri: build.contextUri.replace(CONTAINER, containerUrl) } }),
  };
  return { ...request, body: { properties: { ...properties, ...filled } } };
}
