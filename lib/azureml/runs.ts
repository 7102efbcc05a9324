import { ifFound, oddAnswer } from '../azure/failures.ts';
import type { Workspace } from './workspace.ts';

/** An error as run history reports it. */
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
  /** Says what the run is; its members are null for reused steps. */
  runTypeV2?: { orchestrator?: string | null } | null;
  tags?: Record<string, string>;
  properties?: Record<string, string>;
  error?: RunError | null;
}

/** What a run read or wrote: an asset that the service made for it. */
export interface RunPort {
  /** `azureml://locations/{region}/workspaces/{guid}/data/{name}/versions/1` */
  assetId?: string;
  /** In Pascal case: `UriFolder`, `MLFlowModel`. */
  type?: string;
}

/** `GET {history}/runs/{id}/details`: status, error and the addresses of the logs. */
export interface RunDetails {
  runId: string;
  status: string;
  startTimeUtc?: string | null;
  endTimeUtc?: string | null;
  properties?: Record<string, string>;
  tags?: Record<string, string>;
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
export function findRun(workspace: Workspace, runId: string): Promise<Run | undefined> {
  return ifFound(history<Run>(workspace, `runs/${encodeURIComponent(runId)}`));
}

/**
 * Outputs of a run: `POST {history}/rundata`. The record of the run itself (`runs/{id}`) and those of children have null in
 * their place, for completed runs too (recorded 2022 to 2026). Undefined when there is no such run.
 */
export async function findRunOutputs(
  workspace: Workspace,
  runId: string,
): Promise<Record<string, RunPort> | undefined> {
  const url = `${workspace.historyUrl}/rundata`;
  const body = { runId, selectRunMetadata: true };
  const answer = await ifFound(
    workspace.client.send<{ runMetadata?: { outputs?: Record<string, RunPort> | null } } | undefined>({
      method: 'POST',
      url,
      audience: 'ml',
      body,
      repeatable: true,
    }),
  );
  return answer && (answer.body?.runMetadata?.outputs ?? {});
}

/** True for a step whose results were taken from an earlier run, because nothing that it depends on had changed. */
export function isReused({ properties }: Pick<Run, 'properties'>): boolean {
  return properties?.['azureml.isreused'] === 'true' && Boolean(properties['azureml.reusedrunid']);
}

/** The run that did the work: that of a reused step is an earlier one, which has its outputs, metrics and logs. */
export function workerOf(run: Pick<Run, 'runId' | 'properties'>): string {
  return isReused(run) ? run.properties!['azureml.reusedrunid']! : run.runId;
}

/**
 * The best trial of a sweep (property `best_child_run_id`) or of an AutoML job (tag `automl_best_child_run_id`); undefined
 * for other runs, and while no trial has logged the primary metric.
 */
export function bestTrialOf({ properties, tags }: Pick<Run, 'properties' | 'tags'>): string | undefined {
  return properties?.best_child_run_id || tags?.automl_best_child_run_id || undefined;
}

/** True for runs whose children are trials: of a sweep or of AutoML. */
export function hasTrials(run: Pick<Run, 'runType' | 'runTypeV2' | 'properties' | 'tags'>): boolean {
  const kind = `${run.runTypeV2?.orchestrator ?? ''} ${run.runType ?? ''}`;
  return /hyperdrive|sweep|automl/i.test(kind) || bestTrialOf(run) !== undefined;
}

/** @throws UserError `AnswerNotUnderstood` for an answer without a status, which says nothing about the run */
export async function getRunDetails(workspace: Workspace, runId: string): Promise<RunDetails> {
  const below = `runs/${encodeURIComponent(runId)}/details`;
  const details = await history<Partial<RunDetails>>(workspace, below);
  if (typeof details.status === 'string' && details.status !== '') return details as RunDetails;
  throw oddAnswer(`${workspace.historyUrl}/${below}`, 'a status', JSON.stringify(details));
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
 * True for runs with runs below them; asking every step and trial would double the requests. Recorded orchestrators are
 * Pipeline, AutoML and Execution; a reused step has none and no children. The names of sweeps are an assumption.
 */
function mayHaveChildren({ runType, runTypeV2, properties }: Run): boolean {
  if (isReused({ properties })) return false;
  if (runTypeV2?.orchestrator === 'Execution') return false;
  return /pipeline|hyperdrive|sweep|automl/i.test(`${runTypeV2?.orchestrator ?? ''} ${runType ?? ''}`);
}

/**
 * All runs below a run, parents before children, in the order the service lists them.
 * @param into decides whether the children of a run are wanted
 */
export async function listDescendants(
  workspace: Workspace,
  runId: string,
  into: (run: Run) => boolean = () => true,
): Promise<Run[]> {
  const found: Run[] = [];
  const known = new Set([runId]);
  const walk = async (id: string): Promise<void> => {
    for (const child of await listChildren(workspace, id)) {
      if (known.has(child.runId)) continue;
      known.add(child.runId);
      found.push(child);
      if (mayHaveChildren(child) && into(child)) await walk(child.runId);
    }
  };
  await walk(runId);
  return found;
}

/** What a run is called in messages: its display name, else its id. */
export function runLabel(run: Pick<Run, 'displayName' | 'runId'>): string {
  return run.displayName || run.runId;
}

/**
 * The run's error as text, the outermost message that says something. Messages of failed steps have several lines, begin
 * with a line end, and say what happened in a line of their own: `Error Message: ...`.
 */
export function runErrorText(error: RunError | null | undefined): string | undefined {
  const inner = error?.error;
  if (!inner) return undefined;
  const code = inner.innerError?.code ?? inner.code;
  const text = inner.message ?? inner.details?.find((detail) => detail.message)?.message;
  const said = /^Error Message:\s*(.+)$/im.exec(text ?? '')?.[1] ?? text;
  return [code, said?.trim()].filter(Boolean).join(': ') || undefined;
}
