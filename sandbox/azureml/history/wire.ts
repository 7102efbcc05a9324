/** Run records as run history puts them on the wire (`Run`, `RunDetails` of the data plane's specification). */
import type { AzureMlContext } from '../../contracts.ts';
import { artifactFolder, isTerminal, type RunRecord } from './run.ts';

function duration(run: RunRecord): string | null {
  if (!run.startTimeUtc) return null;
  const end = run.endTimeUtc ? Date.parse(run.endTimeUtc) : Date.now();
  return new Date(Math.max(0, end - Date.parse(run.startTimeUtc))).toISOString().slice(11, 23);
}

/** `RunHistoryErrorResponse`: the error in its envelope, or null. */
export function errorResponse(context: AzureMlContext, run: RunRecord) {
  if (!run.error) return null;
  return {
    error: { ...run.error, severity: null, target: null, details: [], innerError: null },
    correlation: { operation: run.rootRunId, request: run.runId },
    environment: context.settings.location,
    location: context.settings.location,
    time: run.endTimeUtc ?? run.createdUtc,
    componentName: '',
  };
}

function common(context: AzureMlContext, run: RunRecord) {
  const user = { userObjectId: run.createdBy, userTenantId: context.settings.tenantId, userName: run.createdBy };
  return {
    runNumber: run.runNumber,
    rootRunId: run.rootRunId,
    runId: run.runId,
    runUuid: run.runId,
    rootRunUuid: run.rootRunId,
    parentRunId: run.parentRunId ?? null,
    parentRunUuid: run.parentRunId ?? null,
    status: run.status,
    startTimeUtc: run.startTimeUtc ?? null,
    endTimeUtc: run.endTimeUtc ?? null,
    duration: duration(run),
    userId: run.createdBy,
    createdBy: user,
    lastModifiedBy: user,
    target: run.target ?? null,
    compute: run.target ? { target: run.target, targetType: 'amlctrain', instanceCount: 1 } : null,
    tags: run.tags,
    properties: run.properties,
    parameters: run.parameters,
    error: errorResponse(context, run),
    warnings: run.warnings.map((message) => ({ source: 'Sandbox', message })),
    services: Object.fromEntries(
      Object.entries(run.services).map(([name, service]) => [name, { type: service.type, endpoint: service.endpoint }]),
    ),
    inputs: run.inputs,
    outputs: run.outputs,
    inputDatasets: [],
    outputDatasets: [],
    runTypeV2: null,
    revision: 0,
  };
}

/** `Run`, as `GET .../runs/{id}` and the lists answer it. */
export function toRun(context: AzureMlContext, run: RunRecord) {
  return {
    ...common(context, run),
    experimentId: run.experimentId,
    createdUtc: run.createdUtc,
    lastModifiedUtc: run.endTimeUtc ?? run.startTimeUtc ?? run.createdUtc,
    displayName: run.displayName,
    name: run.displayName,
    description: run.description ?? null,
    runType: run.runType || null,
    dataContainerId: `dcid.${run.runId}`,
    hidden: run.hidden,
  };
}

/** `RunDetails`, as `GET .../runs/{id}/details` answers it; `logFiles` has freshly signed URLs. */
export function toRunDetails(context: AzureMlContext, run: RunRecord) {
  const store = context.blobs.locate('azureml://datastores/workspaceartifactstore/paths/x');
  const logFiles = Object.fromEntries(
    run.logPaths.map((path) => [
      path,
      store ? context.blobs.readUrl({ container: store.container, path: `${artifactFolder(run.runId)}/${path}` }) : '',
    ]),
  );
  return {
    ...common(context, run),
    createdTimeUtc: run.createdUtc,
    runDefinition: null,
    logFiles,
    jobCost: { chargedCpuCoreSeconds: null, chargedCpuMemoryMegabyteSeconds: null, chargedGpuSeconds: null },
    ...(isTerminal(run.status) ? {} : { currentComputeTime: duration(run) }),
  };
}
