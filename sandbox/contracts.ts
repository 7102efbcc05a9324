/**
 * The contracts between the sandbox's parts. Each part (identity, azureml, devops, agent) is built against these
 * interfaces and meets the others only in `sandbox.ts`.
 */

import type { Online } from './online-contract.ts';

/** An Azure Resource Manager resource as `GET` answers it. */
export interface Resource {
  id: string;
  name: string;
  type: string;
  location?: string;
  tags?: Record<string, string>;
  identity?: Record<string, unknown>;
  sku?: Record<string, unknown>;
  kind?: string;
  etag?: string | null;
  properties: Record<string, any>;
  systemData?: {
    createdAt: string;
    createdBy: string;
    createdByType: string;
    lastModifiedAt: string;
    lastModifiedBy?: string;
    lastModifiedByType?: string;
  };
}

/** What names the one workspace of the sandbox. */
export interface WorkspaceSettings {
  tenantId: string;
  subscriptionId: string;
  resourceGroup: string;
  workspaceName: string;
  /** GUID, as in `azureml://locations/{location}/workspaces/{workspaceId}/...`. */
  workspaceId: string;
  location: string;
}

/** The resources below the workspace, by their path relative to it: `jobs/x`, `components/c/versions/1`. */
export interface ResourceStore {
  get(path: string): Resource | undefined;
  /** Stores the resource at its path, keeps `systemData.createdAt` of an older one, and returns what is stored. */
  put(path: string, resource: Pick<Resource, 'properties'> & Partial<Resource>, caller?: string): Resource;
  delete(path: string): boolean;
  /** Direct children of a collection (`jobs`, `components/c/versions`), oldest first. */
  list(collection: string): Resource[];
}

/** One container (or a folder in it) of the workspace's storage account. */
export interface BlobLocation {
  container: string;
  /** Path in the container without leading slash; may name a blob or a folder. */
  path: string;
}

/** Blob storage, served by Azurite under `https://{account}.blob.core.localhost:{port}`. */
export interface Blobs {
  accountName: string;
  /** `https://{account}.blob.core.localhost:{port}` */
  accountUrl: string;
  ensureContainer(container: string): Promise<void>;
  /** Uploads a file or a folder's content to the location. */
  upload(localPath: string, to: BlobLocation): Promise<void>;
  /** Downloads a blob to `localPath`, or every blob below the folder into the folder `localPath`; returns how many. */
  download(from: BlobLocation, localPath: string): Promise<number>;
  write(to: BlobLocation, content: string | Buffer): Promise<void>;
  /** Appends to an append blob (created when missing); for live logs. */
  append(to: BlobLocation, content: string | Buffer): Promise<void>;
  read(from: BlobLocation): Promise<Buffer | undefined>;
  /** Blob names below the folder, relative to the container. */
  list(folder: BlobLocation): Promise<{ path: string; size: number }[]>;
  /** URL with a SAS for reading one blob. */
  readUrl(at: BlobLocation, minutes?: number): string;
  /** URL of the container with a SAS for create, write, read and list. */
  containerUploadUrl(container: string, minutes?: number): string;
  /** Where a URI points: blob URLs of this account, `azureml://datastores/...` (short and long), data asset ids. */
  locate(uri: string): BlobLocation | undefined;
}

/** Claims of a token that the sandbox issued. */
export interface TokenClaims {
  aud: string;
  sub: string;
  appid?: string;
  tid: string;
  /** `contributor` may do everything, `reader` is refused (403) every write. */
  role?: 'contributor' | 'reader';
  exp: number;
}

/** Issues and checks the sandbox's tokens (RS256 JWTs under its own key). */
export interface Tokens {
  issuer: string;
  issue(claims: {
    aud: string;
    sub: string;
    appid?: string;
    role?: TokenClaims['role'];
    seconds?: number;
    issuer?: string;
  }): Promise<string>;
  /** The claims of a valid token; throws when the signature, the issuer or the expiry is wrong. */
  verify(token: string): Promise<TokenClaims>;
  jwks(): Promise<object>;
}

/** Where Azure ML reports the end of a job, as a webhook of the job says. */
export interface Webhook {
  planUri: string;
  projectId: string;
  hubName: string;
  planId: string;
  jobId: string;
  taskInstanceId: string;
  /** Kept in memory only: no answer shows it. */
  authToken: string;
}

export interface Notifications {
  /** Reports the end of the job there; a webhook of the same name is replaced. */
  add(jobName: string, webhookName: string, webhook: Webhook): void;
  /** Sends what was asked for. @param status Completed, Failed or Canceled */
  ended(jobName: string, status: string): void;
}

/** What the Azure ML part's own parts share. */
export interface AzureMlContext {
  settings: WorkspaceSettings;
  resources: ResourceStore;
  blobs: Blobs;
  tokens: Tokens;
  notifications: Notifications;
  /** `https://127.0.0.1:{port}`: ARM and the data plane. */
  url: string;
  /** Folder for this part's working files; survives a restart when the sandbox runs with `--data`. */
  dataFolder: string;
  /** Environment that lets a child process reach the sandbox: CA variables and the resolver for `*.localhost`. */
  clientEnvironment: Record<string, string>;
  log(line: string): void;
}

