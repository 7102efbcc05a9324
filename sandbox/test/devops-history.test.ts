/** What made a build, read with the unmodified azure-devops-node-api. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getBearerHandler, WebApi } from 'azure-devops-node-api';
import type { DevOpsRun } from '../contracts.ts';
import { type AgentFixture, startAgentFixture } from './agent-run.ts';
import { createRepository, type History } from './git-repository.ts';

const project = 'mlops';
const repository = 'churn';

describe('the history of builds', () => {
  let fixture: AgentFixture;
  let history: History;
  let builds: DevOpsRun[];
  let pull: number;
  let api: WebApi;
  before(async () => {
    fixture = await startAgentFixture();
    const { devops } = fixture;
    const item = devops.addWorkItem({ title: 'Predict with tenure' });
    const bug = devops.addWorkItem({ title: 'Wrong units', type: 'Bug', state: 'Closed' });
    const folder = mkdtempSync(join(fixture.folder, 'repository-'));
    history = createRepository(folder, item);
    pull = devops.addPullRequest({
      repository,
      title: 'Use the tenure',
      sourceBranch: 'refs/heads/features',
      targetBranch: 'refs/heads/main',
      mergeCommit: history.merge,
      workItems: [bug],
    });
    const about = { definitionName: 'train', branch: 'refs/heads/main', reason: 'Manual', repository, folder };
    builds = [history.first, history.merge].map((commit) => {
      const run = devops.createRun({ ...about, commit });
      run.complete('succeeded');
      return run;
    });
    const { accessToken } = await builds[1]!.jobCredentials('21111111-2222-4333-8444-555555555555');
    const caFile = join(fixture.folder, 'authority.pem');
    writeFileSync(caFile, fixture.ca);
    api = new WebApi(devops.collectionUrl, getBearerHandler(accessToken), { cert: { caFile } });
  });
  after(() => fixture.stop());
  afterEach(() => fixture.devops.denied.clear());

  it('has the commits since the last good build, and the work items that they name', async () => {
    const build = await api.getBuildApi();
    const changes = await build.getBuildChanges(project, builds[1]!.id);
    assert.deepEqual(
      changes.map(({ id }) => id),
      [history.merge, history.change],
    );
    assert.equal(changes[1]!.author?.displayName, 'Ada');
    assert.match(changes[1]!.displayUri!, new RegExp(`_git/churn/commit/${history.change}$`));
    const refs = await build.getBuildWorkItemsRefs(project, builds[1]!.id);
    assert.deepEqual(
      refs.map(({ id }) => id),
      ['1', '2'],
    );
    assert.deepEqual(await build.getBuildWorkItemsRefs(project, builds[0]!.id), []);
    const between = await build.getWorkItemsBetweenBuilds(project, builds[0]!.id, builds[1]!.id);
    assert.equal(between.length, 2);
    assert.equal((await build.getChangesBetweenBuilds(project, builds[0]!.id, builds[1]!.id)).length, 2);
  });

  it('has commits, and the pull requests that brought them', async () => {
    const git = await api.getGitApi();
    const commit = await git.getCommit(history.change, repository, project);
    assert.match(commit.comment!, /^Use the tenure of customers/);
    assert.ok(commit.author!.date instanceof Date);
    assert.equal(await git.getCommit('1'.repeat(40), repository, project), null);
    const versions = { itemVersion: { version: history.first, versionType: 2 } };
    const batch = await git.getCommitsBatch(
      { ...versions, compareVersion: { version: history.merge, versionType: 2 } },
      repository,
      project,
    );
    assert.deepEqual(
      batch.map(({ commitId }) => commitId),
      [history.merge, history.change],
    );
    const query = await git.getPullRequestQuery(
      {
        queries: [
          { type: 1, items: [history.merge, history.change] },
          { type: 2, items: [history.change] },
        ],
      },
      repository,
      project,
    );
    const numbers = (query.results as unknown as Record<string, { pullRequestId: number }[]>[]).map((result) =>
      Object.entries(result).map(([id, pulls]) => [id, pulls.map(({ pullRequestId }) => pullRequestId)]),
    );
    assert.deepEqual(numbers, [[[history.merge, [pull]]], [[history.change, [pull]]]]);
    const refs = await git.getPullRequestWorkItemRefs(repository, pull, project);
    assert.deepEqual(
      refs.map(({ id }) => id),
      ['2'],
    );
  });

  it('has work items, and leaves out those that are not there when the caller wants that', async () => {
    const work = await api.getWorkItemTrackingApi();
    const items = await work.getWorkItems([2, 99], ['System.Title', 'System.State'], undefined, undefined, 2, project);
    assert.deepEqual(
      items.map((item) => item?.fields),
      [{ 'System.Title': 'Wrong units', 'System.State': 'Closed' }, undefined],
    );
    await assert.rejects(async () =>
      assert.ok(await work.getWorkItems([99], undefined, undefined, undefined, 1, project)),
    );
  });

  it('has classic releases with the builds that they deploy', async () => {
    const id = fixture.devops.addRelease({ name: 'Release-1', builds: [builds[1]!.id] });
    const release = await (await api.getReleaseApi()).getRelease(project, id);
    assert.equal(release.name, 'Release-1');
    assert.equal(release.artifacts![0]!.definitionReference!.version!.id, String(builds[1]!.id));
  });

  it('is not there after a build was deleted, for a job without the permission, and in another project', async () => {
    const { devops } = fixture;
    const build = await api.getBuildApi();
    const extra = devops.createRun({ definitionName: 'train', branch: 'b', commit: 'c', reason: 'Manual', repository });
    devops.deleteRun(extra.id);
    assert.equal(await build.getBuild(project, extra.id), null);
    assert.equal(await build.getBuild('elsewhere', builds[0]!.id), null);
    devops.denied.add('buildTags');
    await assert.rejects(
      build.addBuildTags(['x'], project, builds[0]!.id),
      /needs Update build information permissions/,
    );
    assert.deepEqual(await build.getBuildTags(project, builds[0]!.id), []);
    devops.denied.add('builds').add('code').add('workItems');
    await assert.rejects(build.getBuild(project, builds[0]!.id), { statusCode: 403 });
    assert.equal(await (await api.getGitApi()).getCommit(history.merge, repository, project), null);
    const items = await (await api.getWorkItemTrackingApi()).getWorkItems([1], [], undefined, undefined, 2, project);
    assert.deepEqual([...items], [null]);
  });
});
