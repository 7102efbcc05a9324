/** lib/devops against the Azure DevOps part of the sandbox, through azure-devops-node-api. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { addBuildTags, findBuild, listBuildWorkItems, listWorkItemsBetween } from '../../../lib/devops/builds.ts';
import { whyNot } from '../../../lib/devops/failures.ts';
import {
  findCommit,
  findPullRequest,
  listCommitsBetween,
  listPullRequestsOf,
  listPullRequestWorkItems,
} from '../../../lib/devops/git.ts';
import { type DevOps, openDevOps } from '../../../lib/devops/open.ts';
import { isOwnHost } from '../../../lib/devops/own-hosts.ts';
import { listRunsTagged, queueRun } from '../../../lib/devops/queue.ts';
import { findRelease } from '../../../lib/devops/releases.ts';
import { listWorkItems } from '../../../lib/devops/work-items.ts';
import type { DevOpsRun } from '../../../sandbox/contracts.ts';
import { type AgentFixture, startAgentFixture } from '../../../sandbox/test/agent-run.ts';
import { createRepository, type History } from '../../../sandbox/test/git-repository.ts';
import { startProxy } from '../../scenarios/proxy.ts';

const project = 'mlops';
const repository = { project, id: 'churn' };

describe('Azure DevOps', () => {
  let fixture: AgentFixture;
  let history: History;
  let builds: DevOpsRun[];
  let token: string;
  let devops: DevOps;
  const secrets: string[] = [];

  const open = (more: Partial<Parameters<typeof openDevOps>[0]> = {}): DevOps =>
    openDevOps({
      collectionUrl: fixture.devops.collectionUrl,
      token,
      onSecret: (secret) => void secrets.push(secret),
      network: { caFile: fixture.caFile },
      product: 'test/1',
      signal: new AbortController().signal,
      ...more,
    });

  before(async () => {
    fixture = await startAgentFixture();
    const item = fixture.devops.addWorkItem({ title: 'Predict with tenure' });
    const folder = mkdtempSync(join(fixture.folder, 'repository-'));
    history = createRepository(folder, item);
    fixture.devops.addPullRequest({
      repository: 'churn',
      title: 'Use the tenure',
      sourceBranch: 'refs/heads/features',
      targetBranch: 'refs/heads/main',
      mergeCommit: history.merge,
      workItems: [fixture.devops.addWorkItem({ title: 'Wrong units', type: 'Bug', state: 'Closed' })],
    });
    const about = { definitionName: 'train', branch: 'refs/heads/main', reason: 'Manual', repository: 'churn', folder };
    builds = [history.first, history.merge].map((commit) => {
      const run = fixture.devops.createRun({ ...about, commit });
      run.complete('succeeded');
      return run;
    });
    token = (await builds[1]!.jobCredentials('21111111-2222-4333-8444-555555555555')).accessToken;
    devops = open();
  });
  after(() => fixture.stop());
  afterEach(() => fixture.devops.denied.clear());

  it('gives a build, its commit, its pull request and its work items', async () => {
    const build = await findBuild(devops, project, String(builds[1]!.id));
    assert.deepEqual(build, {
      id: String(builds[1]!.id),
      number: builds[1]!.buildNumber,
      pipeline: 'train',
      pipelineId: 1,
      project,
      url: builds[1]!.url,
      branch: 'refs/heads/main',
      commit: history.merge,
      requestedFor: 'Sandbox User',
      repository: { id: 'churn', name: 'churn', isAzureRepos: true, url: '' },
      pullRequest: '',
      isDeleted: false,
    });
    const commit = await findCommit(devops, repository, history.change);
    assert.equal(commit?.message, 'Use the tenure of customers');
    assert.equal(commit?.author, 'Ada');
    assert.match(commit!.date, /^\d{4}-\d\d-\d\d$/);
    assert.match(commit!.url, new RegExp(`/mlops/_git/churn/commit/${history.change}$`));
    for (const id of [history.merge, history.change]) {
      const [pull, ...others] = await listPullRequestsOf(devops, repository, id);
      assert.equal(pull?.title, 'Use the tenure');
      assert.equal(pull?.url, `${fixture.devops.collectionUrl}mlops/_git/churn/pullrequest/1`);
      assert.deepEqual(others, []);
    }
    assert.deepEqual(await listPullRequestsOf(devops, repository, history.first), []);
    assert.equal((await findPullRequest(devops, project, '1'))?.source, 'features');
    assert.deepEqual(await listPullRequestWorkItems(devops, repository, '1'), ['2']);
    assert.deepEqual(await listBuildWorkItems(devops, project, String(builds[1]!.id)), ['1', '2']);
    const [first, second] = builds.map(({ id }) => String(id)) as [string, string];
    assert.deepEqual(await listWorkItemsBetween(devops, project, first, second), ['1', '2']);
    const items = await listWorkItems(devops, project, ['2', '99', 'x', '2']);
    assert.deepEqual(items, [
      {
        id: '2',
        title: 'Wrong units',
        type: 'Bug',
        state: 'Closed',
        url: `${fixture.devops.collectionUrl}mlops/_workitems/edit/2`,
      },
    ]);
    const between = await listCommitsBetween(devops, repository, history.first, history.merge, 10);
    assert.deepEqual(
      between.map(({ id }) => id),
      [history.merge, history.change],
    );
  });

  it('gives the builds of a classic release', async () => {
    const id = String(fixture.devops.addRelease({ name: 'Release-1', builds: [builds[1]!.id] }));
    const release = await findRelease(devops, project, id);
    assert.equal(release?.name, 'Release-1');
    assert.deepEqual(release?.builds, [{ project, id: String(builds[1]!.id), isPrimary: true }]);
    assert.equal(await findRelease(devops, project, '99'), undefined);
  });

  it('says why something can’t be read', async () => {
    assert.equal(await findBuild(devops, project, '999'), undefined);
    assert.equal(await findBuild(devops, 'elsewhere', '1'), undefined);
    const why = (answer: Promise<unknown>) => answer.then(() => assert.fail('It was read.'), whyNot);
    fixture.devops.denied.add('builds').add('code');
    assert.match(
      await why(findBuild(devops, project, String(builds[0]!.id))),
      /^the job's token may not read it \(403\): Access denied\. mlops Build Service \(sandbox\) needs View builds/,
    );
    assert.equal(await findCommit(devops, repository, history.merge), undefined);
    const stranger = open({ token: 'someone' });
    assert.match(
      await why(findBuild(stranger, project, '1')),
      /^Azure DevOps did not accept the job's token \(401\): TF400813/,
    );
    assert.ok(secrets.includes(token) && secrets.includes('someone'));
  });

  it('queues a run with its parameters, and finds runs by their tags', async () => {
    const pipeline = fixture.devops.addDefinition('retrain');
    const run = await queueRun(devops, project, pipeline, { parameters: { reason: 'drift' }, branch: 'refs/heads/x' });
    assert.match(run.url, /_build\/results\?buildId=\d+$/);
    assert.equal((await findBuild(devops, project, run.id))?.branch, 'refs/heads/x');
    await addBuildTags(devops, project, run.id, ['change:abc/1', 'drift']);
    assert.deepEqual(await listRunsTagged(devops, project, pipeline, ['change:abc/1']), [run]);
    assert.deepEqual(await listRunsTagged(devops, project, pipeline, ['change:abc/2']), []);
    await assert.rejects(queueRun(devops, project, 77), {
      code: 'RunNotQueued',
      message: /No run of the pipeline 77 in the project 'mlops' was queued: .*does not exist/,
    });
  });

  it('is reached through the agent’s proxy', async () => {
    const proxy = await startProxy('user:secret');
    try {
      const account = { url: proxy.url, username: 'user', password: 'secret', bypass: [] };
      const through = open({ network: { caFile: fixture.caFile, proxy: account } });
      assert.ok(await findBuild(through, project, String(builds[0]!.id)));
      assert.deepEqual([...new Set(proxy.tunnels)], [new URL(fixture.devops.collectionUrl).host]);
      const refused = open({
        network: { caFile: fixture.caFile, proxy: { ...account, password: 'wrong' } },
      });
      await assert.rejects(findBuild(refused, project, '1'), { name: 'NoAnswerError', code: 'PROXY_REFUSED' });
    } finally {
      proxy.stop();
    }
  });

  it('shows the job’s token to its own hosts alone', async () => {
    const cloud = 'https://dev.azure.com/org/';
    for (const address of [`${cloud}_apis/x`, 'https://vsrm.dev.azure.com/org/', 'https://org.vsrm.visualstudio.com/'])
      assert.ok(isOwnHost(cloud, address), address);
    for (const address of [
      'http://dev.azure.com/org/',
      'https://dev.azure.com:8443/org/',
      'https://dev.azure.com.example.com/',
      'https://evil-dev.azure.com/',
      'https://user@dev.azure.com/',
      'https://vsrm.dev.azure.com/other/',
      'https://vsrm.dev.azure.com/',
      'https://org.dev.azure.com/',
      'https://other.visualstudio.com/',
      'https://other.vsrm.visualstudio.com/',
      'https://org.pkgs.visualstudio.com/',
      'nonsense',
    ])
      assert.equal(isOwnHost(cloud, address), false, address);
    const old = 'https://Org.visualstudio.com/DefaultCollection/';
    for (const address of ['https://org.vsrm.visualstudio.com/x', 'https://vsrm.dev.azure.com/org/x'])
      assert.ok(isOwnHost(old, address), address);
    for (const address of ['https://other.visualstudio.com/', 'https://dev.azure.com/other/'])
      assert.equal(isOwnHost(old, address), false, address);
    assert.ok(isOwnHost('https://tfs.example.com/tfs/Default/', 'https://tfs.example.com/tfs/x'));
    assert.equal(isOwnHost('https://tfs.example.com/tfs/', cloud), false);
    const http = open({ collectionUrl: fixture.devops.collectionUrl.replace('https', 'http') });
    await assert.rejects(findBuild(http, project, '1'), { code: 'HostNotTrusted' });
  });
});
