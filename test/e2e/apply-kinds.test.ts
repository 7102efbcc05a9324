/** Every kind of file through everything that AzureMLApplyAsset does with one, all kinds in one pattern. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Run, task, useFixture, writes } from './fixture.ts';

const SCHEMA = '$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n';

/** @param nth another content for each number; @param version a line of each file whose kind has versions */
const filesOf = (nth: number, version = ''): Record<string, string> => ({
  'assets/data.yml': `name: rows\ntype: uri_folder\npath: ./rows\ndescription: take ${nth}\n${version}`,
  'assets/rows/a.csv': '1,2\n',
  'assets/environment.yml': `name: env\nimage: ubuntu:22.0${nth}\n${version}`,
  'assets/component.yml': `${SCHEMA}name: prep\ntype: command\ncommand: echo ${nth}\nenvironment: azureml:env@latest\n${version}`,
  'assets/model.yml': `name: net\ntype: custom_model\npath: ./rows\ndescription: take ${nth}\n${version}`,
});
const WITHOUT_VERSION = (nth: number): Record<string, string> => ({
  'assets/compute.yml': `name: cpu\ntype: amlcompute\nsize: Standard_DS3_v2\nmax_instances: ${nth}\n`,
  'assets/schedule.yml': `name: nightly
trigger: {type: cron, expression: "0 ${nth} * * *"}
create_job: {type: pipeline, job: ../jobs/hello.yml}
`,
  'jobs/hello.yml': `type: pipeline
settings: {default_compute: azureml:cpu}
jobs:
  hello: {type: command, command: echo hello, environment: azureml:env@latest}
`,
});

describe('every kind of file', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  let sources: string;
  before(() => {
    sources = mkdtempSync(join(tmpdir(), 'apply-kinds-'));
  });
  after(() => rmSync(sources, { recursive: true, force: true }));

  const write = (files: Record<string, string>): void => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(sources, name)), { recursive: true });
      writeFileSync(join(sources, name), content);
    }
  };
  const apply = (inputs: Record<string, string> = {}): Promise<Run> =>
    fixture.run([task('AzureMLApplyAsset', 'apply', { files: 'assets/*.yml', ...inputs })], { sourcesFolder: sources });
  const made = (run: Run): Record<string, string> =>
    Object.fromEntries(
      JSON.parse(run.step('apply').outputs.assets!).map((one: any) => [one.kind, `${one.version ?? ''} ${one.action}`]),
    );
  const dry = async (said: RegExp): Promise<Run> => {
    const run = await apply({ whatIf: 'true' });
    assert.equal(run.result, 'succeeded', run.log);
    assert.match(run.log, said);
    assert.deepEqual(writes(run.requests), []);
    return run;
  };

  it('is created, left alone while it is equal, and changed or given the next version when it differs', async () => {
    write({ ...filesOf(1), ...WITHOUT_VERSION(1) });
    await dry(/What if: 6 would be created, 0 updated, 0 unchanged; nothing was sent/);
    const first = await apply();
    assert.equal(first.result, 'succeeded', first.log);
    const created = made(first);
    for (const kind of ['data', 'environment', 'model']) assert.equal(created[kind], '1 create', kind);
    assert.match(created.component!, /^\S+ create$/);
    assert.deepEqual([created.compute, created.schedule], [' create', ' create']);

    const equal = await apply();
    assert.deepEqual(writes(equal.requests), [], equal.log);
    for (const [kind, version] of Object.entries(made(equal))) assert.match(version, /unchanged$/, kind);
    await dry(/What if: 0 would be created, 0 updated, 6 unchanged/);

    write({ ...filesOf(2), ...WITHOUT_VERSION(2) });
    const shown = await dry(/What if: 4 would be created, 2 updated, 0 unchanged/);
    for (const difference of [/take 1 +take 2/, /ubuntu:22\.01 +ubuntu:22\.02/, /echo 1 +echo 2/, /0 1 \* \* \* +0 2/])
      assert.match(shown.log, difference);
    const second = await apply();
    assert.equal(second.result, 'succeeded', second.log);
    const changed = made(second);
    for (const kind of ['data', 'environment', 'model']) assert.equal(changed[kind], '2 create', kind);
    assert.match(changed.component!, /^\S+ create$/);
    assert.notEqual(changed.component, created.component);
    assert.deepEqual([changed.compute, changed.schedule], [' update', ' update']);
  });

  it('with a version that is fixed is left alone or refused, all of them together', async () => {
    write(filesOf(1, 'version: 7\n'));
    const first = await apply();
    assert.equal(first.result, 'succeeded', first.log);
    const equal = await apply();
    assert.deepEqual(writes(equal.requests), [], equal.log);
    write(filesOf(2, 'version: 7\n'));
    for (const whatIf of ['false', 'true']) {
      const refused = await apply({ whatIf });
      assert.equal(refused.result, 'failed', refused.log);
      assert.deepEqual(writes(refused.requests), []);
      for (const kind of ['data rows', 'environment env', 'component prep', 'model net'])
        assert.match(refused.log, new RegExp(`The ${kind}:7 exists and differs from the file`), kind);
    }
  });
});
