/** Run records as run history puts them on the wire: every member, null where there is nothing. */
import { createHash } from 'node:crypto';
import type { AzureMlContext } from '../../contracts.ts';
import { cancelUriOf } from './cancel-uri.ts';
import { artifactFolder, isTerminal, type RunRecord } from './run.ts';
import { runTypeOf } from './run-type.ts';

/** A GUID that is always the same for the same text; records know runs by name and by such an id. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** `2026-01-01T00:00:00.1230000+00:00`. */
const timeOf = (time: string | undefined): string | null => time?.replace('Z', '0000+00:00') ?? null;

/** `00:03:22.5280000`, with the days in front when there are any; null before the start. */
function duration(run: RunRecord): string | null {
  if (!run.startTimeUtc) return null;
  const end = run.endTimeUtc ? Date.parse(run.endTimeUtc) : Date.now();
  const ms = Math.max(0, end - Date.parse(run.startTimeUtc));
  const days = Math.floor(ms / 86_400_000);
  return `${days > 0 ? `${days}.` : ''}${new Date(ms).toISOString().slice(11, 23)}0000`;
}

/** The error in its envelope, or null. What a process or its data did wrong comes from the common runtime. */
export function errorResponse(context: AzureMlContext, run: RunRecord) {
  if (!run.error) return null;
  const { code, message, messageFormat, messageParameters, referenceCode } = run.error;
  const isRuntime = referenceCode === undefined;
  const { location } = context.settings;
  return {
    error: {
      code,
      severity: null,
      message,
      messageFormat: messageFormat ?? null,
      messageParameters: messageParameters ?? {},
      referenceCode: referenceCode ?? null,
      detailsUri: null,
      target: null,
      details: [],
      innerError: null,
      debugInfo: null,
      additionalInfo: null,
    },
    correlation: null,
    environment: isRuntime ? null : location,
    location: isRuntime ? null : location,
    time: isRuntime ? '0001-01-01T00:00:00+00:00' : timeOf(run.endTimeUtc ?? run.createdUtc),
    componentName: isRuntime ? 'CommonRuntime' : '',
  };
}

function userOf({ createdBy }: RunRecord, { settings }: AzureMlContext) {
  return {
    userObjectId: createdBy,
    userPuId: '0000000000000000',
    userIdp: null,
    userAltSecId: null,
    userIss: `https://sts.windows.net/${settings.tenantId}/`,
    userTenantId: settings.tenantId,
    userName: createdBy,
    upn: null,
    clientApplicationId: null,
    applicationACR: null,
  };
}

/** Where the run computes. A pipeline has no machine of its own, and a reused step used none. */
function computeOf(run: RunRecord) {
  if (!run.target || run.runType === 'azureml.PipelineRun' || run.reusedRunId) return null;
  return {
    target: run.target,
    targetType: 'amlcompute',
    vmSize: null,
    instanceType: null,
    instanceCount: 1,
    gpuCount: 0,
    priority: null,
    fineGrainPriority: null,
    region: null,
    armId: null,
    properties: null,
  };
}

/** A job that waits for a node. */
const queueingOf = (run: RunRecord) =>
  run.status === 'Queued'
    ? {
        code: 'Submitted',
        message: 'This job has been submitted to the compute.',
        lastRefreshTimestamp: timeOf(new Date().toISOString()),
      }
    : null;

const servicesOf = (run: RunRecord) =>
  Object.fromEntries(
    Object.entries(run.services).map(([name, service]) => [name, { type: service.type, endpoint: service.endpoint }]),
  );

/** Messages of warnings are cut, in the middle of a word if need be. */
const warningsOf = ({ warnings }: RunRecord) =>
  warnings.length > 0 ? warnings.map((message) => ({ source: 'Sandbox', message: message.slice(0, 500) })) : null;

