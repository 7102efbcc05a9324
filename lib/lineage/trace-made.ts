import { parseAssetId } from '../azureml/asset-ids.ts';
import { type Job, listJobs } from '../azureml/jobs.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { commitPage } from './commit-page.ts';
import { deployedIn, deploymentNode } from './deployed.ts';
import { messages } from './messages.ts';
import { commitOf, type RecordedRun, recordedRun, submittingRun } from './recorded-run.ts';
import { PREFIX } from './stamp.ts';
import { traceJob } from './trace-job.ts';
import { traceModel } from './trace-model.ts';
import { runNodeId, traceRun } from './trace-run.ts';
import type { TraceStart } from './trace-start.ts';
import { traceRegistered } from './trace-uses.ts';
import type { Deployed, Walk } from './walk.ts';

/** Jobs that are searched, newest first. */
const MOST_JOBS = 2_000;

type Origin = Extract<TraceStart, { kind: 'build' | 'release' | 'commit' }>;

/** What names its origin: a job or a deployment, and the run that made it, where it names one. */
interface Made {
  commit: string;
  run: RecordedRun | undefined;
  job?: Job;
  deployment?: Deployed;
}

/**
 * The way forwards: from a build, a release or a commit to the jobs that it submitted, the models that were registered from them,
 * the deployments that serve those, and the deployments that it made. Azure ML has no index of it, so the jobs and
 * deployments of the workspace are searched for what `jobProvenance` and `stamp` wrote into them.
 * @throws UserError `TraceStartNotFound` when nothing names it
 */
export async function traceMade(walk: Walk, origin: Origin): Promise<void> {
  const pending = `${origin.kind}:${origin.id}`;
  const made = (await everything(walk, pending)).filter((one) => isFrom(one, origin, walk.devops.collectionUrl));
  if (made.length === 0) throw notFound(walk, origin);
  const root = origin.kind === 'commit' ? addCommit(walk, made) : undefined;
  const runs = new Map(made.flatMap(({ run }) => (run ? [[runNodeId(run), run] as const] : [])));
  for (const [id, run] of runs) {
    const by = root === undefined ? undefined : ({ from: root, relation: 'builtBy' } as const);
    await traceRun(walk.devops, run, by, walk.trace);
    for (const one of made) if (one.run && runNodeId(one.run) === id) await traceThing(walk, one, id, 'submitted');
  }
  // What could not be searched belongs to where the walk begins, whose node is known now.
  for (const one of walk.trace.lineage.missing) if (one.of === pending) one.of = walk.trace.lineage.nodes[0]!.id;
  // A job that somebody submitted from a machine names the commit alone.
  for (const one of made) if (!one.run && root !== undefined) await traceThing(walk, one, root, 'isCodeOf');
}

/** @param of id in place of the node where the walk begins */
async function everything(walk: Walk, of: string): Promise<Made[]> {
  const found: Made[] = [];
  await walk.trace.attempt(of, 'the jobs of the workspace', async () => {
    let count = 0;
    for await (const job of listJobs(walk.ws, MOST_JOBS)) {
      count++;
      const { properties } = job.properties ?? {};
      if (properties) found.push({ job, run: submittingRun(job), commit: commitOf(properties) });
    }
    if (count === MOST_JOBS)
      walk.trace.missing(
        of,
        'older jobs',
        `the workspace has more than ${MOST_JOBS} jobs; the newest ones were searched`,
      );
  });
  for (const deployment of await deployedIn(walk, of)) {
    const commit = deployment.tags[`${PREFIX}commit`] ?? '';
    found.push({ deployment, run: recordedRun(deployment.tags), commit });
  }
  return found;
}

/** Ids of runs are those of an organization, so that another one may have the same. */
function isFrom({ run, commit }: Made, origin: Origin, collectionUrl: string): boolean {
  if (origin.kind === 'commit') return commit.toLowerCase().startsWith(origin.id.toLowerCase());
  const isOwn = !run?.collectionUrl || run.collectionUrl.toLowerCase() === collectionUrl.toLowerCase();
  return run?.kind === origin.kind && run.id === origin.id && isOwn;
}

function addCommit({ trace }: Walk, made: readonly Made[]): string {
  const { commit, run, job } = made[0]!;
  const repository = run?.repository || (job?.properties.properties?.['mlflow.source.git.repoURL'] ?? '');
  const id = `commit:${commit}`;
  trace.add({
    kind: 'commit',
    id,
    title: commit.slice(0, 8),
    link: commitPage(repository, commit),
    facts: { commit, repository, branch: run?.branch ?? '' },
  });
  return id;
}

async function traceThing(walk: Walk, { job, deployment }: Made, from: string, of: 'submitted' | 'isCodeOf') {
  if (job) {
    await traceJob(walk, walk.ws, job.name, { from, relation: of });
    await traceRegistered(walk, job);
  }
  if (!deployment) return;
  const node = deploymentNode(deployment);
  walk.trace.add(node, { from, relation: 'deployed' });
  const model = parseAssetId(deployment.model);
  if (model?.kind === 'models') await traceModel(walk, model, { from: node.id, relation: 'serves' });
}

function notFound({ ws, trace }: Walk, { kind, id }: Origin): UserError {
  const [unread] = trace.lineage.missing;
  return new UserError({
    code: 'TraceStartNotFound',
    message: fill(unread ? messages.TracedNothingRead : messages.TracedNothing, {
      kind,
      id,
      workspace: ws.ids.workspaceName,
      most: MOST_JOBS,
      what: unread?.what ?? '',
      why: unread?.why ?? '',
    }),
    fix: fill(messages.TracedNothingFix),
  });
}
