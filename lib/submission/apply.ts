import type { TokenCredential } from '@azure/core-auth';
import { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { hasStatus } from '../azure/failures.ts';
import { STABLE } from '../azureml/api-versions.ts';
import { type BlobDatastore, getBlobDatastore } from '../azureml/datastores.ts';
import type { Job } from '../azureml/jobs.ts';
import { armRequest, type Workspace } from '../azureml/workspace.ts';
import { type UploadProgress, uploadFiles } from '../snapshot/upload.ts';
import { CONTAINER, type PlannedRequest, type PlanStep, type SubmissionPlan } from '../spec/plan.ts';

/** Hears what happens, step by step. */
export interface SubmissionListener {
  /** `reused`: it was there already, so nothing was sent. */
  stepDone(step: PlanStep, outcome: 'created' | 'reused'): void;
  uploading(step: PlanStep, progress: UploadProgress): void;
  /** A secret that must not be seen: signatures and keys of storage. */
  secret(value: string): void;
}

/** Uploads and creates what the plan says, in its order, then submits the job. */
export async function applyPlan(
  plan: SubmissionPlan,
  workspace: Workspace,
  listener: SubmissionListener,
  signal: AbortSignal,
): Promise<Job> {
  const datastores = new Map<string, Promise<BlobDatastore>>();
  const datastore = (name: string): Promise<BlobDatastore> => {
    const known = datastores.get(name) ?? getBlobDatastore(workspace, name);
    datastores.set(name, known);
    return known;
  };
  for (const step of plan.steps) {
    signal.throwIfAborted();
    listener.stepDone(step, await applyStep(step, workspace, listener, datastore));
  }
  signal.throwIfAborted();
  return put<Job>(workspace, plan.job);
}

async function applyStep(
  step: PlanStep,
  workspace: Workspace,
  listener: SubmissionListener,
  datastore: (name: string) => Promise<BlobDatastore>,
): Promise<'created' | 'reused'> {
  switch (step.kind) {
    case 'code':
      return uploadCode(step, workspace, listener);
    case 'upload': {
      const target = await datastore(step.datastore);
      if (target.secret.kind === 'accountKey') listener.secret(target.secret.key);
      if (target.secret.kind === 'sas') listener.secret(target.secret.token);
      return uploadData(step, openContainer(target, workspace.client.credential), listener);
    }
    default: {
      if (await isThere(workspace, step.request.path)) return 'reused';
      const container = step.contextDatastore ? (await datastore(step.contextDatastore)).containerUrl : '';
      await put(workspace, withContainer(step.request, container));
      return 'created';
    }
  }
}

type CodeStep = Extract<PlanStep, { kind: 'code' }>;
type UploadStep = Extract<PlanStep, { kind: 'upload' }>;

interface PendingUpload {
  blobReferenceForConsumption: { blobUri: string; credential: { sasUri?: string } };
}

/**
 * Code goes to a container that the service opens for it: `POST {version}/startPendingUpload`, the blobs, then the `PUT`,
 * at which the service compares the hash. The asset is named after its content, so one that is there is the same code.
 */
async function uploadCode(
  step: CodeStep,
  workspace: Workspace,
  listener: SubmissionListener,
): Promise<'created' | 'reused'> {
  if (await isThere(workspace, step.request.path)) return 'reused';
  const below = belowWorkspace(workspace, step.request.path);
  const pending = await workspace.client.send<PendingUpload>(
    armRequest(workspace, 'POST', `${below}/startPendingUpload`, STABLE, {
      body: { pendingUploadType: 'TemporaryBlobReference' },
    }),
  );
  const { blobUri, credential } = pending.body.blobReferenceForConsumption;
  const sasUri = credential.sasUri ?? blobUri;
  listener.secret(new URL(sasUri).searchParams.get('sig') ?? '');
  const container = new ContainerClient(sasUri, new AnonymousCredential());
  await uploadFiles(container, step.prefix, step.snapshot.files, (progress) => listener.uploading(step, progress));
  await put(workspace, withContainer(step.request, blobUri));
  return 'created';
}

/** Metadata of the first blob that says that an upload is complete (azure-ai-ml `_blob_storage_helper`). */
const COMPLETED = { upload_status: 'completed' };

async function uploadData(
  step: UploadStep,
  container: ContainerClient,
  listener: SubmissionListener,
): Promise<'created' | 'reused'> {
  const first = [...step.snapshot.files].sort((a, b) => (a.path < b.path ? -1 : 1))[0]!;
  const indicator = container.getBlockBlobClient(step.prefix + first.name);
  const found = await indicator.getProperties().catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) return undefined;
    throw error;
  });
  if (found?.metadata?.upload_status === COMPLETED.upload_status) return 'reused';
  await uploadFiles(container, step.prefix, step.snapshot.files, (progress) => listener.uploading(step, progress));
  await indicator.setMetadata(COMPLETED);
  return 'created';
}

function openContainer(
  { containerUrl, accountName, secret }: BlobDatastore,
  identity: TokenCredential,
): ContainerClient {
  switch (secret.kind) {
    case 'accountKey':
      return new ContainerClient(containerUrl, new StorageSharedKeyCredential(accountName, secret.key));
    case 'sas':
      return new ContainerClient(`${containerUrl}?${secret.token.replace(/^\?/, '')}`, new AnonymousCredential());
    case 'identity': // the connection's own, which needs the role Storage Blob Data Contributor
      return new ContainerClient(containerUrl, identity);
  }
}

async function isThere(workspace: Workspace, path: string): Promise<boolean> {
  try {
    await workspace.client.send(armRequest(workspace, 'GET', belowWorkspace(workspace, path), STABLE));
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

async function put<T>(workspace: Workspace, { path, apiVersion, body, mlToken }: PlannedRequest): Promise<T> {
  const headers: Record<string, string> = mlToken ? { 'x-azureml-token': await workspace.client.mlToken() } : {};
  const request = armRequest(workspace, 'PUT', belowWorkspace(workspace, path), apiVersion, { body, headers });
  return (await workspace.client.send<T>(request)).body;
}

function belowWorkspace(workspace: Workspace, path: string): string {
  return path.slice(workspace.path.length + 1);
}

/** Puts the container's URL where the plan left room for it. */
export function withContainer(request: PlannedRequest, containerUrl: string): PlannedRequest {
  return { ...request, body: JSON.parse(JSON.stringify(request.body).split(CONTAINER).join(containerUrl)) as unknown };
}
