import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type AgentFixture, startAgentFixture, stepOf, useAgentFixture } from './agent-run.ts';

describe('the agent refuses an invalid pipeline before anything runs', () => {
  const fixture = useAgentFixture();

  const wrong: [string, string, RegExp][] = [
    [
      'an unknown service connection',
      '- task: Environment@1\n  name: e\n  inputs: { outFile: x, azureSubscription: nobody }',
      /^The pipeline is not valid\. Job Job: Step e input connection references service connection nobody which could not be found\. The service connection does not exist, has been disabled or has not been authorized for use\..*\(.*:2:3\)$/,
    ],
    ['a missing required input', '- task: Environment@1', /Step Environment input outFile is required/],
    [
      'a required input that only now shows',
      '- task: Environment@1\n  inputs: { outFile: x, mode: b }',
      /input onlyB is required/,
    ],
    ['an unknown task', '- task: Nothing@1', /called 'Nothing' in version 1\. There are: .*Say@1.*Bash@3/],
    ['an agent task in a server job', '- task: Delay@1', /Task Delay can't run in an agent job/],
  ];
  for (const [what, steps, message] of wrong)
    it(`for ${what}`, async () => {
      const lines: string[] = [];
      await assert.rejects(fixture.run(`steps:\n${steps}`, { write: (line) => lines.push(line) }), (error: Error) => {
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(lines, []);
    });

  it('names all mistakes at once', async () => {
    await assert.rejects(fixture.run('steps:\n- task: A@1\n- task: B@1'), /'A'[\s\S]*'B'/);
  });

  it('tells when a value from the file wins over one given for the run', async () => {
    const yaml = "variables: { who: file }\nsteps:\n- script: echo '[$(who)$(other)]'\n  name: s";
    const run = await fixture.run(yaml, { variables: { WHO: 'queue', other: '+' } });
    assert.ok(stepOf(run, 's').log.includes('[file+]'));
    assert.ok(run.lines.some((line) => line.includes("'who' is defined in azure-pipelines.yml")));
  });
});

describe('a bundled task with azure-pipelines-task-lib', () => {
  let fixture: AgentFixture;
  let tasks: string;
  before(async () => {
    fixture = await startAgentFixture();
    tasks = join(fixture.folder, 'tasks');
    const folder = join(tasks, 'lib-task/v1');
    mkdirSync(folder, { recursive: true });
    const inputs = [
      { name: 'connection', type: 'connectedService:AzureRM', label: 'Connection', required: true },
      { name: 'secretText', type: 'string', label: 'Secret' },
    ];
    const version = { Major: 1, Minor: 0, Patch: 0 };
    const task = {
      id: 'a6e27000-0000-4000-8000-0000000000aa',
      name: 'LibTask',
      friendlyName: 'Library',
      version,
      inputs,
    };
    writeFileSync(
      join(folder, 'task.json'),
      JSON.stringify({ ...task, execution: { Node24: { target: 'index.js' } } }),
    );
    const contents = `
      import * as tl from 'azure-pipelines-task-lib/task';
      const id = tl.getInputRequired('connection');
      console.log('key ' + tl.getEndpointAuthorizationParameterRequired(id, 'serviceprincipalkey').length);
      console.log('token ' + typeof tl.getEndpointAuthorizationParameter('SYSTEMVSSCONNECTION', 'AccessToken', false));
      console.log('secret ' + tl.getInput('secretText') + ' ' + tl.getVariable('my.secret').length);
      console.log('in the environment ' + Object.keys(process.env).some((name) => /^(INPUT_|SECRET_)/.test(name)));
      tl.setVariable('odd;]%', 'a;b]%3B', false, true);
      tl.warning('careful');
      tl.setResult(tl.TaskResult[process.env.RESULT], 'over');`;
    buildSync({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile: join(folder, 'index.js'),
      logLevel: 'error',
    });
  });
  after(() => fixture.stop());

  const run = (result: string) =>
    fixture.run(
      `variables: { RESULT: ${result} }\nsteps:\n- checkout: none\n- task: LibTask@1\n  name: l\n  inputs: { connection: sandbox, secretText: $(my.secret) }`,
      { tasksFolder: tasks, secretVariables: { 'my.secret': 'twelve-chars' } },
    );

  it('reads inputs, secrets and connections from the vault and sets outputs', async () => {
    const done = await run('Succeeded');
    const { log, outputs, issues } = stepOf(done, 'l');
    assert.equal(done.result, 'succeeded', done.lines.join('\n'));
    for (const line of ['key 20', 'token string', 'secret *** 12', 'in the environment false'])
      assert.ok(log.includes(line), line);
    assert.deepEqual(outputs, { 'odd;]%': 'a;b]%3B' });
    assert.deepEqual(
      issues.map(({ type, message }) => [type, message]),
      [['warning', 'careful']],
    );
    assert.ok(!log.some((line) => line.includes('##vso[')));
  });

  it('fails when it says Cancelled, which the agent does not know', async () => {
    const done = await run('Cancelled');
    assert.equal(done.result, 'failed');
    assert.match(stepOf(done, 'l').issues.at(-1)!.message, /valid result value/);
  });

  it('leaves every attachment and timeline record with Azure DevOps', async () => {
    const file = join(fixture.folder, 'summary.md');
    writeFileSync(file, '# Hi');
    const done = await fixture.run(
      `steps:\n- checkout: none\n- script: 'echo "##vso[task.uploadsummary]${file}"'\n  name: u`,
    );
    assert.deepEqual(
      done.attachments.map(({ step, type, name }) => [step, type, name]),
      [['CmdLine', 'DistributedTask.Core.Summary', 'summary.md']],
    );
    assert.equal(readFileSync(done.attachments[0]!.file, 'utf8'), '# Hi');
  });
});
