/** A workspace and an organization of a test's making, for traces. */
import { AzureError } from '../../../lib/azure/failures.ts';
import type { DevOps } from '../../../lib/devops/open.ts';
import type { Lineage } from '../../../lib/lineage/lineage.ts';
import { trace, traceCompared } from '../../../lib/lineage/trace.ts';
import { parseTraceStart } from '../../../lib/lineage/trace-start.ts';
import { treeLines } from '../../../lib/report/lineage-tree.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

export const COLLECTION = 'https://dev.azure.com/org/';
export const WORKSPACE = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

export interface World {
  /**
   * Answers by a piece of the address without its query, the longest piece that fits first: `models/churn/versions/1`. A
   * number is an error of that status; what is not here does not exist.
   */
  azure: Record<string, unknown>;
  /** Builds by number, as the client gives them. */
  builds?: Record<number, object>;
  workItems?: Record<number, string[]>;
  commits?: Record<string, object>;
  releases?: Record<number, object>;
  /** Thrown by every call of Azure DevOps. */
  devopsFails?: Error;
}

/** An answer of Azure DevOps with this status. */
export function refusal(status: number, message: string): AzureError {
  return new AzureError({ status, code: 'X', message, method: 'GET', url: `${COLLECTION}_apis/x` });
}

function devopsOf({ builds = {}, workItems = {}, commits = {}, releases = {}, devopsFails }: World): DevOps {
  const answer = async <T>(value: T): Promise<T> => {
    if (devopsFails) throw devopsFails;
    return value;
  };
  return {
    collectionUrl: COLLECTION,
    builds: async () => ({
      getBuild: (_: string, id: number) => answer(builds[id] ?? null),
      getBuildWorkItemsRefs: (_: string, id: number) => answer((workItems[id] ?? []).map((item) => ({ id: item }))),
    }),
    git: async () => ({
      getCommit: (id: string) => answer(commits[id] ?? null),
      getPullRequestQuery: () => answer({ results: [] }),
      getPullRequestById: () => answer(null),
      getPullRequestWorkItemRefs: () => answer([]),
    }),
    workItems: async () => ({
      getWorkItems: (ids: number[]) =>
        answer(ids.map((id) => ({ id, fields: { 'System.Title': `Item ${id}`, 'System.WorkItemType': 'Bug' } }))),
    }),
    releases: async () => ({ getRelease: (_: string, id: number) => answer(releases[id] ?? null) }),
  } as unknown as DevOps;
}

/** What a trace finds, and its tree as the log shows it, without links. */
export async function traced(
  from: string,
  world: World,
  compareTo?: string,
): Promise<{ lineage: Lineage; tree: string[]; compared: Lineage | undefined }> {
  const pieces = Object.entries(world.azure).sort(([a], [b]) => b.length - a.length);
  const { workspace } = fakeWorkspace(({ below }) => {
    const address = below.split('?')[0]!;
    const found = pieces.find(([piece]) => address === piece || address.endsWith(`/${piece}`));
    return found ? found[1] : 404;
  });
  const idOf = (kind: string, name: string, version: string): string =>
    `${WORKSPACE}/${kind}/${name}/versions/${version}`;
  const ports = {
    ws: { ...workspace, apiUrl: 'https://arm/api', workspaceGuid: 'guid-1', idOf },
    devops: devopsOf(world),
  };
  const lineage = await trace(parseTraceStart(from), ports);
  const compared =
    compareTo === undefined ? undefined : await traceCompared(parseTraceStart(compareTo), lineage, ports);
  return { lineage, compared, tree: treeLines(lineage).map((line) => line.replace(/ {2}https:\S+$/, '')) };
}

/** A model version as ARM has it. */
export const model = (properties: Record<string, string>, more: object = {}) => ({
  id: `${WORKSPACE}/models/churn/versions/7`,
  name: '7',
  properties: { modelUri: 'azureml://x', modelType: 'custom_model', properties, ...more },
});

/** A job as ARM has it. */
export const job = (name: string, properties: object = {}) => ({
  id: `${WORKSPACE}/jobs/${name}`,
  name,
  properties: { jobType: 'Command', status: 'Completed', ...properties },
});

/** What a stamp writes about a build. */
export const stamped = (id: number, more: Record<string, string> = {}): Record<string, string> => ({
  'lineage.pipelineRun': `build/${id}`,
  'lineage.pipelineRunNumber': `2026.${id}`,
  'lineage.pipelineRunUrl': `${COLLECTION}mlops/_build/results?buildId=${id}`,
  'lineage.project': 'mlops',
  'lineage.requestedFor': 'Ada',
  ...more,
});

/** A build as the client gives it. */
export const build = (id: number, more: object = {}) => ({
  id,
  buildNumber: `2026.${id}`,
  definition: { id: 1, name: 'train' },
  project: { name: 'mlops' },
  sourceBranch: 'refs/heads/main',
  sourceVersion: 'c'.repeat(40),
  requestedFor: { displayName: 'Ada' },
  repository: { id: 'r1', name: 'churn', type: 'TfsGit' },
  ...more,
});

/** The commit of `build`, as the client gives it. */
export const commit = {
  commitId: 'c'.repeat(40),
  comment: 'Use tenure\n\nmore',
  author: { name: 'Ada', date: new Date('2026-11-27') },
};
