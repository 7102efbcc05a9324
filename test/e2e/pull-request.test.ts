/** The verdict as a comment of the pull request that a run validates: with the packed task against the sandbox. */
import assert from 'node:assert/strict';
import { openDevOps } from '../../lib/devops/open.ts';
import { type Run, type Step, task, useFixture } from './fixture.ts';

describe('the comment of a pull request', function () {
  this.timeout(120_000);
  const fixture = useFixture();
  let number: number;
  before(() => {
    number = fixture.sandbox.devops.addPullRequest({
      repository: 'project',
      title: 'A better model',
      sourceBranch: 'refs/heads/better',
      targetBranch: 'refs/heads/main',
    });
  });
  afterEach(() => fixture.sandbox.devops.denied.clear());

  const judge = (name: string, inputs: Record<string, string> = {}): Step =>
    task('AzureMLEvaluateModel', name, {
      metricsFile: 'metrics.json',
      rules: 'metrics["#12"] > 0.5',
      onFail: 'skip',
      commentOnPullRequest: 'true',
      ...inputs,
    });
  const gate = (value: number, steps = [judge('gate')], options = {}): Promise<Run> =>
    fixture.run([{ bash: `echo '{ "#12": ${value}, "a|<b>": 1 }' > metrics.json` }, ...steps], {
      branch: `refs/pull/${number}/merge`,
      reason: 'PullRequest',
      ...options,
    });
  const threads = async () => {
    const { devops } = fixture.sandbox;
    const about = { definitionName: 'x', branch: 'b', reason: 'Manual', repository: 'project', commit: '0'.repeat(40) };
    const { accessToken: token } = await devops.createRun(about).jobCredentials('21111111-2222-4333-8444-555555555555');
    const caFile = fixture.sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!;
    const opened = openDevOps({
      collectionUrl: devops.collectionUrl,
      token,
      onSecret: () => {},
      network: { caFile },
      product: 'test/1',
      signal: new AbortController().signal,
    });
    const found = await (await opened.git()).getThreads('project', number, devops.project.name);
    return found.map(({ status, comments }) => ({ status, texts: comments!.map(({ content }) => content!) }));
  };

  it('has the verdict, the rules and the metrics, and nothing in it becomes a link or HTML', async () => {
    const run = await gate(0.1);
    assert.equal(run.result, 'succeeded', run.log);
    assert.match(run.log, /The pull request '?1'? has a comment with the verdict\./);
    const [thread, ...others] = await threads();
    assert.deepEqual(others, []);
    assert.equal(thread!.status, 1);
    const [text] = thread!.texts;
    assert.match(text!, /^<!-- model-bridge:[0-9a-f]{32} -->\n### ❌ The model does not pass the gate/);
    assert.match(text!, /\| a\\\|&lt;b&gt; \| 1 \|/);
    assert.doesNotMatch(text!, /#\d|<b>/);
    assert.match(text!, /Judged by the run \[[^\]]+\]\(https:\/\/\S+_build\/results\?buildId=\d+\)/);
  });

  it('is replaced by the next run, which closes the thread when the model passes', async () => {
    const run = await gate(0.9);
    assert.match(run.log, /The comment of the pull request '?1'? has the new verdict\./);
    const found = await threads();
    assert.deepEqual([found.length, found[0]!.status, found[0]!.texts.length], [1, 4, 1]);
    assert.match(found[0]!.texts[0]!, /✅ The model passes the gate\./);
  });

  it('of another step is another one', async () => {
    const run = await gate(0.1, [judge('gate'), judge('latency', { rules: 'metrics["a|<b>"] == 1' })]);
    assert.equal(run.result, 'succeeded', run.log);
    assert.deepEqual(
      (await threads()).map(({ status }) => status),
      [1, 4],
    );
  });

  it('that can not be written is a warning, and the verdict the same', async () => {
    fixture.sandbox.devops.denied.add('pullRequests');
    const run = await gate(0.9);
    assert.equal(run.result, 'succeeded', run.log);
    assert.equal(run.step('gate').outputs.verdict, 'pass');
    assert.match(
      run.log,
      /##\[warning\]The verdict is not a comment of the pull request '?1'?: .*\(403\): TF401027.*"Contribute/,
    );
    assert.equal((await threads())[0]!.status, 1);
  });

  it('is not there with whatIf, without being asked for, and in other runs', async () => {
    const before = await threads();
    const run = await gate(0.9, [judge('dry', { whatIf: 'true' }), judge('silent', { commentOnPullRequest: 'false' })]);
    assert.match(run.log, /What if: the pull request '?1'? would have a comment/);
    const manual = await gate(0.9, [judge('gate')], { branch: 'refs/heads/main', reason: 'Manual' });
    assert.match(manual.log, /The verdict is not a comment: this run does not validate a pull request\./);
    assert.deepEqual(await threads(), before);
  });
});
