/** Environment variables of a job's process, as Azure ML sets them. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { AzureMlContext } from '../../contracts.ts';
import type { RunRecord } from '../history/run.ts';

/** Only these come from the sandbox's own environment: a job must not see what its host's environment holds. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'VIRTUAL_ENV'];

/** `https://{host}/mlflow/v2.0/subscriptions/.../workspaces/{ws}`: the tracking URI that plain MLflow understands. */
export function trackingUri(context: AzureMlContext, version: 'v1.0' | 'v2.0' = 'v2.0'): string {
  const { subscriptionId, resourceGroup, workspaceName } = context.settings;
  const workspace = `subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspaceName}`;
  return `${context.url}/mlflow/${version}/${workspace}`;
}

/** A folder with a `python` that is `python3`, for machines that have only the latter. */
export function pythonShim(folder: string): string {
  const shim = join(folder, 'python');
  if (!existsSync(shim)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(shim, '#!/bin/sh\nexec python3 "$@"\n');
    chmodSync(shim, 0o755);
  }
  return folder;
}

function hasPython(path: string): boolean {
  return path.split(delimiter).some((folder) => folder && existsSync(join(folder, 'python')));
}

/** What every process of the workspace has: the inherited variables, with a `python` in the search path. */
export function inheritedEnvironment(shimFolder: string): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const name of INHERITED) if (process.env[name]) inherited[name] = process.env[name]!;
  const path = inherited.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  return { ...inherited, PATH: hasPython(path) ? path : `${pythonShim(shimFolder)}${delimiter}${path}` };
}

/**
 * The variables of the run's process. Names are those of Azure ML's common runtime; `variables` are the job's own and
 * win over everything but the run's identity.
 */
export async function processEnvironment(
  context: AzureMlContext,
  run: RunRecord,
  variables: Record<string, string>,
  shimFolder: string,
): Promise<Record<string, string>> {
  const { settings, tokens, clientEnvironment, url } = context;
  const audience = 'https://ml.azure.localhost';
  const token = await tokens.issue({ aud: audience, sub: `run:${run.runId}`, role: 'contributor', seconds: 24 * 3600 });
  return {
    ...inheritedEnvironment(shimFolder),
    PYTHONUNBUFFERED: '1',
    ...clientEnvironment,
    ...variables,
    // A job's own search path comes after the resolver's, not instead of it.
    PYTHONPATH: [clientEnvironment.PYTHONPATH, variables.PYTHONPATH].filter(Boolean).join(delimiter),
    NODE_OPTIONS: [clientEnvironment.NODE_OPTIONS, variables.NODE_OPTIONS].filter(Boolean).join(' '),
    AZUREML_RUN_ID: run.runId,
    AZUREML_ROOT_RUN_ID: run.rootRunId,
    AZUREML_EXPERIMENT_NAME: run.experimentName,
    AZUREML_EXPERIMENT_ID: run.experimentId,
    AZUREML_ARM_SUBSCRIPTION: settings.subscriptionId,
    AZUREML_ARM_RESOURCEGROUP: settings.resourceGroup,
    AZUREML_ARM_WORKSPACE_NAME: settings.workspaceName,
    AZUREML_ARM_PROJECT_NAME: run.experimentName,
    AZUREML_WORKSPACE_ID: settings.workspaceId,
    AZUREML_SERVICE_ENDPOINT: url,
    AZUREML_RUN_HISTORY_SERVICE_ENDPOINT: url,
    AZUREML_RUN_TOKEN: token,
    AZUREML_RUN_TOKEN_EXPIRY: String(Math.floor(Date.now() / 1000) + 24 * 3600),
    MLFLOW_TRACKING_URI: trackingUri(context),
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_RUN_ID: run.runId,
    MLFLOW_EXPERIMENT_ID: run.experimentId,
    MLFLOW_EXPERIMENT_NAME: run.experimentName,
  };
}
