import { type Build, findBuild } from '../devops/builds.ts';
import type { DevOps } from '../devops/open.ts';
import { findRelease } from '../devops/releases.ts';
import type { Collector, Relation } from './lineage.ts';
import type { RecordedRun } from './recorded-run.ts';
import { traceSources } from './trace-sources.ts';

/** The step of the walk that leads to a run. */
interface Step {
  from: string;
  relation: Relation;
}

/** Id of a run's node. */
export function runNodeId({ kind, collectionUrl, project, id }: RecordedRun): string {
  return `${kind}:${collectionUrl}${project}/${id}`;
}

/** A run, its commit, pull request and work items. What Azure DevOps no longer says is taken from what was recorded. @param step undefined where the walk begins */
export async function traceRun(
  devops: DevOps,
  run: RecordedRun,
  step: Step | undefined,
  trace: Collector,
): Promise<void> {
  const id = runNodeId(run);
  if (trace.lineage.nodes.some((node) => node.id === id)) {
    trace.add({ kind: run.kind, id, title: run.number, facts: {} }, step);
    return;
  }
  const isOwn = run.collectionUrl === '' || run.collectionUrl.toLowerCase() === devops.collectionUrl.toLowerCase();
  const read = isOwn && run.project !== '' ? await readRun(devops, run, id, trace) : undefined;
  const build = read?.build;
  trace.add(
    {
      kind: run.kind,
      id,
      title: read?.title ?? run.number,
      link: read?.url || run.url || undefined,
      facts: {
        number: run.number,
        runId: run.id,
        project: run.project,
        pipeline: build?.pipeline ?? '',
        branch: build?.branch || run.branch,
        commit: build?.commit || run.commit,
        repository: run.repository || (build?.repository.name ?? ''),
        requestedFor: run.requestedFor || (read?.requestedFor ?? ''),
      },
    },
    step,
  );
  if (!isOwn)
    trace.missing(id, whatOf(run), `it belongs to ${run.collectionUrl}, which the token of this job can't read`);
  await traceSources({ devops, run, build, isOwn, id, trace });
  for (const deployed of read?.builds ?? [])
    await traceRun(devops, { ...run, ...UNKNOWN, ...deployed }, { from: id, relation: 'deploys' }, trace);
}

/** What a release records is of the release; its builds have their own. */
const UNKNOWN = {
  kind: 'build',
  url: '',
  repository: '',
  branch: '',
  commit: '',
  requestedFor: '',
  pullRequest: '',
  workItems: [],
} satisfies Partial<RecordedRun>;

interface ReadRun {
  title: string;
  url: string;
  requestedFor: string;
  build?: Build;
  builds?: { project: string; id: string; number: string }[];
}

function whatOf({ kind, number }: RecordedRun): string {
  return `the ${kind} ${number}`;
}

async function readRun(devops: DevOps, run: RecordedRun, id: string, trace: Collector): Promise<ReadRun | undefined> {
  const { kind, project, id: runId } = run;
  const read = await trace.attempt(id, whatOf(run), async (): Promise<ReadRun | 'gone'> => {
    if (kind === 'build') {
      const build = await findBuild(devops, project, runId);
      return build ? { title: build.number, url: build.url, requestedFor: build.requestedFor, build } : 'gone';
    }
    const release = await findRelease(devops, project, runId);
    if (!release) return 'gone';
    const builds = release.builds.map((build) => ({ project: build.project, id: build.id, number: build.id }));
    return { title: release.name, url: release.url, requestedFor: release.createdBy, builds };
  });
  if (read === 'gone') {
    const why = `it does not exist any more, or the job's token may not see the project '${project}'`;
    trace.missing(id, whatOf(run), why);
    return undefined;
  }
  if (read?.build?.isDeleted) trace.missing(id, whatOf(run), 'it was deleted; what follows is what is left of it');
  return read;
}
