import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { say, stepOf, useAgentFixture } from './agent-run.ts';

describe('the agent runs tasks', () => {
  const fixture = useAgentFixture();

  it('frames a step and copies the sources without .git and node_modules', async () => {
    const run = await fixture.run(
      `steps:\n- script: ls -A\n  displayName: List\n`,
      {},
      { 'data/x.txt': '1', '.git/config': '', 'node_modules/m/index.js': '' },
    );
    assert.equal(run.result, 'succeeded');
    const { log } = stepOf(run, 'CmdLine');
    assert.equal(log[0], '##[section]Starting: List');
    assert.equal(log[1], '='.repeat(78));
    assert.equal(log[2], 'Task         : Command line');
    assert.equal(log.at(-1), '##[section]Finishing: List');
    assert.deepEqual(log.slice(log.findIndex((line) => line.startsWith('[command]')) + 1, -1), [
      'azure-pipelines.yml',
      'data',
    ]);
  });

  it('gives a task the environment of the real agent', async () => {
    const out = join(fixture.folder, 'environment.json');
    const run = await fixture.run(
      `variables:
  my.name: plain
  nested: <$(my.name)>
  shadowed: from the pipeline
steps:
- task: environment@1
  env:
    SHADOWED: from the step
    OWN: own $(my.name)
  inputs:
    OUTFILE: ${out}
    azureSubscription: SandBox
    mode: $(nested) $(unknown) $(HOME)
    unheardOf: x`,
      { secretVariables: { 'my.secret': 'hidden value' } },
    );
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    const { cwd, script, stdin, environment: env } = JSON.parse(readFileSync(out, 'utf8'));
    const id = '5ab0c1de-0000-4000-8000-00000000e001';
    assert.equal(cwd, env.SYSTEM_DEFAULTWORKINGDIRECTORY);
    assert.match(script, /_tasks\/Environment_a6e27000-0000-4000-8000-000000000002\/1\.0\.0\/index\.js$/);
    assert.equal(stdin, '');
    assert.equal(env.TF_BUILD, 'True');
    assert.equal(env.MY_NAME, 'plain');
    assert.equal(env.NESTED, '<plain>');
    assert.equal(env.SHADOWED, 'from the pipeline');
    assert.equal(env.OWN, 'own plain');
    assert.equal(env.SECRET_MY_SECRET, 'hidden value');
    assert.equal(env.MY_SECRET, undefined);
    assert.ok(JSON.parse(env.VSTS_PUBLIC_VARIABLES).includes('my.name'));
    assert.ok(JSON.parse(env.VSTS_SECRET_VARIABLES).includes('my.secret'));
    assert.equal(env.INPUT_TEXT, 'default');
    assert.equal(env.INPUT_MODE, `<plain> $(unknown) ${process.env.HOME}`);
    assert.equal(env.INPUT_ONLYB, '');
    assert.equal(env.INPUT_UNHEARDOF, 'x');
    assert.equal(env.INPUT_PATH.replace(/\/$/, ''), env.BUILD_SOURCESDIRECTORY);
    assert.equal(env.INPUT_CONNECTION, id);
    assert.equal(env[`ENDPOINT_AUTH_SCHEME_${id}`], 'ServicePrincipal');
    assert.equal(env[`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALKEY`], 'connection-key-value');
    assert.equal(JSON.parse(env[`ENDPOINT_AUTH_${id}`]).parameters.serviceprincipalkey, 'connection-key-value');
    assert.equal(env[`ENDPOINT_DATA_${id}_SUBSCRIPTIONID`], '5ab0c1de-0000-4000-8000-000000000001');
    assert.ok(env.ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN);
    assert.equal(env.ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION, 'OAuth');
    assert.equal(env.ENDPOINT_DATA_SYSTEMVSSCONNECTION, undefined);
    assert.ok(!Object.keys(env).some((name) => name.includes('e002')), 'only the named connection is given');
    assert.match(env.SYSTEM_OIDCREQUESTURI, /^https:.*\/oidctoken$/);
    assert.equal(env['agent.jobstatus'], 'Succeeded');
    assert.ok(run.lines.some((line) => line.includes("'unheardOf'") && line.startsWith('##[warning]')));
  });

  it('keeps secrets and authorizations from scripts, and masks what they print', async () => {
    const run = await fixture.run(
      `steps:
- script: |
    env
    echo "it is $MAPPED"
    echo "$MAPPED" | base64
  env: { MAPPED: $(my.secret) }`,
      { secretVariables: { 'my.secret': 'hidden-value\\x' } },
    );
    const text = stepOf(run, 'CmdLine').log.join('\n');
    assert.doesNotMatch(text, /SECRET_MY_SECRET|ENDPOINT_AUTH_|hidden/);
    assert.match(text, /it is \*\*\*/);
    assert.match(text, /BUILD_BUILDID=\d+/);
  });

  it('passes outputs to later steps, jobs and stages by their full name only', async () => {
    const run = await fixture.run(`stages:
- stage: first
  jobs:
  - job: make
    steps:
    - checkout: none
    - task: Say@1
      name: maker
      inputs:
        lines: |
          ##vso[task.setvariable variable=color;isoutput=true]red
          ##vso[task.setvariable variable=local]here
    - script: echo '[$(maker.color)][$(color)][$(local)]'
      name: same
    - task: Declared@1
      name: decl
      inputs:
        lines: "##vso[task.setvariable variable=answer]42"
  - job: use
    dependsOn: make
    condition: eq(dependencies.make.outputs['MAKER.color'], 'RED')
    variables:
      got: $[ dependencies.make.outputs['maker.color'] ]
      answer: $[ dependencies.make.outputs['decl.answer'] ]
    steps:
    - script: echo '[$(got)][$(answer)][$(local)]'
      name: other
- stage: second
  condition: and(succeeded(), eq(dependencies.first.outputs['make.maker.color'], 'red'))
  jobs:
  - job: last
    variables:
      got: $[ stageDependencies.first.make.outputs['maker.color'] ]
    steps:
    - script: echo "[$(got)]"
      name: far
- stage: never
  condition: eq(dependencies.second.outputs['x.y.z'], 'something')
  jobs:
  - job: nothing
    steps: [{ script: exit 1 }]`);
    assert.equal(run.result, 'succeeded', run.lines.join('\n'));
    assert.ok(stepOf(run, 'same').log.includes('[red][$(color)][here]'));
    assert.ok(stepOf(run, 'other').log.includes('[red][42][$(local)]'));
    assert.ok(stepOf(run, 'far').log.includes('[red]'));
    assert.equal(run.stages[2]!.result, 'Skipped');
    assert.deepEqual(stepOf(run, 'maker').outputs, { color: 'red' });
  });

  it('keeps a secret output secret in the job that reads it', async () => {
    const run = await fixture.run(`jobs:
- job: a
  steps:
  - task: Say@1
    name: m
    inputs: { lines: "##vso[task.setvariable variable=key;isoutput=true;issecret=true]sesame" }
- job: b
  dependsOn: a
  variables: { key: "$[ dependencies.a.outputs['m.key'] ]" }
  steps:
  - script: echo "<$(key)>"; env | grep -i sesame || echo not in the environment
    name: r`);
    assert.ok(stepOf(run, 'r').log.includes('<***>'));
    assert.ok(stepOf(run, 'r').log.includes('not in the environment'));
  });

  const failing: [string, string, RegExp][] = [
    ['an unknown event', '##vso[task.sing]la', /task\.sing\] is not a recognized command/],
    ['the spelling Cancelled', '##vso[task.complete result=Cancelled]', /Command doesn't have valid result value/],
    ['task.complete without a result', '##vso[task.complete]done', /valid result value/],
    ['a summary that does not exist', '##vso[task.uploadsummary]/no/such/file.md', /attachment file/],
    ['an attachment without a name', '##vso[task.addattachment type=x]/etc/hosts', /'name' is missing/],
    ['a secret of several lines', '##vso[task.setvariable variable=a;issecret=true]one%0Atwo', /multiple lines/],
    ['an unknown issue type', '##vso[task.logissue type=info]x', /not an expected issue type/],
    ['release commands', '##vso[release.updatereleasename]x', /not supported in a build/],
  ];
  for (const [what, line, message] of failing)
    it(`fails the step for ${what}`, async () => {
      const run = await fixture.run(say(`${line}\nafter`));
      assert.equal(run.result, 'failed');
      const step = stepOf(run, 's');
      assert.match(step.issues.map((issue) => issue.message).join('\n'), message);
      assert.ok(step.log.includes('after'), 'the process goes on');
    });

  it('only warns for an unknown area and for a malformed command', async () => {
    const run = await fixture.run(say('##vso[opera.sing]la\n##vso[task.debug oops'));
    assert.equal(run.result, 'succeeded');
    const { issues, log } = stepOf(run, 's');
    assert.deepEqual(
      issues.map(({ type }) => type),
      ['warning', 'warning'],
    );
    assert.ok(log.includes('##vso[task.debug oops'), 'the malformed line is logged');
    assert.ok(!log.includes('##vso[opera.sing]la'), 'the line of an unknown area is swallowed');
  });

  it('does not fail for logged errors, keeps ten of them and counts all', async () => {
    const run = await fixture.run(
      say(
        Array.from(
          { length: 12 },
          (_, i) => `##vso[task.logissue type=error;sourcepath=a.yml;linenumber=3;columnnumber=4;code=E1]n${i}`,
        ).join('\n'),
      ),
    );
    assert.equal(run.result, 'succeeded');
    assert.equal(stepOf(run, 's').issues.length, 10);
    assert.equal(stepOf(run, 's').issues[0]!.message, 'a.yml(3,4): error E1: n0');
    assert.equal(stepOf(run, 's').log.filter((line) => line.startsWith('##[error]')).length, 12);
  });

  it('fails for an exit code although the task said Succeeded, and does not for stderr', async () => {
    const bad = await fixture.run(say('##vso[task.complete result=Succeeded]fine', '').concat('    exitCode: 3\n'));
    assert.equal(bad.result, 'failed');
    assert.match(
      stepOf(bad, 's').issues[0]!.message,
      /^Exit code 3 returned from process: file name '.*', arguments '".*index\.js"'\.$/,
    );
    const good = await fixture.run(`steps:\n- task: Say@1\n  name: s\n  inputs: { errorLines: "oh no" }`);
    assert.equal(good.result, 'succeeded');
    assert.ok(stepOf(good, 's').log.includes('oh no'));
  });

  it('keeps the worst result and makes a run partially succeeded', async () => {
    const run = await fixture.run(
      say('##vso[task.complete result=SucceededWithIssues]\n##vso[task.complete result=Succeeded]'),
    );
    assert.equal(run.result, 'partiallySucceeded');
    const continued = await fixture.run(say('##vso[task.complete result=Failed]', '  continueOnError: true'));
    assert.equal(continued.result, 'partiallySucceeded');
  });

  it('obeys the restrictions of a task', async () => {
    const run = await fixture.run(`steps:
- checkout: none
- task: Restricted@1
  name: r
  inputs:
    lines: |
      ##vso[build.addbuildtag]no
      ##vso[task.setvariable variable=okay]yes
      ##vso[task.setvariable variable=other]no
      ##vso[task.complete result=SucceededWithIssues]
- script: echo '[$(okay)][$(other)]'
  name: after`);
    assert.deepEqual(run.tags, []);
    assert.match(stepOf(run, 'r').issues[0]!.message, /build\.addbuildtag\] is not allowed in this step/);
    assert.match(stepOf(run, 'r').issues[1]!.message, /Setting variable 'other' has been disabled/);
    assert.ok(stepOf(run, 'after').log.includes('[yes][$(other)]'));
    assert.equal(run.result, 'partiallySucceeded');
  });

  it('warns when a read-only variable or an output is set again', async () => {
    const run = await fixture.run(
      say(
        '##vso[task.setvariable variable=Build.BuildId]7\n##vso[task.setvariable variable=o;isoutput=true]1\n##vso[task.setvariable variable=o;isoutput=true]2',
      ),
    );
    assert.deepEqual(
      stepOf(run, 's').issues.map(({ message }) => /'(.*)'/.exec(message)![1]),
      ['Build.BuildId', 's.o'],
    );
  });
});