/** `Run`, as `GET .../runs/{id}` and the lists answer it: without inputs and outputs, which only `rundata` has. */
export function toRun(context: AzureMlContext, run: RunRecord) {
  const user = userOf(run, context);
  const time = duration(run);
  const ended = isTerminal(run.status);
  const cancel = cancelUriOf(run, context);
  const compute = computeOf(run);
  const isPipeline = run.runType === 'azureml.PipelineRun';
  return {
    runNumber: run.runNumber,
    rootRunId: run.rootRunId,
    createdUtc: timeOf(run.createdUtc),
    createdBy: user,
    userId: run.createdBy,
    token: null,
    tokenExpiryTimeUtc: null,
    error: errorResponse(context, run),
    warnings: warningsOf(run),
    revision: ended ? 13 : 8,
    statusRevision: ended ? 6 : 2,
    runUuid: guidOf(run.runId),
    parentRunUuid: run.parentRunId ? guidOf(run.parentRunId) : null,
    rootRunUuid: guidOf(run.rootRunId),
    lastStartTimeUtc: null,
    currentComputeTime: ended ? null : (time ?? '00:00:00'),
    computeDuration: ended ? time : null,
    effectiveStartTimeUtc: null,
    lastModifiedBy: user,
    lastModifiedUtc: timeOf(run.endTimeUtc ?? run.startTimeUtc ?? run.createdUtc),
    duration: time,
    cancelationReason: null,
    currentAttemptId: run.reusedRunId ? null : 1,
    deletionState: null,
    runId: run.runId,
    parentRunId: run.parentRunId ?? null,
    experimentId: run.experimentId,
    status: run.status,
    startTimeUtc: timeOf(run.startTimeUtc),
    endTimeUtc: timeOf(run.endTimeUtc),
    scheduleId: null,
    displayName: run.displayName,
    name: run.componentName ?? null,
    dataContainerId: `dcid.${run.reusedRunId ?? run.runId}`,
    description: run.description ?? null,
    hidden: run.hidden,
    runType: run.runType || null,
    runTypeV2: runTypeOf(run),
    properties: run.properties,
    parameters: run.parameters,
    actionUris: { ...(cancel && { Cancel: cancel }), ...(compute && { Diagnose: '' }) },
    scriptName: null,
    target: isPipeline ? null : (run.target ?? null),
    uniqueChildRunComputeTargets: isPipeline && run.target ? [run.target] : [],
    tags: run.tags,
    settings: {},
    services: servicesOf(run),
    inputDatasets: [],
    outputDatasets: [],
    runDefinition: null,
    jobSpecification: null,
    primaryMetricName: null,
    createdFrom: null,
    cancelUri: cancel ?? null,
    completeUri: null,
    diagnosticsUri: compute ? '' : null,
    virtualWorkspaceStorageArmId: null,
    computeRequest: compute && { nodeCount: 1, gpuCount: 0 },
    compute,
    retainForLifetimeOfWorkspace: run.parentRunId ? null : false,
    queueingInfo: queueingOf(run),
    inputs: null,
    outputs: null,
  };
}

const orNull = <T extends object>(map: T): T | null => (Object.keys(map).length > 0 ? map : null);

/** `Run` with its inputs and outputs, as `POST rundata` answers it. */
export const toRunMetadata = (context: AzureMlContext, run: RunRecord, outputs = run.outputs) => ({
  ...toRun(context, run),
  inputs: run.inputs,
  outputs: orNull(outputs),
});

/** `RunDetails`, as `GET .../runs/{id}/details` answers it; `logFiles` has freshly signed URLs. */
export function toRunDetails(context: AzureMlContext, run: RunRecord) {
  const store = context.blobs.locate('azureml://datastores/workspaceartifactstore/paths/x');
  const logFiles = Object.fromEntries(
    run.logPaths.map((path) => [
      path,
      store ? context.blobs.readUrl({ container: store.container, path: `${artifactFolder(run.runId)}/${path}` }) : '',
    ]),
  );
  const { createdUtc, ...metadata } = toRunMetadata(context, run);
  return {
    ...metadata,
    createdTimeUtc: createdUtc,
    logFiles,
    jobCost: { chargedCpuCoreSeconds: null, chargedCpuMemoryMegabyteSeconds: null, chargedGpuSeconds: null },
  };
}
