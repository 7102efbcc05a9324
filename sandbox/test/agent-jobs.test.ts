import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { say, stepOf, useAgentFixture } from './agent-run.ts';

describe('the agent runs jobs', () => {
  const fixture = useAgentFixture();

  it('runs pre-job parts first and post-job parts last, backwards and always, with shared task variables', async () => {
    const run = await fixture.run(`steps:
- checkout: none
- { task: Phases@1, displayName: one }
- { task: Phases@1, displayName: two }
- script: exit 1`);
    const { steps } = run.stages[0]!.jobs[0]!;
    assert.deepEqual(
      steps.map(({ displayName }) => displayName),
      ['Pre-job: one', 'Pre-job: two', 'one', 'two', 'CmdLine', 'Post-job: two', 'Post-job: one'],
    );
    assert.ok(steps[0]!.log.includes('pre sees nothing'));
    assert.ok(steps[2]!.log.includes('main sees pre'));
    assert.ok(steps[6]!.log.includes('post sees main'));
    assert.equal(run.result, 'failed');
  });

  it('retries a failing task', async () => {
    const count = join(fixture.folder, 'attempts');
    const run = await fixture.run(
      `steps:\n- checkout: none\n- task: Say@1\n  name: s\n  retryCountOnTaskFailure: 2\n  inputs: { failuresFile: ${count}, failures: 1 }`,
    );
    assert.equal(run.result, 'succeeded');
    assert.equal(readFileSync(count, 'utf8'), 'xx');
    assert.match(stepOf(run, 's').issues[0]!.message, /will retry \(attempt #: 1 out of 2\) after 1000 ms/);
  });

  it('judges conditions of steps by the status of the job', async () => {
    const run = await fixture.run(`steps:
- checkout: none
- { script: exit 1, name: bad }
- { script: echo no, name: usual }
- { script: echo yes, name: failed, condition: failed() }
- { script: echo yes, name: always, condition: "and(always(), eq(variables['Agent.JobStatus'], 'failed'))" }
- { script: echo no, name: off, enabled: false }`);
    const results = Object.fromEntries(run.stages[0]!.jobs[0]!.steps.map(({ name, result }) => [name, result]));
    assert.deepEqual(results, { bad: 'Failed', usual: 'Skipped', failed: 'Succeeded', always: 'Succeeded' });
  });

  it('fails clearly for a task that only Windows can run', async () => {
    const run = await fixture.run('steps:\n- task: WindowsOnly@1\n  name: w');
    assert.match(stepOf(run, 'w').issues[0]!.message, /not capable of running this task/);
  });

  it('publishes and downloads artifacts, tags the build and shows test totals', async () => {
    const run = await fixture.run(
      `name: $(Date:yyyy).x$(Rev:.r)
jobs:
- job: a
  steps:
  - bash: |
      mkdir out; echo hi > out/f.txt
      echo "##vso[build.addbuildtag] tagged "
      echo "##vso[artifact.upload artifactname=second]$PWD/out/f.txt"
  - publish: out
    artifact: drop
  - task: PublishTestResults@2
    name: t
    inputs: { testResultsFiles: 'r/*.xml', testRunTitle: Mine }
- job: b
  dependsOn: a
  steps:
  - checkout: none
  - download: current
    artifact: drop
  - task: DownloadPipelineArtifact@2
    inputs: { artifact: second, path: $(Pipeline.Workspace)/to }
  - bash: cat $(Pipeline.Workspace)/drop/f.txt $(Pipeline.Workspace)/to/f.txt
    name: show`,
      {},
      {
        'r/a.xml':
          '<testsuite><testcase name="a"/><testcase name="b"><failure>x</failure></testcase><testcase name="c"><skipped/></testcase></testsuite>',
      },
    );
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    assert.deepEqual(run.tags, ['tagged']);
    assert.equal(stepOf(run, 'show').log.filter((line) => line === 'hi').length, 2);
    assert.ok(existsSync(join(run.workFolder, 'artifacts/second/f.txt')));
    assert.ok(stepOf(run, 't').log.includes("Test run 'Mine': 3 tests, 1 passed, 1 failed, 1 not executed"));
    assert.match(run.buildNumber, /^\d{4}\.x\.\d+$/);
  });

  it('runs agentless and deployment jobs', async () => {
    const run = await fixture.run(`jobs:
- job: wait
  pool: server
  steps:
  - { task: ManualValidation@1, name: approval, inputs: { instructions: Look } }
  - { task: Delay@1, inputs: { delayForMinutes: 0 } }
- deployment: d
  dependsOn: wait
  environment: production
  strategy:
    runOnce:
      deploy:
        steps:
        - script: |
            ls -A
            echo "##vso[task.setvariable variable=v;isoutput=true]$(Environment.Name)"
          name: s
- job: after
  dependsOn: d
  variables: { v: "$[ dependencies.d.outputs['d.s.v'] ]" }
  steps:
  - { script: 'echo [$(v)]', name: a }`);
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    assert.ok(stepOf(run, 'approval').log.some((line) => line.includes('approves')));
    assert.ok(stepOf(run, 'a').log.includes('[production]'));
  });

  it('runs tasks on the Node that it is told', async () => {
    const out = join(fixture.folder, 'node24.json');
    const nodePath = join(fixture.folder, 'another-node');
    symlinkSync(process.execPath, nodePath);
    const run = await fixture.run(
      say('##vso[task.prependpath]/first').concat(`- task: Environment@1\n  inputs: { outFile: ${out} }`),
      { nodePath },
    );
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    const { environment } = JSON.parse(readFileSync(out, 'utf8'));
    assert.ok(environment.PATH.startsWith('/first:'));
    const failed = await fixture.run(say('x').concat('    exitCode: 1\n'), { nodePath });
    assert.ok(stepOf(failed, 's').issues[0]!.message.includes(nodePath));
  });

  it('shows debug lines and processed commands only with System.Debug', async () => {
    const lines = '##vso[task.debug]deep\n##vso[task.setvariable variable=a]1';
    const quiet = await fixture.run(say(lines));
    assert.ok(!stepOf(quiet, 's').log.some((line) => line.startsWith('##[debug]')));
    const loud = await fixture.run(say(lines), { variables: { 'System.Debug': 'true' } });
    const debug = stepOf(loud, 's').log.filter((line) => line.startsWith('##[debug]'));
    assert.deepEqual(debug, ['##[debug]deep', '##[debug]Processed: ##vso[task.setvariable variable=a]1']);
  });

  it('changes a connection for later steps and masks the new value', async () => {
    const id = '5ab0c1de-0000-4000-8000-00000000e001';
    const out = join(fixture.folder, 'endpoint.json');
    const run = await fixture.run(
      say(
        `##vso[task.setendpoint id=${id};field=authParameter;key=serviceprincipalkey]renewed-key\nrenewed-key`,
      ).concat(`- task: Environment@1\n  inputs: { outFile: ${out}, connection: sandbox }`),
    );
    assert.ok(stepOf(run, 's').log.includes('***'));
    const { environment } = JSON.parse(readFileSync(out, 'utf8'));
    assert.equal(environment[`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALKEY`], 'renewed-key');
  });
});
