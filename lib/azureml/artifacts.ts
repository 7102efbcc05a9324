import { AzureError } from '../azure/failures.ts';
import { findRun } from './runs.ts';
import type { Workspace } from './workspace.ts';

interface Page {
  value?: { path?: string }[];
  continuationToken?: string | null;
}

/** Pages that are read; a run with more files is not worth the requests. */
const MOST_PAGES = 20;

/**
 * Paths of the files that a run logged itself (`outputs/model/MLmodel`), those below a folder when one is given:
 * `GET {history}/experimentids/{id}/runs/{id}/artifacts/path?path=` (azure-ai-ml, client of run history). Undefined when the
 * service does not tell all of them; nothing follows from that.
 */
export async function listArtifacts(workspace: Workspace, runId: string, folder = ''): Promise<string[] | undefined> {
  const experiment = (await findRun(workspace, runId))?.experimentId;
  if (!experiment) return undefined;
  const root = `${workspace.historyUrl}/experimentids/${experiment}/runs/${encodeURIComponent(runId)}/artifacts`;
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
