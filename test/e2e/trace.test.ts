import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Lineage } from '../../lib/lineage/lineage.ts';
import { workspaceArmId } from '../../sandbox/settings.ts';
import { createRepository, type History } from '../../sandbox/test/git-repository.ts';
import { armClient } from '../../sandbox/test/http.ts';
import { ROOT } from '../../scripts/layout.ts';
import { call } from '../../scripts/workspace-facts.ts';
import { type Run, register, type Step, stream, submit, task, useFixture } from './fixture.ts';
import { put } from './workspace-seeds.ts';

/** A job that reads a version of a data asset. */
const JOB = `
command: echo \${{inputs.people}} && python log_metrics.py accuracy=0.9 loss=0.1 && echo w > \${{outputs.model}}/w.txt
code: ../src
environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest
compute: azureml:cpu-cluster
inputs:
  people: {type: uri_folder, path: 'azureml:people:VERSION'}
outputs:
  model: {type: custom_model}
`;

describe('tracing a model', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  let folder: string;
  let history: History;
  let trained: Run[];

  const trace = (from: string, inputs: Record<string, string> = {}): Promise<Run> =>
    fixture.run([task('AzureMLTraceModel', 'trace', { from, ...inputs }) as Step], { sourcesFolder: folder });
  const lineageOf = (run: Run): Lineage & { comparison?: any } =>
    JSON.parse(readFileSync(run.attachments.find(({ name }) => name === 'model-lineage.json')!.file, 'utf8'));
  const summaryOf = (run: Run, name: string): string =>
    readFileSync(run.attachments.find(({ file }) => basename(file) === name)!.file, 'utf8');
  /** The log's tree without its links. */
  const treeOf = (run: Run): string[] =>
    run
      .step('trace')
      .log.filter((line) => /^(the |[│├└ ]+[─] )/.test(line))
      .map((line) =>
        line
          .replace(/ {2}https:\S+$/, '')
          .replace(/\b20\d{6}\.(\d)\b/, '20.$1')
          .replace(/\d{4}-\d\d-\d\d/, 'DAY')
          .replace(/(ran the code )\S+/, '$1CODE')
          .replace(basename(folder), 'CHURN'),
      );

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'churn-'));
    cpSync(join(ROOT, 'test/fixtures/project'), folder, { recursive: true });
    const prepared = await fixture.run([submit('jobs/command.yml'), stream()]);
    const files = `azureml/${prepared.step('submit').outputs.jobName}/model/`;
    for (const version of ['1', '2']) {
      writeFileSync(join(folder, `jobs/train-${version}.yml`), JOB.replace('VERSION', version));
      const dataUri = `azureml://datastores/workspaceblobstore/paths/${files}`;
      await put(fixture.sandbox, `data/people/versions/${version}`, {
        properties: { dataType: 'uri_folder', dataUri },
      });
    }
    const { devops } = fixture.sandbox;
    history = createRepository(folder, devops.addWorkItem({ title: 'Predict with tenure' }));
    devops.addPullRequest({
      repository: basename(folder),
      title: 'Use the tenure',
      sourceBranch: 'refs/heads/features',
      targetBranch: 'refs/heads/main',
      mergeCommit: history.merge,
      workItems: [devops.addWorkItem({ title: 'Wrong units', type: 'Bug', state: 'Closed' })],
    });
    trained = [];
    for (const [version, commit] of [
      ['1', history.first],
      ['2', history.merge],
    ] as const) {
      const steps = [submit(`jobs/train-${version}.yml`), stream(), register({ modelName: 'churn' })];
      const run = await fixture.run(steps, { sourcesFolder: folder, commit });
      assert.equal(run.result, 'succeeded', run.log);
      trained.push(run);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const job = (index: number): string => trained[index]!.step('submit').outputs.jobName!;
  const wholeTree = (): string[] => [
    'the model churn version 2',
    '├─ registered by the build 20.2 (CHURN, requested by Sandbox User)',
    `│  ├─ built from the commit ${history.merge.slice(0, 8)} (Merged PR 1: Use the tenure, Ada, DAY)`,
    '│  │  └─ brought by the pull request 1: Use the tenure (mlops Build Service (sandbox))',
    '│  ├─ for the work item 1: Predict with tenure (User Story, Active)',
    '│  └─ for the work item 2: Wrong units (Bug, Closed)',
    `└─ made by the job ${job(1)} (Completed, jobs)`,
    '   ├─ read as people: the data people version 2',
    '   ├─ ran in the environment sklearn-1.5 (latest)',
    '   ├─ ran the code CODE',
    '   └─ submitted by the build 20.2 (see above)',
  ];

  it('is possible because registration recorded and said it', () => {
    const [, second] = trained;
    const sentence = `Model churn version 2 was registered from the output 'model' of the job ${job(1)}.`;
    const rest = `It comes from the commit ${history.merge.slice(0, 8)} of main and the data azureml:people:2.`;
    assert.ok(second!.step('register').log.includes(`${sentence} ${rest}`), second!.log);
    const markdown = summaryOf(second!, 'model-registration.md');
    assert.ok(markdown.startsWith(`### ✅ ${sentence}\n`), markdown);
    for (const row of [
      /^\| Build \| \[\d+\.2\]\(https:.*buildId=\d+\) \|$/m,
      /^\| Pull request \| 1 \|$/m,
      /^\| Work items \| 1, 2 \|$/m,
      /^\| Data \| people: azureml:people:2 \|$/m,
      /^\| accuracy \| 0\.9 \|$/m,
    ])
      assert.match(markdown, row);
  });

  it('walks to its job, data, build, commit, pull request and work items', async () => {
    const run = await trace('model:churn');
    assert.equal(run.result, 'succeeded', run.log);
    assert.deepEqual(treeOf(run), wholeTree());
    const { outputs } = run.step('trace');
    assert.equal(outputs.modelVersion, '2');
    assert.equal(outputs.jobName, job(1));
    assert.equal(outputs.commit, history.merge);
    assert.equal(outputs.pullRequest, '1');
    assert.equal(outputs.workItems, '1,2');
    assert.equal(outputs.requestedFor, 'Sandbox User');
    assert.equal(outputs.dataVersions, 'azureml:people:2');
    assert.equal(outputs.missing, '0');
    const { nodes, missing } = lineageOf(run);
    assert.deepEqual(missing, []);
    for (const { kind, link } of nodes)
      assert.equal(kind === 'code' || kind === 'environment' || /^https:/.test(link ?? ''), true, kind);
    const markdown = summaryOf(run, 'model-lineage.md');
    assert.match(
      markdown,
      /^ {4}- built from the commit \[[0-9a-f]{8}\]\(https:\S+\) \(Merged PR 1: Use the tenure, Ada, /m,
    );
    assert.ok(run.log.includes(`This run has the build tags 'model churn 2', 'job ${job(1)}'.`));
  });

  it('walks the other way, from a job to the model that was registered from it', async () => {
    const run = await trace(`job:${job(1)}`, { whatIf: 'true' });
    assert.equal(run.result, 'succeeded', run.log);
    assert.ok(treeOf(run).includes('└─ registered as the model churn version 2'), run.log);
    assert.match(run.log, /What if: this run would get the build tags 'job train-2-[^']+'; nothing was sent\./);
  });

  it('walks from the endpoint that serves it, and from the model to that endpoint', async () => {
    const files = { endpointFile: 'serving/endpoint.yml', deploymentFile: 'serving/deployment.yml', bakeMinutes: '0' };
    const deploy = task('AzureMLDeployModel', 'deploy', { ...files, deploymentName: 'blue', model: 'churn:2' });
    const deployed = await fixture.run([deploy], { sourcesFolder: folder });
    assert.equal(deployed.result, 'succeeded', deployed.log);
    const run = await trace('endpoint:churn');
    assert.equal(run.result, 'succeeded', run.log);
    const tree = treeOf(run);
    assert.deepEqual(tree.slice(0, 3), [
      'the endpoint churn (blue 100 %)',
      '└─ sends 100 % of the requests to the deployment blue (Standard_DS3_v2)',
      `   ├─ deployed by the build ${deployed.buildNumber.replace(/^\d+/, '20')} (CHURN, requested by Sandbox User)`,
    ]);
    assert.ok(tree.includes('   └─ serves the model churn version 2'), run.log);
    assert.ok(tree.includes(`      └─ made by the job ${job(1)} (Completed, jobs)`), run.log);
    assert.equal(run.step('trace').outputs.missing, '0', run.log);
    assert.ok(run.log.includes(`build tags 'endpoint churn', 'model churn 2', 'job ${job(1)}'`), run.log);
    const { tags } = (await (await armClient(fixture.sandbox)).call('GET', 'onlineEndpoints/churn/deployments/blue'))
      .body;
    assert.equal(tags['lineage.job'], job(1));
    assert.equal(tags['lineage.data.people'], 'azureml:people:2');
    assert.equal(tags['lineage.pullRequest'], '1');
    const model = await trace('model:churn:2', { addBuildTags: 'false' });
    assert.equal(treeOf(model).at(-1), '└─ served by the deployment churn/blue');
    assert.doesNotMatch(model.log, /build tags/);
  });

  it('compares it with an older one', async () => {
    const run = await trace('model:churn:2', { compareTo: 'model:churn:1' });
    assert.equal(run.result, 'succeeded', run.log);
    const { outputs, log } = run.step('trace');
    assert.equal(outputs.commitCount, '2');
    assert.equal(outputs.changedWorkItems, '1,2');
    for (const line of [
      /^What is different from churn version 1 to churn version 2$/,
      /^ {2}[0-9a-f]{8} Use the tenure of customers \(Ada, [\d-]+\) {2}https:/,
      /^ {2}2: Wrong units \(Bug, Closed\) {2}https:/,
      /^ {2}data people +people version 1 +people version 2$/,
    ])
      assert.ok(
        log.some((one) => line.test(one)),
        `${line} in ${run.log}`,
      );
    assert.equal(lineageOf(run).comparison.data[0].before.id, 'data:azureml:people:1');
    const back = await trace('model:churn:1', { compareTo: 'model:churn:2' });
    assert.match(back.log, /^Commits that churn version 2 has and churn version 1 does not have:$/m);
  });

  it('walks forwards from a build and from a commit', async () => {
    const { buildId } = trained[1]!;
    const run = await trace(`build:${buildId}`);
    assert.equal(run.result, 'succeeded', run.log);
    const tree = treeOf(run);
    assert.equal(tree[0], 'the build 20.2 (CHURN, requested by Sandbox User)');
    assert.ok(tree.includes(`└─ submitted the job ${job(1)} (Completed, jobs)`), run.log);
    assert.ok(tree.includes('   └─ registered as the model churn version 2'), run.log);
    const { modelName, modelVersion, jobName, commit, missing } = run.step('trace').outputs;
    assert.deepEqual([modelName, modelVersion, jobName, commit, missing], ['churn', '2', job(1), history.merge, '0']);
    const ofCommit = await trace(`commit:${history.first.slice(0, 10)}`);
    assert.ok(
      treeOf(ofCommit).some((line) => line.includes(`submitted the job ${job(0)} `)),
      ofCommit.log,
    );
    const unknown = await trace('build:4711');
    assert.match(unknown.log, /No job and no deployment of the workspace 'sandbox-ws' names the build '?4711'?;/);
  });

  it('says what it may not read, and why, and is not failed by it', async () => {
    const { denied } = fixture.sandbox.devops;
    for (const what of ['builds', 'code', 'workItems', 'buildTags'] as const) denied.add(what);
    const run = await trace('model:churn:2').finally(() => denied.clear());
    assert.equal(run.result, 'succeeded', run.log);
    const tree = treeOf(run);
    assert.match(
      tree[2]!,
      /^│ {2}├─ \? the build 20\.2 could not be read: the job's token may not read it \(403\): Access denied\. mlops Build/,
    );
    // What was recorded is still there.
    assert.ok(tree.includes(`│  ├─ built from the commit ${history.merge.slice(0, 8)}`), run.log);
    assert.ok(tree.includes('│  │  └─ brought by the pull request 1'), run.log);
    assert.ok(
      tree.some((line) => /for the work item 2$/.test(line)),
      run.log,
    );
    assert.match(run.log, /The build tags .* could not be added to this run: the job's token may not read it \(403\)/);
    assert.notEqual(run.step('trace').outputs.missing, '0');
  });

  it('does not keep a model from being registered', async () => {
    const { denied } = fixture.sandbox.devops;
    denied.add('builds');
    const step = task('AzureMLRegisterModel', 'register', { jobName: job(1), outputName: 'model', modelName: 'alone' });
    const run = await fixture.run([step], { sourcesFolder: folder }).finally(() => denied.clear());
    assert.equal(run.result, 'succeeded', run.log);
    assert.match(run.log, /work items of this run is recorded: the job's token may not read it \(403\): Access denied/);
    assert.equal(run.step('register').outputs.modelVersion, '1');
  });

  it('of a deleted job and a deleted build tells what the model recorded', async () => {
    const { sandbox } = fixture;
    sandbox.devops.deleteRun(trained[0]!.buildId);
    const path = `${workspaceArmId(sandbox.settings)}/jobs/${job(0)}?api-version=2026-05-01`;
    await call(sandbox, 'DELETE', `${sandbox.azuremlUrl}${path}`);
    const run = await trace('model:churn:1');
    assert.equal(run.result, 'succeeded', run.log);
    const tree = treeOf(run);
    assert.ok(
      tree.some((line) => /\? the build 20\.1 could not be read: it does not exist any more/.test(line)),
      run.log,
    );
    assert.ok(
      tree.some((line) => /\? the job train-1-\S+ could not be read: it was deleted from the workspace/.test(line)),
    );
    assert.ok(tree.includes('   ├─ read as people: the data people version 1'), run.log);
    assert.match(summaryOf(run, 'model-lineage.md'), /#### What could not be found\n\n- the build/);
  });

  it('fails when there is nothing to begin with', async () => {
    const wrong = await trace('model:churn:99');
    assert.match(
      wrong.log,
      /There is no version '99' of the model 'churn' in the workspace 'sandbox-ws'\..*\[ModelNotFound\]/,
    );
    const misspelt = await trace('modell:churn');
    assert.match(
      misspelt.log,
      /The input from is not valid: 'modell:churn' does not name what to trace\..*\[TraceStartInvalid\]/,
    );
  });
});
