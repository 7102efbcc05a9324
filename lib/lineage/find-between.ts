import { listWorkItemsBetween } from '../devops/builds.ts';
import { listCommitsBetween, type Repository } from '../devops/git.ts';
import { listWorkItems, type WorkItem } from '../devops/work-items.ts';
import type { Between } from './compare.ts';
import type { Lineage, LineageNode } from './lineage.ts';
import { type LineageSummary, summaryOf } from './summary.ts';
import { beginWalk, type TracePorts, type Walk } from './walk.ts';

/** Commits that are listed; a page of the repository shows all. */
const MOST_COMMITS = 100;

/** Commits and work items that came between two models. What can't be read is `missing`, with the reason. */
export async function findBetween(before: Lineage, after: Lineage, ports: TracePorts): Promise<Between> {
  const walk = beginWalk(ports);
  const [old, young] = [summaryOf(before), summaryOf(after)];
  const code = await commitsBetween(walk, old, young);
  const [from, to] = code.isBackwards ? [young, old] : [old, young];
  const workItems = await workItemsBetween(walk, from, to);
  return { ...code, workItems, missing: walk.trace.lineage.missing };
}

type Code = Pick<Between, 'commits' | 'isBackwards' | 'page'>;

async function commitsBetween(
  walk: Walk,
  { commit: old }: LineageSummary,
  { commit: young }: LineageSummary,
): Promise<Code> {
  const none: Code = { commits: [], isBackwards: false };
  const what = 'the commits between the two models';
  const say = (why: string): Code => {
    walk.trace.missing(young?.id ?? '', what, why);
    return none;
  };
  if (!old || !young) return say(`the commit of ${old ? 'the model' : 'the one to compare with'} is not known`);
  const [from, to] = [old.facts.commit!, young.facts.commit!];
  if (from === to) return none;
  const page = comparePage(young, from, to);
  const repository = repositoryOf(old);
  const isSame = repository && JSON.stringify(repository) === JSON.stringify(repositoryOf(young));
  if (!isSame) return { ...say('they are not of one repository of Azure Repos that the job’s token may read'), page };
  const list = (a: string, b: string) =>
    walk.trace.attempt(young.id, what, () => listCommitsBetween(walk.devops, repository, a, b, MOST_COMMITS));
  const forwards = await list(from, to);
  if (forwards === undefined || forwards.length > 0) return { ...none, commits: forwards ?? [], page };
  const backwards = (await list(to, from)) ?? [];
  return { commits: backwards, isBackwards: backwards.length > 0, page };
}

function repositoryOf({ facts: { project, repositoryId } }: LineageNode): Repository | undefined {
  return project && repositoryId ? { project, id: repositoryId } : undefined;
}

/** The page that compares two commits, on GitHub and in Azure Repos. */
function comparePage({ facts: { repository = '' } }: LineageNode, from: string, to: string): string | undefined {
  const base = repository.replace(/\.git$/, '');
  if (/^https:\/\/github\.com\/[^/]+\/[^/]+$/.test(base)) return `${base}/compare/${from}...${to}`;
  if (/^https:\/\/.+\/_git\/[^/]+$/.test(base))
    return `${base}/branchCompare?baseVersion=GC${from}&targetVersion=GC${to}`;
  return undefined;
}

async function workItemsBetween(walk: Walk, old: LineageSummary, young: LineageSummary): Promise<WorkItem[]> {
  const known = new Set(old.workItems.map(({ facts }) => facts.workItem!));
  const items = new Set(young.workItems.map(({ facts }) => facts.workItem!).filter((id) => !known.has(id)));
  const [from, to] = [old.run, young.run];
  const project = to?.facts.project ?? '';
  const isOnePipeline =
    from?.kind === 'build' &&
    to?.kind === 'build' &&
    from.id !== to.id &&
    from.facts.project === project &&
    from.facts.pipeline === to.facts.pipeline;
  if (isOnePipeline)
    for (const id of (await walk.trace.attempt(to.id, 'the work items between the two builds', () =>
      listWorkItemsBetween(walk.devops, project, from.facts.runId!, to.facts.runId!),
    )) ?? [])
      items.add(id);
  if (items.size === 0 || project === '') return [];
  const read = await walk.trace.attempt(to?.id ?? '', 'the titles of the work items', () =>
    listWorkItems(walk.devops, project, [...items]),
  );
  return [...items].map(
    (id) => read?.find((item) => item.id === id) ?? { id, title: '', type: '', state: '', url: '' },
  );
}
