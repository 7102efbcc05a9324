import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getBearerHandler, getPersonalAccessTokenHandler, WebApi } from 'azure-devops-node-api';
import { CommentThreadStatus } from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import { decodeJwt } from 'jose';
import type { DevOpsRun } from '../contracts.ts';
import { type AgentFixture, startAgentFixture } from './agent-run.ts';

const recordId = '11111111-2222-4333-8444-555555555555';
const jobId = '21111111-2222-4333-8444-555555555555';

describe('azure-devops-node-api against the sandbox', () => {
  let fixture: AgentFixture;
  let run: DevOpsRun;
  let token: string;
  let oidcRequestUri: string;
  let api: WebApi;
  const project = 'mlops';
  before(async () => {
    fixture = await startAgentFixture();
    run = fixture.devops.createRun({
      definitionName: 'train',
      branch: 'refs/heads/main',
      commit: 'c'.repeat(40),
      reason: 'Manual',
      repository: 'iris',
    });
    ({ accessToken: token, oidcRequestUri } = await run.jobCredentials(jobId));
    const ca = join(fixture.folder, 'ca.pem');
    writeFileSync(ca, fixture.ca);
    api = new WebApi(fixture.devops.collectionUrl, getBearerHandler(token), { cert: { caFile: ca } });
  });
  after(() => fixture.stop());

  it('reads the project and a build, its timeline and logs', async () => {
    const core = await api.getCoreApi();
    assert.equal((await core.getProject(project)).id, fixture.devops.project.id);
    run.updateRecord({ id: recordId, type: 'Task', name: 'Train', state: 'completed', result: 'succeededWithIssues' });
    run.appendLog(recordId, ['one', 'two']);
    const build = await api.getBuildApi();
    const found = await build.getBuild(project, run.id);
    assert.equal(found.buildNumber, run.buildNumber);
    assert.equal(found.definition?.name, 'train');
    const timeline = await build.getBuildTimeline(project, run.id);
    assert.equal(timeline.records?.[0]?.name, 'Train');
    assert.equal(timeline.records?.[0]?.result, 1);
    const log = await build.getBuildLogLines(project, run.id, timeline.records![0]!.log!.id!);
    assert.deepEqual(log, ['one', 'two']);
    assert.equal(await build.getBuild(project, 999), null);
    assert.equal((await build.getBuilds(project, [found.definition!.id!])).length, 1);
  });

  it('adds and removes tags and properties', async () => {
    const build = await api.getBuildApi();
    assert.deepEqual(await build.addBuildTag(project, run.id, 'model:iris'), ['model:iris']);
    assert.deepEqual(await build.addBuildTags(['b'], project, run.id), ['model:iris', 'b']);
    assert.deepEqual(await build.deleteBuildTag(project, run.id, 'b'), ['model:iris']);
    assert.deepEqual(await build.getBuildTags(project, run.id), ['model:iris']);
    await build.updateBuildProperties(null, [{ op: 'add', path: '/job', value: 'j1' }] as never, project, run.id);
    const properties = await build.getBuildProperties(project, run.id);
    assert.deepEqual(properties.value, { job: { $type: 'System.String', $value: 'j1' } });
  });

  it('uploads an attachment to the plan and reads it from the build', async () => {
    const task = await api.getTaskApi();
    const { id } = fixture.devops.project;
    const content = Buffer.from('{"report":1}');
    await task.createAttachment(
      { 'Content-Type': 'application/octet-stream', 'Content-Length': content.length },
      Readable.from([content]),
      id,
      'build',
      run.planId,
      run.timelineId,
      recordId,
      'report',
      'r 1.json',
    );
    const planned = await task.getPlanAttachments(id, 'build', run.planId, 'report');
    assert.deepEqual(
      planned.map(({ name }) => name),
      ['r 1.json'],
    );
    const build = await api.getBuildApi();
    const [attachment] = await build.getAttachments(project, run.id, 'report');
    assert.equal(attachment?.name, 'r 1.json');
    const stream = await build.getAttachment(project, run.id, run.timelineId, recordId, 'report', 'r 1.json');
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    assert.equal(Buffer.concat(chunks).toString(), '{"report":1}');
  });

  it('updates timeline records, feeds and logs', async () => {
    const task = await api.getTaskApi();
    const { id } = fixture.devops.project;
    const records = await task.updateRecords(
      { value: [{ id: recordId, percentComplete: 40 }], count: 1 } as never,
      id,
      'build',
      run.planId,
      run.timelineId,
    );
    assert.equal(records[0]?.percentComplete, 40);
    await task.appendTimelineRecordFeed(
      { value: ['live'], count: 1 } as never,
      id,
      'build',
      run.planId,
      run.timelineId,
      recordId,
    );
    const log = await task.createLog({ path: 'logs\\x' } as never, id, 'build', run.planId);
    assert.ok(log.id! > 0);
  });

  it('issues an OIDC token for the connection by name, and to nobody else', async () => {
    const task = await api.getTaskApi();
    const { id } = fixture.devops.project;
    const create = (connection: string) => task.createOidcToken({}, id, 'build', run.planId, jobId, connection);
    const { oidcToken } = await create('5ab0c1de-0000-4000-8000-00000000e002');
    const claims = decodeJwt(oidcToken!);
    assert.equal(claims.sub, 'sc://sandbox/mlops/sandbox-wif');
    assert.equal(claims.aud, 'api://AzureADTokenExchange');
    assert.ok(claims.iss!.startsWith(fixture.devops.collectionUrl));
    assert.equal(claims.exp! - claims.iat!, 300);
    await assert.rejects(create('5ab0c1de-0000-4000-8000-0000000000ff'), { statusCode: 403 });
    await assert.rejects(create('5ab0c1de-0000-4000-8000-00000000e001'), { statusCode: 400 });
  });

  it('answers the request of AzurePipelinesCredential', async () => {
    const script = `
      const url = ${JSON.stringify(`${oidcRequestUri}?api-version=7.1&serviceConnectionId=5ab0c1de-0000-4000-8000-00000000e002`)};
      const headers = { 'Content-Type': 'application/json', 'X-TFS-FedAuthRedirect': 'Suppress' };
      const ask = (more) => fetch(url, { method: 'POST', headers: { ...headers, ...more } });
      const good = await ask({ Authorization: 'Bearer ' + process.env.TOKEN });
      const bad = await ask({});
      console.log(good.status, typeof (await good.json()).oidcToken, bad.status);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: fixture.caFile, TOKEN: token },
    });
    let out = '';
    for await (const chunk of child.stdout) out += chunk;
    assert.equal(out.trim(), '200 string 401');
  });

  it('keeps one thread of a pull request up to date', async () => {
    const id = fixture.devops.addPullRequest({
      repository: 'iris',
      title: 'Better',
      sourceBranch: 'refs/heads/x',
      targetBranch: 'refs/heads/main',
    });
    const git = await api.getGitApi();
    assert.equal((await git.getPullRequest('iris', id, project)).title, 'Better');
    const thread = await git.createThread(
      {
        comments: [{ parentCommentId: 0, content: 'first', commentType: 1 }],
        status: CommentThreadStatus.Active,
        properties: { 'Tool.Key': 'gate' },
      },
      'iris',
      id,
      project,
    );
    await git.updateComment({ content: 'second' }, 'iris', id, thread.id!, thread.comments![0]!.id!, project);
    await git.updateThread({ status: CommentThreadStatus.Fixed }, 'iris', id, thread.id!, project);
    const [found] = await git.getThreads('iris', id, project);
    assert.equal(found?.comments?.[0]?.content, 'second');
    assert.equal(found?.status, CommentThreadStatus.Fixed);
    assert.deepEqual(found?.properties['Tool.Key'], { $type: 'System.String', $value: 'gate' });
    const status = await git.createPullRequestStatus(
      { state: 2, description: 'gate passed', context: { name: 'gate' } },
      'iris',
      id,
      project,
    );
    assert.equal(status.state, 2);
  });

  it('queues a run', async () => {
    const pipelines = await api.getPipelinesApi();
    const id = fixture.devops.addDefinition('retrain');
    const queued = await pipelines.runPipeline(
      {
        variables: { reason: { value: 'drift' } },
        resources: { repositories: { self: { refName: 'refs/heads/dev' } } },
      },
      project,
      id,
    );
    assert.equal(queued.variables?.reason?.value, 'drift');
    assert.equal((await pipelines.getRun(project, id, queued.id!)).pipeline?.name, 'retrain');
    const build = await api.getBuildApi();
    assert.equal((await build.getBuild(project, queued.id!)).sourceBranch, 'refs/heads/dev');
  });

  it('publishes test results', async () => {
    const test = await api.getTestApi();
    const created = await test.createTestRun(
      { name: 'gate', automated: true, build: { id: String(run.id) } } as never,
      project,
    );
    const results = await test.addTestResultsToTestRun(
      [{ testCaseTitle: 'accuracy', outcome: 'Passed' }],
      project,
      created.id!,
    );
    assert.equal(results[0]?.outcome, 'Passed');
    const finished = await test.updateTestRun({ state: 'Completed' } as never, project, created.id!);
    assert.equal(finished.state, 'Completed');
  });

  it('takes a personal access token and refuses strangers', async () => {
    const ca = { cert: { caFile: join(fixture.folder, 'ca.pem') } };
    const withPat = new WebApi(fixture.devops.collectionUrl, getPersonalAccessTokenHandler(token), ca);
    assert.equal((await (await withPat.getBuildApi()).getBuild(project, run.id)).id, run.id);
    const stranger = await fixture.tokens.issue({ aud: 'https://elsewhere', sub: 'x' });
    const withWrong = new WebApi(fixture.devops.collectionUrl, getBearerHandler(stranger), ca);
    await assert.rejects(async () => (await withWrong.getBuildApi()).getBuild(project, run.id), { statusCode: 401 });
  });

  it('creates definitions and pull requests; every project has a repository', async () => {
    const build = await api.getBuildApi();
    const made = await build.createDefinition({ name: 'made-here' }, project);
    const queued = await build.queueBuild({ definition: { id: made.id! } }, project);
    assert.equal(queued.definition?.name, 'made-here');
    await assert.rejects(build.createDefinition({ name: 'made-here' }, project), /already used/);
    const git = await api.getGitApi();
    assert.ok((await git.getRepositories(project)).some(({ name }) => name === project));
    const branches = { sourceRefName: 'refs/heads/topic', targetRefName: 'refs/heads/main' };
    const pull = await git.createPullRequest({ ...branches, title: 'A topic' }, project, project);
    assert.equal((await git.getPullRequestById(pull.pullRequestId!)).title, 'A topic');
    await assert.rejects(git.createPullRequest({ title: 'No branches' }, project, project), /sourceRefName/);
  });
});
