import { readBlob } from '../azure/blobs.ts';
import { AzureError } from '../azure/failures.ts';
import { findRun } from './runs.ts';
import type { Workspace } from './workspace.ts';

interface Page {
  value?: { path?: string }[];
  continuationToken?: string | null;
}

/** Pages that are read; a run with more files is not worth the requests. */
const MOST_PAGES = 20;

/** The address of a run's artifacts; undefined for a run that history does not know. */
async function artifactsUrl(workspace: Workspace, runId: string): Promise<string | undefined> {
  const experiment = (await findRun(workspace, runId))?.experimentId;
  if (!experiment) return undefined;
  return `${workspace.historyUrl}/experimentids/${experiment}/runs/${encodeURIComponent(runId)}/artifacts`;
}

/**
 * Paths of the files that a run logged itself (`outputs/model/MLmodel`), those below a folder when one is given:
 * `GET {history}/experimentids/{id}/runs/{id}/artifacts/path?path=` (azure-ai-ml, client of run history). Undefined when the
 * service does not tell all of them; nothing follows from that.
 */
export async function listArtifacts(workspace: Workspace, runId: string, folder = ''): Promise<string[] | undefined> {
  const root = await artifactsUrl(workspace, runId);
  if (root === undefined) return undefined;
  const url = new URL(folder === '' ? root : `${root}/path`);
  if (folder !== '') url.searchParams.set('path', folder);
  const found: string[] = [];
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await read(workspace, url.href);
    if (!Array.isArray(answer?.value)) return undefined;
    found.push(...answer.value.flatMap(({ path }) => path ?? []));
    if (!answer.continuationToken) return found;
    url.searchParams.set('continuationToken', answer.continuationToken);
  }
  return undefined;
}

async function read(workspace: Workspace, url: string): Promise<Page | undefined> {
  try {
    return (await workspace.client.send<Page | undefined>({ method: 'GET', url, audience: 'ml' })).body;
  } catch (error) {
    if (error instanceof AzureError) return undefined;
    throw error;
  }
}

/** A file that arrives more slowly is not worth waiting for. */
const LONGEST_MS = 30_000;

/**
 * A file that a run logged, at the address with a signature that run history gives it:
 * `GET {history}/experimentids/{id}/runs/{id}/artifacts/contentinfo?path=` (azure-ai-ml, client of run history).
 * @param most bytes; of a larger file nothing is given
 * @returns undefined for a file that can't be read or is larger
 */
export async function readArtifact(
  workspace: Workspace,
  runId: string,
  path: string,
  most: number,
): Promise<Buffer | undefined> {
  const root = await artifactsUrl(workspace, runId);
  if (root === undefined) return undefined;
  const url = new URL(`${root}/contentinfo`);
  url.searchParams.set('path', path);
  const { body } = await workspace.client.send<{ contentUri?: string } | undefined>({
    method: 'GET',
    url: url.href,
    audience: 'ml',
  });
  if (!body?.contentUri) return undefined;
  const bytes = await readBlob(workspace.client, body.contentUri, 0, most + 1, LONGEST_MS);
  return bytes.length > 0 && bytes.length <= most ? bytes : undefined;
}
