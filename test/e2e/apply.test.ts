import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceArmId } from '../../sandbox/settings.ts';
import { writeFiles } from '../../sandbox/test/files.ts';
import { call } from '../../scripts/workspace-facts.ts';
import { type Run, type Step, task, useFixture, writes } from './fixture.ts';

const apply = (files: string, inputs: Record<string, string> = {}): Step =>
  task('AzureMLApplyAsset', 'apply', { files, ...inputs });

const DATA = 'name: iris\ntype: uri_folder\npath: ./rows\ndescription: flowers\n';
const ENVIRONMENT = 'name: train-env\nimage: ubuntu:22.04\nconda_file:\n  dependencies: [python=3.11]\n';
const COMPONENT = `name: prepare
type: command
inputs: {rows: {type: uri_folder}, limit: {type: integer, default: 3}}
outputs: {out: {type: uri_folder}}
command: cp $\{{inputs.rows}}/* $\{{outputs.out}}
code: ./src
environment: azureml:train-env@latest
`;

const HELLO = `type: pipeline
settings: {default_compute: azureml:nightly-cpu}
jobs:
  hello: {type: command, command: echo hello, environment: azureml:train-env@latest}
`;

describe('AzureMLApplyAsset', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  let sources: string;
  beforeEach(() => {
    sources = mkdtempSync(join(tmpdir(), 'apply-'));
  });
  afterEach(() => rmSync(sources, { recursive: true, force: true }));

  const write = (files: Record<string, string>): void => {
    writeFiles(sources, files);
  };
  const run = (files: string, inputs?: Record<string, string>): Promise<Run> =>
    fixture.run([apply(files, inputs)], { sourcesFolder: sources });
  const get = async (below: string): Promise<any> => {
    const { sandbox } = fixture;
    const path = `${workspaceArmId(sandbox.settings)}/${below}`;
    return (await call(sandbox, 'GET', `${sandbox.azuremlUrl}${path}?api-version=2024-10-01`)).body;
  };

  it('creates, leaves alone what is equal, and takes the next version of what differs', async () => {
    write({ 'iris.yml': DATA, 'rows/a.csv': '1,2\n' });
    const first = await run('iris.yml');
    assert.equal(first.result, 'succeeded', first.log);
    const { name, version, action, id } = first.step('apply').outputs;
    assert.deepEqual({ name, version, action }, { name: 'iris', version: '1', action: 'create' });
    assert.match(id!, /\/data\/iris\/versions\/1$/);

    const again = await run('iris.yml');
    assert.equal(again.result, 'succeeded', again.log);
    assert.deepEqual(writes(again.requests), [], 'an equal asset needs no request');
    assert.equal(again.step('apply').outputs.version, '1');
    assert.equal(again.step('apply').outputs.action, 'unchanged');

    write({ 'rows/a.csv': '1,2\n3,4\n' });
    const changed = await run('iris.yml');
    assert.equal(changed.step('apply').outputs.version, '2', changed.log);
    assert.match(changed.log, /iris\.yml: the data iris:1 exists and differs:/);
    assert.match(changed.log, /dataUri +azureml:.*LocalUpload/);
  });

  it('fails for a version that is fixed and differs, shows the difference and changes nothing', async () => {
    write({ 'iris.yml': `${DATA}version: 7\n`, 'rows/a.csv': '1\n' });
    const first = await run('iris.yml');
    assert.equal(first.step('apply').outputs.version, '7', first.log);
    const equal = await run('iris.yml');
    assert.equal(equal.step('apply').outputs.action, 'unchanged', equal.log);
    write({ 'iris.yml': `${DATA.replace('flowers', 'petals')}version: 7\n`, 'env.yml': ENVIRONMENT });
    const run2 = await run('*.yml');
    assert.equal(run2.result, 'failed', run2.log);
    assert.deepEqual(writes(run2.requests), [], 'not even the environment, which is in order');
    assert.match(run2.log, /description +flowers +petals/);
    assert.match(run2.log, /iris\.yml.*The data iris:7 exists and differs from the file in 'description'/);
    assert.match(run2.log, /AssetDiffers/);
    assert.equal((await get('data/iris/versions/7')).properties.description, 'flowers');
  });

  it('applies the files of a pattern in the order of what they need', async () => {
    write({
      'a-component.yml': COMPONENT,
      'b-env.yml': ENVIRONMENT,
      'src/x.py': 'print(1)\n',
      'job.yml': 'command: ls\nenvironment: azureml:e:1\ncompute: azureml:c\n',
    });
    const refused = await run('*.yml');
    assert.equal(refused.result, 'failed', refused.log);
    assert.match(refused.log, /job\.yml.*This file describes a job/);
    assert.deepEqual(writes(refused.requests), []);

    const plan = await run('*.yml\n!job.yml', { whatIf: 'true' });
    assert.equal(plan.result, 'succeeded', plan.log);
    assert.deepEqual(writes(plan.requests), []);
    assert.match(plan.log, /What if: 2 would be created, 0 updated, 0 unchanged; nothing was sent/);

    const made = await run('*.yml\n!job.yml');
    assert.equal(made.result, 'succeeded', made.log);
    const assets = JSON.parse(made.step('apply').outputs.assets!);
    assert.deepEqual(
      assets.map(({ kind, name, action }: any) => [kind, name, action]),
      [
        ['environment', 'train-env', 'create'],
        ['component', 'prepare', 'create'],
      ],
    );
    const spec = (await get(`components/prepare/versions/${assets[1].version}`)).properties.componentSpec;
    assert.match(spec.environment, /environments\/train-env\/versions\/1$/);
    const again = await run('*.yml\n!job.yml');
    assert.deepEqual(writes(again.requests), [], again.log);
    assert.deepEqual(
      JSON.parse(again.step('apply').outputs.assets!).map(({ action }: any) => action),
      ['unchanged', 'unchanged'],
    );

    write({ 'a-component.yml': COMPONENT.replace(', limit: {type: integer, default: 3}', '') });
    const removed = await run('a-component.yml');
    assert.equal(removed.step('apply').outputs.action, 'create', 'an input that was taken out is a difference');
    write({ 'b-env.yml': ENVIRONMENT.replace('3.11', '3.12') });
    const environment = await run('b-env.yml');
    assert.equal(environment.step('apply').outputs.version, '2', environment.log);
  });

  it('takes a model of a job’s output, whose place the service writes in its own words', async () => {
    const job = await fixture.run([task('AzureMLSubmitJob', 'submit', { jobFile: 'jobs/logged.yml', wait: 'true' })]);
    const { jobName } = job.step('submit').outputs;
    write({ 'model.yml': `name: logged\ntype: custom_model\npath: azureml://jobs/${jobName}/outputs/files\n` });
    assert.equal((await run('model.yml')).step('apply').outputs.action, 'create');
    assert.equal((await run('model.yml')).step('apply').outputs.action, 'unchanged');
  });

  it('creates and updates computes and schedules, which have no versions', async () => {
    const compute = 'name: nightly-cpu\ntype: amlcompute\nsize: Standard_DS3_v2\nmax_instances: 2\n';
    const schedule = (hour: number): string => `name: nightly-job
trigger: {type: cron, expression: "0 ${hour} * * *"}
create_job: {type: pipeline, job: ./jobs/hello.yml}
`;
    write({
      'cpu.yml': compute,
      'nightly.yml': schedule(3),
      'jobs/hello.yml': HELLO,
      'env.yml': ENVIRONMENT.replace('3.11', '3.12'),
    });
    const made = await run('*.yml');
    assert.equal(made.result, 'succeeded', made.log);
    assert.equal((await get('computes/nightly-cpu')).properties.properties.scaleSettings.maxNodeCount, 2);
    const again = await run('*.yml');
    assert.deepEqual(writes(again.requests), [], again.log);
    write({ 'cpu.yml': compute.replace('max_instances: 2', 'max_instances: 5'), 'nightly.yml': schedule(4) });
    const changed = await run('*.yml');
    assert.match(changed.log, /0 created, 2 updated, 1 unchanged/);
    assert.match(changed.log, /scaleSettings\.maxNodeCount +2 +5/);
    assert.match(changed.log, /trigger\.expression +0 3 \* \* \* +0 4 \* \* \*/);
    assert.equal(changed.step('apply').outputs.version, '');
  });
});