/** The part that runs jobs and answers for runs (run history, MLflow, artifacts). */
export interface Runs {
  /** Starts a stored job; returns immediately. Throws an Error when the definition can't run at all (PUT answers 400). */
  submit(job: Resource): Promise<void>;
  /** Who made the run, and when; undefined when there is none. A step of a pipeline has a run but no job resource. */
  creation(runId: string): Resource['systemData'] | undefined;
  /**
   * The datastore URI behind `azureml://jobs/{run}/outputs/{name}[/paths/{path}]` or `runs:/{run}/{path}`; undefined for
   * other URIs and for outputs that nothing was stored for.
   */
  storageUri(uri: string): string | undefined;
  /** False when the job had already ended. */
  cancel(jobName: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** A service connection of the sandbox's Azure DevOps project. */
export interface ServiceConnection {
  /** GUID in lower case. */
  id: string;
  name: string;
  type: 'azurerm';
  /** ARM's root with a trailing slash. */
  url: string;
  scheme: 'ServicePrincipal' | 'WorkloadIdentityFederation' | 'ManagedServiceIdentity';
  /** Authorization parameters: serviceprincipalid, serviceprincipalkey, tenantid, ... */
  parameters: Record<string, string>;
  /** Endpoint data: subscriptionId, environment, activeDirectoryAuthority, ... */
  data: Record<string, string>;
}

/** A running sandbox. */
export interface Sandbox {
  settings: WorkspaceSettings;
  azuremlUrl: string;
  identityUrl: string;
  devops: DevOps;
  connections: ServiceConnection[];
  /** NAME -> value for client processes: everything that `--env-file` writes. */
  environment: Record<string, string>;
  /** The part of it that only makes the sandbox reachable: CA variables and the resolver. */
  clientEnvironment: Record<string, string>;
  faults: Faults;
  online: Online;
  /** Requests that the Azure ML part received, oldest first; for tests that compare what was sent with what was planned. */
  requests: RecordedRequest[];
  stop(): Promise<void>;
}

export interface RecordedRequest {
  method: string;
  /** Path with query. */
  url: string;
  headers: Record<string, string>;
  body?: unknown;
  status?: number;
  /** `id` of the answer, which need not be the one of the address. */
  answeredId?: string;
}

/** Misbehaviour on request. Each fault applies to the next `times` requests whose method and path match. */
export interface Fault {
  /** Regular expression on `METHOD path?query`. */
  match: string;
  times?: number;
  kind: 'status' | 'reset' | 'truncate' | 'slow' | 'expireToken' | 'lag';
  status?: number;
  retryAfterSeconds?: number;
  delayMs?: number;
  /** `lag`: how old a resource must be for a list to have it; ten seconds when not given. */
  lagSeconds?: number;
  body?: unknown;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
}

/** What the project's build service, whose rights the tokens of jobs have, may be denied. */
export type JobPermission = 'builds' | 'code' | 'workItems' | 'buildTags' | 'pullRequests';

/** A run that begins. */
export interface NewRun {
  definitionName: string;
  branch: string;
  commit: string;
  reason: string;
  repository: string;
  /** Folder with the repository's content, whose Git history the REST API shows. */
  folder?: string;
}

/** The Azure DevOps part as the agent sees it. */
export interface DevOps {
  /** `https://127.0.0.1:{port}/{organization}/` */
  collectionUrl: string;
  organization: string;
  project: { id: string; name: string };
  /** Registers a run and its plan; the agent calls it before the first job. */
  createRun(run: NewRun): DevOpsRun;
  /**
   * Puts a pull request into the repository, active unless it names the commit that its merge made; its id is what
   * `System.PullRequest.PullRequestId` would be.
   */
  addPullRequest(pullRequest: {
    repository: string;
    title: string;
    sourceBranch: string;
    targetBranch: string;
    mergeCommit?: string;
    workItems?: number[];
  }): number;
  /** Makes a work item; commit messages that name it as `#<id>` link it to builds. Answers its id. */
  addWorkItem(item: { title: string; type?: string; state?: string }): number;
  /** Makes a classic release of these builds; answers its id. */
  addRelease(release: { name: string; builds: number[] }): number;
  /** Removes a run as if its retention had ended. */
  deleteRun(id: number): void;
  /** What the tokens of jobs may not do; empty at first. */
  denied: Set<JobPermission>;
  /** Makes a pipeline known, so that runs of it can be queued; answers its id. `createRun` does so by itself. */
  addDefinition(name: string): number;
}

/** What is posted to a plan's events: TaskAssigned, TaskStarted or TaskCompleted, which has a result. */
export interface PlanEvent {
  name: string;
  /** Timeline record of the step. */
  taskId: string;
  jobId: string;
  result?: string;
}

export interface DevOpsRun {
  id: number;
  /** Of the pipeline. */
  definitionId: number;
  buildNumber: string;
  /** Web page of the run. */
  url: string;
  planId: string;
  timelineId: string;
  /** A token for the job's system connection, and the address for OIDC tokens of that job. */
  jobCredentials(jobId: string): Promise<{ accessToken: string; oidcRequestUri: string }>;
  /** Calls back for each event that is posted to the plan, until the returned function is called. */
  onEvent(listener: (event: PlanEvent) => void): () => void;
  updateRecord(record: Record<string, unknown> & { id: string }): void;
  addAttachment(recordId: string, type: string, name: string, file: string): void;
  addTag(tag: string): void;
  /** Publishes the folder's content as a build artifact. */
  addArtifact(name: string, folder: string): void;
  setBuildNumber(value: string): void;
  appendLog(recordId: string, lines: string[]): void;
  complete(result: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled'): void;
}
