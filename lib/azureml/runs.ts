import { hasStatus } from '../azure/failures.ts';
import type { Workspace } from './workspace.ts';

/** An error as run history tells it. */
export interface RunError {
  error?: { code?: string; message?: string; innerError?: { code?: string }; details?: { message?: string }[] };
}

/** A run: a job, or a step of a pipeline (`GET {history}/runs/{id}`). */
export interface Run {
  runId: string;
  parentRunId?: string | null;
  rootRunId?: string;
  displayName?: string | null;
  experimentId?: string;
  status: string;
  startTimeUtc?: string | null;
  endTimeUtc?: string | null;
  runType?: string | null;
  tags?: Record<string, string>;
  properties?: Record<string, string>;
  error?: RunError | null;
  outputs?: Record<string, { assetId?: string; type?: string }> | null;
}

/** `GET {history}/runs/{id}/details`: status, error and the addresses of the logs. */
export interface RunDetails {
  runId: string;
  status: string;
  startTimeUtc?: string | null;
  endTimeUtc?: string | null;
  error?: RunError | null;
  warnings?: { source?: string; message?: string }[] | null;
  /** Path of the log -> URL with a signature that is good for some minutes. */
  logFiles?: Record<string, string> | null;
}

async function history<T>(workspace: Workspace, below: string, query: Record<string, string> = {}): Promise<T> {
  const url = new URL(`${workspace.historyUrl}/${below}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return (await workspace.client.send<T>({ method: 'GET', url: url.href, audience: 'ml' })).body;
}

/** The run, or undefined when there is none of that id. */
export async function findRun(workspace: Workspace, runId: string): Promise<Run | undefined> {
  try {
    return await history<Run>(workspace, `runs/${encodeURIComponent(runId)}`);
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

export function getRunDetails(workspace: Workspace, runId: string): Promise<RunDetails> {
  return history<RunDetails>(workspace, `runs/${encodeURIComponent(runId)}/details`);
}

/** The direct children of a run, all pages. */
export async function listChildren(workspace: Workspace, runId: string): Promise<Run[]> {
  const runs: Run[] = [];
  let token: string | null | undefined;
  do {
    const page: { value?: Run[]; continuationToken?: string | null } = await history(
      workspace,
      `runs/${encodeURIComponent(runId)}/children`,
      token ? { $continuationtoken: token } : {},
    );
    runs.push(...(page.value ?? []));
    token = page.continuationToken;
  } while (token);
  return runs;
}

/**
 * Types of runs with runs below them; asking every step and trial would double the requests. The names other than
 * `azureml.PipelineRun` are an assumption.
 */
const MAY_HAVE_CHILDREN = /pipeline|hyperdrive|sweep|automl/i;

/** All runs below a run, parents before children, in the order the service lists them. */
export async function listDescendants(workspace: Workspace, runId: string): Promise<Run[]> {
  const found: Run[] = [];
  const known = new Set([runId]);
  const walk = async (id: string): Promise<void> => {
    for (const child of await listChildren(workspace, id)) {
      if (known.has(child.runId)) continue;
      known.add(child.runId);
      found.push(child);
      if (MAY_HAVE_CHILDREN.test(child.runType ?? '')) await walk(child.runId);
    }
  };
  await walk(runId);
  return found;
}

/** What a run is called in messages: its display name, else its id. */
export function runLabel(run: Pick<Run, 'displayName' | 'runId'>): string {
  return run.displayName || run.runId;
}

/** The run's error as text, the outermost message that says something. */
export function runErrorText(error: RunError | null | undefined): string | undefined {
  const inner = error?.error;
  if (!inner) return undefined;
  const code = inner.innerError?.code ?? inner.code;
  const text = inner.message ?? inner.details?.find((detail) => detail.message)?.message;
  return [code, text].filter(Boolean).join(': ') || undefined;
}
