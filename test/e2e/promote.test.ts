import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productionSettings, registryArmId, workspaceArmId } from '../../sandbox/settings.ts';
import { call } from '../../scripts/workspace-facts.ts';
import { type Run, register, type Step, submit, task, useFixture, writes } from './fixture.ts';
import { put, seedComponents } from './workspace-seeds.ts';

const PROD = {
  targetAzureSubscription: 'sandbox-prod',
  targetResourceGroupName: productionSettings.resourceGroup,
  targetWorkspaceName: productionSettings.workspaceName,
};
const promote = (inputs: Record<string, string>, more: Step = {}): Step =>
  task('AzureMLPromoteModel', 'promote', { modelName: 'net', modelVersion: 'latest', ...inputs }, more);
const download = (inputs: Record<string, string>, more: Step = {}): Step =>
  task('AzureMLDownloadModel', 'download', { modelName: 'net', modelVersion: 'latest', ...inputs }, more);
/** Writes to blobs and data references do not count as changes of the workspace. */
const changes = (run: Run): string[] => writes(run.requests).filter((line) => !/datarefs/.test(line));

describe('models on their way to production', function () {
  this.timeout(300_000);
  const fixture = useFixture();
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'models-'));
    const run = await fixture.run([
      submit('jobs/logged.yml', { wait: 'true' }),
      register({ modelName: 'net', outputName: 'files', tags: 'team=risk\ngate.verdict=pass' }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const get = async (root: string, below: string): Promise<any> => {
    const { sandbox } = fixture;
    return (await call(sandbox, 'GET', `${sandbox.azuremlUrl}${root}/${below}?api-version=2024-10-01`)).body;
  };
  const inDev = (below: string) => get(workspaceArmId(fixture.sandbox.settings), below);
  const inProd = (below: string) => get(workspaceArmId(productionSettings), below);
  const inRegistry = (below: string) => get(registryArmId(fixture.sandbox.settings), below);
  const filesIn = (path: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((file) => [file.slice(path.length + 1), readFileSync(file, 'utf8')]),
    );

  it('are downloaded, all files of them, once', async () => {
    const targetFolder = join(folder, 'dev');
    const run = await fixture.run([download({ targetFolder })]);
    assert.equal(run.result, 'succeeded', run.log);
    const { modelVersion, modelPath, fileCount } = run.step('download').outputs;
    assert.equal(modelVersion, '1');
    assert.equal(modelPath, targetFolder);
    const files = filesIn(targetFolder);
    assert.equal(Object.keys(files).length, Number(fileCount));
    assert.ok(files['net.bin'] !== undefined, Object.keys(files).join());
    writeFileSync(join(targetFolder, 'net.bin'), 'spoilt');
    writeFileSync(join(targetFolder, 'stranger.txt'), 'x');
    const again = await fixture.run([download({ targetFolder })]);
    assert.match(again.log, /has 1 files that are not of this model, for example stranger\.txt/);
    assert.deepEqual(filesIn(targetFolder), { ...files, 'stranger.txt': 'x' });
    await fixture.run([download({ targetFolder, cleanFolder: 'true' })]);
    assert.deepEqual(filesIn(targetFolder), files);
  });

  it('that are not there, or have no files, are errors', async () => {
    const run = await fixture.run([
      download({ modelVersion: '9' }, { continueOnError: true }),
      download({ modelName: 'nett' }, { name: 'typo', continueOnError: true }),
      download({ modelVersion: 'stage:Production' }, { name: 'stage', continueOnError: true }),
      download({ registryName: 'nobodys' }, { name: 'registry', continueOnError: true }),
      download({ modelVersion: '1.2' }, { name: 'version', continueOnError: true }),
    ]);
    assert.match(run.log, /There is no version '9' of the model 'net' in the workspace 'sandbox-ws'\. There is '1'/);
    assert.match(run.log, /There is no model 'nett'.*Did you mean 'net'\?/);
    assert.match(run.log, /No version of the model 'net' in the workspace 'sandbox-ws' is in the stage 'Production'/);
    assert.match(run.log, /There is no registry 'nobodys'/);
    assert.match(run.log, /The input modelVersion is not valid: '1\.2' is neither/);
  });

  it('are those that the run registered where no version is named, never the newest one', async () => {
    const unnamed = { modelName: 'own', modelVersion: '' };
    const own = [
      submit('jobs/logged.yml', { wait: 'true' }),
      register({ modelName: 'own', outputName: 'files' }),
      download({ ...unnamed, targetFolder: join(folder, 'own') }),
      promote({ ...unnamed, stage: 'Staging' }),
    ];
    for (const version of ['1', '2']) {
      const run = await fixture.run(own);
      assert.equal(run.result, 'succeeded', run.log);
      const outputs = ['download', 'promote'].map((name) => run.step(name).outputs.modelVersion);
      assert.deepEqual(outputs, [version, version], run.log);
      assert.match(run.log, /the version that this pipeline run registered, since modelVersion is empty/);
    }
    for (const step of [download({ ...unnamed }), promote({ ...unnamed, stage: 'Production' })]) {
      const run = await fixture.run([step]);
      assert.equal(run.result, 'failed', run.log);
      assert.match(run.log, /this pipeline run registered no version of the model own in the workspace 'sandbox-ws'/);
      assert.deepEqual(changes(run), []);
    }
    const latest = await fixture.run([promote({ ...unnamed, modelVersion: 'latest', stage: 'Staging' })]);
    assert.match(latest.log, /the version that was created last, since modelVersion is latest/);
  });

  it('are checked before anything is written', async () => {
    const cases: [inputs: Record<string, string>, said: RegExp][] = [
      [
        { registryName: 'azureml', requireVerdict: 'noBaseline' },
        /has the verdict 'pass'; promotion requires 'noBaseline'/,
      ],
      [{ registryName: 'nobodys' }, /There is no registry 'nobodys'/],
      [
        { ...PROD, targetWorkspaceName: 'prod' },
        /There is no workspace 'prod' in the resource group 'sandbox-prod-rg'/,
      ],
      [
        { ...PROD, targetAzureSubscription: 'sandbox-reader' },
        /may not write models in the workspace 'sandbox-prod-ws'.*AzureML Data Scientist/,
      ],
      [
        { azureSubscription: 'sandbox-reader', registryName: 'azureml', ...PROD },
        /may not write models in the registry/,
      ],
      [{ registryName: 'azureml', components: 'none:1' }, /There is no component none version 1/],
      [{}, /Nothing says where the model goes/],
      [{ registryName: 'azureml', stage: 'Production' }, /goes to a registry alone/],
      [{ sourceRegistryName: 'azureml' }, /nothing says where it goes/],
    ];
    for (const [inputs, said] of cases) {
      const run = await fixture.run([promote(inputs)]);
      assert.equal(run.result, 'failed', run.log);
      assert.match(run.log, said);
      assert.deepEqual(changes(run), [], run.log);
    }
    const plan = await fixture.run([
      promote({ registryName: 'azureml', ...PROD, stage: 'Production', whatIf: 'true' }),
    ]);
    assert.equal(plan.result, 'succeeded', plan.log);
    assert.deepEqual(changes(plan), []);
    assert.match(
      plan.log,
      /1 +model +net:1 +the registry 'azureml' +copy\n.*\n?.*2 +model +net:1 +the workspace 'sandbox-prod-ws' +copy/,
    );
    assert.match(plan.log, /What if: 3 changes; nothing was written/);
  });

  it('go through the registry to another workspace, with files and lineage', async () => {
    const inputs = { registryName: 'azureml', ...PROD, stage: 'Production', requireVerdict: 'pass' };
    const run = await fixture.run([promote(inputs)]);
    assert.equal(run.result, 'succeeded', run.log);
    const { modelId, modelVersion } = run.step('promote').outputs;
    assert.equal(modelVersion, '1');
    assert.match(modelId!, /\/workspaces\/sandbox-prod-ws\/models\/net\/versions\/1$/);
    const [dev, shared, prod] = [
      await inDev('models/net/versions/1'),
      await inRegistry('models/net/versions/1'),
      await inProd('models/net/versions/1'),
    ];
    const { properties } = prod.properties;
    assert.equal(properties['lineage.copiedFrom'], shared.id);
    const lineage = Object.entries(dev.properties.properties);
    assert.ok(lineage.length > 5);
    for (const [name, value] of lineage) assert.equal(properties[name], value, name);
    assert.equal(properties['lineage.workspace'], workspaceArmId(fixture.sandbox.settings));
    assert.equal(prod.properties.stage, 'Production');
    assert.deepEqual(prod.properties.tags, { team: 'risk', 'gate.verdict': 'pass', stage: 'Production' });
    assert.equal(dev.properties.stage, 'Development', 'the original stays as it is');

    const step = (name: string, more: Record<string, string>): Step =>
      download({ targetFolder: join(folder, name), ...more }, { name });
    const files = await fixture.run([
      step('a', {}),
      step('b', { registryName: 'azureml' }),
      step('c', {
        azureSubscription: 'sandbox-prod',
        resourceGroupName: productionSettings.resourceGroup,
        azureMLWorkspaceName: productionSettings.workspaceName,
        modelVersion: 'stage:production',
      }),
    ]);
    assert.equal(files.result, 'succeeded', files.log);
    const original = filesIn(join(folder, 'a'));
    assert.ok(Object.keys(original).length > 1);
    assert.deepEqual(filesIn(join(folder, 'b')), original);
    assert.deepEqual(filesIn(join(folder, 'c')), original);

    const again = await fixture.run([promote(inputs)]);
    assert.equal(again.result, 'succeeded', again.log);
    assert.deepEqual(changes(again), [], 'a promotion that is done needs no request');
    assert.match(again.log, /Nothing had to be done/);
  });

  it('are traced from production to the job and the build in dev', async () => {
    const run = await fixture.run([
      task('AzureMLTraceModel', 'trace', {
        azureSubscription: 'sandbox-prod',
        resourceGroupName: productionSettings.resourceGroup,
        azureMLWorkspaceName: productionSettings.workspaceName,
        from: 'model:net:1',
      }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    const { properties } = (await inDev('models/net/versions/1')).properties;
    const { jobName, pipelineRunUrl, commit } = run.step('trace').outputs;
    assert.equal(jobName, properties['lineage.job']);
    assert.equal(pipelineRunUrl, properties['lineage.pipelineRunUrl']);
    assert.equal(commit, properties['lineage.commit']);
    assert.match(run.log, /copied from/);
  });

  it('use each connection’s own token', async () => {
    const run = await fixture.run([promote({ ...PROD, stage: 'Production' })]);
    const appOf = (pattern: RegExp): Set<string> =>
      new Set(
        run.requests
          .filter(({ url }) => pattern.test(url))
          .map(({ headers }) => headers.authorization ?? '')
          .filter((header) => header !== '')
          .map((header) => JSON.parse(Buffer.from(header.split('.')[1]!, 'base64url').toString()).appid),
      );
    const [dev, prod] = [appOf(/\/sandbox-ws[/?]/), appOf(/\/sandbox-prod-ws[/?]/)];
    assert.equal(dev.size, 1);
    assert.equal(prod.size, 1);
    assert.notDeepEqual(dev, prod);
  });

  it('take a stage from the version that had it', async () => {
    const second = await fixture.run([
      submit('jobs/logged.yml', { wait: 'true' }),
      register({ modelName: 'net', outputName: 'files' }),
      promote({ modelVersion: '1', stage: 'Staging', exclusiveTag: 'champion=true' }),
    ]);
    assert.equal(second.result, 'succeeded', second.log);
    const run = await fixture.run([
      promote({ modelVersion: 'latest', stage: 'Staging', exclusiveTag: 'champion=true', tags: 'why=better' }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    assert.equal(run.step('promote').outputs.previousVersions, '1');
    const [one, two] = [await inDev('models/net/versions/1'), await inDev('models/net/versions/2')];
    assert.equal(two.properties.stage, 'Staging');
    assert.deepEqual(two.properties.tags, { stage: 'Staging', champion: 'true', why: 'better' });
    assert.equal(one.properties.stage, 'Archived');
    assert.deepEqual(one.properties.tags, { team: 'risk', 'gate.verdict': 'pass', stage: 'Archived' });
    const order = changes(run);
    assert.deepEqual(order, ['PUT /models/net/versions/2', 'PUT /models/net/versions/1'], 'the new one first');
    assert.deepEqual(changes(await fixture.run([promote({ stage: 'Staging', tags: 'why=better' })])), []);
  });

  it('do not replace what somebody else has put there', async () => {
    const run = await fixture.run([promote({ modelVersion: '2', ...PROD, targetModelVersion: '1' })]);
    assert.equal(run.result, 'failed', run.log);
    assert.match(
      run.log,
      /There is a version 1 of the model net in the workspace 'sandbox-prod-ws' already, which is not a copy/,
    );
    assert.deepEqual(changes(run), []);
    const free = await fixture.run([promote({ modelVersion: '2', ...PROD, targetModelName: 'other' })]);
    assert.equal(free.result, 'succeeded', free.log);
    const { properties } = (await inProd('models/other/versions/2')).properties;
    assert.match(properties['lineage.copiedFrom'], /sandbox-ws\/models\/net\/versions\/2$/);
  });

  it('take environments and components along', async () => {
    await put(fixture.sandbox, 'environments/score-env/versions/4', { properties: { image: 'ubuntu:22.04' } });
    await seedComponents(fixture.sandbox);
    const inputs = { registryName: 'azureml', ...PROD, modelVersion: '2', targetModelName: 'whole' };
    const along = { environments: 'azureml:score-env:4', components: 'greet:1' };
    const run = await fixture.run([promote({ ...inputs, ...along })]);
    assert.equal(run.result, 'succeeded', run.log);
    assert.match((await inRegistry('environments/score-env/versions/4')).id, /^azureml:\/\/registries/);
    assert.match((await inRegistry('components/greet/versions/1')).id, /^azureml:\/\/registries/);
    assert.equal((await inProd('environments/score-env/versions/4')).properties.image, 'ubuntu:22.04');
    assert.deepEqual(changes(await fixture.run([promote({ ...inputs, ...along })])), []);
  });

  it('go file by file where the registry does not copy by itself', async () => {
    fixture.sandbox.faults.add({ match: '^POST .*/import', kind: 'status', status: 404, times: 99, body: {} });
    const run = await fixture.run([promote({ modelVersion: '2', registryName: 'azureml', environments: '' })]);
    assert.equal(run.result, 'succeeded', run.log);
    assert.match(run.log, /does not copy it by itself, so the files go through this agent/);
    const shared = await inRegistry('models/net/versions/2');
    assert.match(shared.properties.properties['lineage.copiedFrom'], /sandbox-ws\/models\/net\/versions\/2$/);
    const targetFolder = join(folder, 'streamed');
    const files = await fixture.run([download({ targetFolder, registryName: 'azureml', modelVersion: '2' })]);
    assert.equal(files.result, 'succeeded', files.log);
    assert.deepEqual(filesIn(targetFolder), filesIn(join(folder, 'a')));
    const further = await fixture.run([
      promote({ sourceRegistryName: 'azureml', modelVersion: '2', ...PROD, stage: 'Production' }),
    ]);
    assert.equal(further.result, 'succeeded', further.log);
    assert.equal(further.step('promote').outputs.previousVersions, '1');
    assert.equal((await inProd('models/net/versions/1')).properties.stage, 'Archived');
  });
});
