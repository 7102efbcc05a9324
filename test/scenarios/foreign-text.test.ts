/** What jobs and services say: no command gets through to the agent, no secret to anybody, no `$(...)` to later steps. */
import assert from 'node:assert/strict';
import { parseCommand } from '../../sandbox/agent/commands/parse.ts';
import { answers } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRun } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, STD_LOG } from './story.ts';

const COMMANDS = [
  '##vso[task.complete result=Succeeded;]done',
  '##vso[task.setvariable variable=evil]1',
  '##[error]not ours',
  '\u001b[31m##vso[task.logissue type=error]coloured',
  '#\u200b#vso[task.logissue type=error]hidden',
  'progress\r##vso[task.logissue type=error]after a return',
  '##VSO[task.logissue type=error]loud',
];

/** Nothing that the agent would obey came from outside. */
function assertHarmless(run: TaskRun): void {
  for (const line of run.raw.split(/\r\n|\r|\n/)) {
    const command = parseCommand(line);
    if (!command) {
      assert.doesNotMatch(line, /##vso\[/i);
      continue;
    }
    assert.doesNotMatch(`${command.area}.${command.event} ${[...command.properties.values()].join()}`, /evil/);
  }
  assert.equal(run.raw.match(/^##vso\[task\.complete /gm)?.length, 1);
  assert.doesNotMatch(run.raw, /^##\[error\]not ours/m);
}

describe('text from outside', () => {
  const fake = fakeAzurePerTest();

  it('is harmless in live lines, tails, the error, groups, tables, records and warnings', async () => {
    const azure = fake();
    const [command] = COMMANDS;
    azure.logs.set(STD_LOG, `${COMMANDS.join('\n')}\n`);
    const job = addRunningJob(azure, { reads: 3, status: 'Failed', jobType: 'Pipeline' });
    job.error = { error: { code: 'UserError', message: `${command}\n${COMMANDS[2]}` } };
    job.warnings = [{ message: command }];
    azure.children.set('train', [
      {
        name: 's',
        runId: 's',
        displayName: command,
        status: 'Failed',
        properties: {},
        parentRunId: 'train',
        error: job.error,
        properties_: {},
      } as never,
    ]);
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Failed', run.raw);
    assertHarmless(run);
    assert.match(run.log, /##_vso\[task\.complete/);
  });

  it('is harmless when it is cut into chunks in the middle of a command', async () => {
    const azure = fake();
    const text = `${COMMANDS.join('\n')}\n`;
    azure.logs.set(STD_LOG, '');
    let end = 0;
    azure.on(requests.DETAILS, (_request, usual) => {
      end += 23;
      azure.logs.set(STD_LOG, text.slice(0, end));
      if (end > text.length) for (const job of azure.jobs.values()) job.status = job.properties.status = 'Completed';
      return usual();
    });
    azure.addJob('train');
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Succeeded', run.raw);
    assertHarmless(run);
    assert.equal(run.log.match(/^\| /gm)?.length, COMMANDS.length);
  });

  it('is harmless in an error of the service', async () => {
    const azure = fake();
    azure.on(
      requests.ARM_JOB,
      answers(400, { error: { code: '##vso[task.complete result=Succeeded;]', message: `${COMMANDS.join('\n')}` } }),
    );
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Failed', run.raw);
    assertHarmless(run);
  });

  it('never becomes a variable of a later step: a metric named $(mysecret)', async () => {
    const azure = fake();
    azure.addJob('train', 'Completed');
    azure.metrics.set('train', [
      { key: '$(mysecret)', value: 1, step: 0, timestamp: 1 },
      { key: '$[variables.mysecret]', value: 2, step: 0, timestamp: 1 },
      { key: '${{ variables.mysecret }}', value: 3, step: 0, timestamp: 1 },
    ]);
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Succeeded', run.raw);
    for (const [name, value] of Object.entries(run.outputs)) assert.doesNotMatch(`${name} ${value}`, /\$[([{]/);
    assert.equal(JSON.parse(run.outputs.metrics!)['$(mysecret)'], 1);
  });

  it('of 4,000 metrics does not stop later steps: outputs fit into an environment', async () => {
    const azure = fake();
    azure.addJob('train', 'Completed');
    const many = Array.from({ length: 4_000 }, (_, nth) => ({
      key: `class_${nth}/a/long/name`,
      value: 0.123456789,
      step: 0,
      timestamp: 1,
    }));
    azure.metrics.set('train', many);
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Succeeded', run.raw.slice(-2_000));
    assert.ok(run.outputs.metrics!.length < 32_766);
    assert.ok(Object.keys(JSON.parse(run.outputs.metrics!)).length > 100);
    assert.match(run.log, /##\[warning\]The output metrics has only \d+ of 4000 metrics/);
  });

  it('is masked where it repeats a secret: signatures of logs in every spelling', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, 'x');
    const job = addRunningJob(azure, { reads: 3 });
    const signature = 'aB%2Bcd%2Fef0123456789%3D';
    job.logFiles = { [STD_LOG]: `${azure.url}/logs/${STD_LOG}?sv=1&sig=${signature}` };
    azure.on(requests.LOG, answers(500, `sig=${signature}`));
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Succeeded', run.raw);
    // The agent masks what it was asked to mask, in the log and in issues; the message of the result it does not.
    const forms = [signature, signature.replaceAll('%2B', '%2b').replaceAll('%2F', '%2f').replaceAll('%3D', '%3d')];
    for (const form of [...forms, 'aB+cd/ef0123456789=']) {
      assert.ok(run.secrets.includes(form), `${form} is not in ${run.secrets.join(' ')}`);
      assert.ok(!run.message.includes(form));
    }
    const masked = run.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), run.log);
    assert.match(masked, /sig=\*\*\*/);
  });
});
