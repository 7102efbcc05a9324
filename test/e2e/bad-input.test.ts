import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from '../../sandbox/test/files.ts';
import { evaluate, type Fixture, register, startFixture, stream, submit, task, writes } from './fixture.ts';

interface Failure {
  /** Of the first error issue. */
  message: string;
  issues: string[];
  log: string;
}

describe('bad input', function () {
  this.timeout(120_000);
  let fixture: Fixture;
  let sources: string;
  let jobName: string;
  before(async () => {
    fixture = await startFixture();
    const run = await fixture.run([submit('jobs/command.yml'), stream()]);
    jobName = run.step('submit').outputs.jobName!;
  });
  after(() => fixture.stop());
  beforeEach(() => {
    sources = mkdtempSync(join(tmpdir(), 'bad-'));
  });
  afterEach(() => rmSync(sources, { recursive: true, force: true }));

  /** Runs steps with these files as the sources; they must fail with error issues and change nothing. */
  const fails = async (steps: Record<string, unknown>[], files: Record<string, string> = {}): Promise<Failure> => {
    writeFiles(sources, files);
    const run = await fixture.run(steps, { sourcesFolder: sources });
    assert.equal(run.result, 'failed', run.log);
    assert.deepEqual(writes(run.requests), [], 'nothing is created');
    const errors = run.stages
      .flatMap(({ jobs }) => jobs.flatMap((job) => job.steps.flatMap((step) => step.issues)))
      .filter(({ type }) => type === 'error');
    assert.ok(errors.length > 0, run.log);
    assert.doesNotMatch(run.log, /\n\s+at .*:\d+:\d+\)?$/m, 'no stack');
    return { message: errors[0]!.message, issues: errors.map(({ message }) => message), log: run.log };
  };
  const submitting = (
    job: string,
    inputs: Record<string, string> = {},
    files: Record<string, string> = {},
  ): Promise<Failure> => fails([submit('job.yml', inputs)], { 'job.yml': job, ...files });
  const command = 'command: x\nenvironment: {image: ubuntu}\n';
  const pipeline = 'type: pipeline\nsettings: {default_compute: azureml:cpu-cluster}\njobs:\n';
  const component = {
    'c.yml': 'command: x ${{inputs.rate}}\nenvironment: {image: ubuntu}\ninputs: {rate: {type: number}}\n',
  };

  describe('in the job file:', () => {
    it('missing', async () => {
      assert.match((await fails([submit('nowhere.yml')])).message, /There is no file 'nowhere\.yml'.*Check the path/s);
    });
    it('unreadable: a folder', async () => {
      assert.match(
        (await fails([submit('folder')], { 'folder/x': '' })).message,
        /'folder' can't be read: it is a folder/,
      );
    });
    it('YAML syntax', async () => {
      assert.match((await submitting('command: [x\nenvironment: y')).message, /job\.yml\(?[:(]?\d+/);
    });
    it('unknown field', async () => {
      const { message } = await submitting(`${command}comput: azureml:cpu-cluster\n`);
      assert.match(
        message,
        /job\.yml:3:1: The file has the unknown field 'comput'\. Did you mean 'compute'\?.*Nothing was created/s,
      );
    });
    it('wrong type', async () => {
      assert.match(
        (await submitting(`${command}limits: {timeout: soon}\n`)).message,
        /job\.yml:3:19: 'limits\.timeout' must be a whole number, but is 'soon'/,
      );
    });
    it('unknown component input', async () => {
      const { log } = await submitting(
        `${pipeline}  a:\n    component: ./c.yml\n    inputs: {rat: 1}\n`,
        {},
        component,
      );
      assert.match(
        log,
        /job\.yml\(6,14\): error \w+: 'jobs\.a\.inputs' has the input 'rat', which the component does not declare\. Did you mean 'rate'\?/,
      );
    });
    it('unresolvable reference', async () => {
      const { message, log } = await submitting('command: x\nenvironment: azureml:nowhere:7\n');
      assert.doesNotMatch(log, /is valid/);
      assert.match(
        message,
        /job\.yml:2:14: 'environment' refers to the environment 'nowhere', which is not in the workspace/,
      );
      const latest = await submitting(`${command}inputs: {d: {path: "azureml:nothing@latest"}}\n`);
      assert.match(latest.message, /'inputs\.d\.path' refers to the data asset 'nothing'/);
    });
    it('curated environments that do not exist', async () => {
      const environment = (name: string): string => `command: x\ncompute: azureml:cpu-cluster\nenvironment: ${name}\n`;
      assert.match(
        (await submitting(environment('azureml:AzureML-sklearn-1.55@latest'))).message,
        /job\.yml:3:14: 'environment' refers to the environment 'AzureML-sklearn-1\.55', which is not in the registry 'azureml'\. Did you mean/,
      );
      assert.match(
        (await submitting(environment('azureml:AzureML-sklearn-1.5:999'))).message,
        /'AzureML-sklearn-1\.5' version 999, which is not in the registry 'azureml'\. There (?:is|are) version/,
      );
    });

    it('references into registries, and datastores of outputs', async () => {
      const environment = (rest: string): string => `command: x\nenvironment: azureml://registries/${rest}\n`;
      const missing = async (text: string): Promise<string> => (await submitting(text)).message;
      assert.match(
        await missing(environment('azureml/environments/sklearn-1.55/labels/latest')),
        /job\.yml:2:14: 'environment' refers to the environment 'sklearn-1\.55', which is not in the registry 'azureml'\. Did you mean 'sklearn-1\.5'\?/,
      );
      assert.match(
        await missing(environment('azureml/environments/sklearn-1.5/versions/999')),
        /'environment' refers to the environment 'sklearn-1\.5' version 999, which is not in the registry 'azureml'\. There (?:is|are) version/,
      );
      assert.match(
        await missing(environment('nowhere/environments/sklearn-1.5/versions/1')),
        /'environment' refers to the environment 'sklearn-1\.5' in the registry 'nowhere', which does not exist or which the service connection may not use/,
      );
      assert.match(
        await missing(`${command}outputs: {o: {path: azureml://datastores/workspaceblobstor/paths/x/}}\n`),
        /job\.yml:3:21: 'outputs\.o' refers to the datastore 'workspaceblobstor', which is not in the workspace\. Did you mean 'workspaceblobstore'\?/,
      );
    });
    it('empty code folder', async () => {
      assert.match(
        (await submitting(`${command}code: ./src\n`, {}, { 'src/.amlignore': '*\n' })).message,
        /job\.yml:3:7: 'code' is the folder '\.\/src', which is empty, or its ignore file/,
      );
    });
    it('unknown compute', async () => {
      const { message } = await submitting(`${command}compute: azureml:cpu-clustr\n`);
      assert.match(
        message,
        /job\.yml:3:10: 'compute' refers to the compute 'cpu-clustr', which is not in the workspace\. Did you mean 'cpu-cluster'\?/,
      );
    });
    it('invalid override', async () => {
      assert.match(
        (await submitting(command, { overrides: 'inputs.lr 5' })).message,
        /'inputs\.lr 5' must have the form a\.b\.c=value/,
      );
      assert.match(
        (await submitting(`${command}code: ./src\n`, { overrides: 'code.x=1' }, { 'src/a': '' })).message,
        /'code' is the reference or value '\.\/src'/,
      );
    });
    it('several problems: an issue for each, at its place, and a line that sums them up', async () => {
      const { issues, log } = await submitting('comand: x\nenvironment: {image: ubuntu}\nlimits: 5\n');
      assert.equal(issues.length, 3);
      const all = issues.join('\n');
      assert.match(all, /^job\.yml\(1,1\): error \w+: The file has the unknown field 'comand'/m);
      assert.match(all, /^job\.yml\(3,9\): error \w+: 'limits' must be a mapping, but is the number 5/m);
      assert.match(log, /##\[error\]The job file 'job\.yml' has 3 \w+\..* See https:\S+submit-job\.md\. \[\w+\]$/m);
    });
  });

  describe('in rules:', () => {
    const judging = (rules: string): Promise<{ message: string }> => fails([evaluate(rules, { jobName })]);
    it('misspelt metric, with a caret', async () => {
      const { message, log } = await fails([evaluate('metrics.acuracy >= 0.9', { jobName })]);
      assert.match(message, /the candidate has no metric 'acuracy'\. Did you mean 'accuracy'\?/);
      assert.match(message + log, /\^/);
    });
    it('missing metric', async () => {
      assert.match(
        (await judging('metrics.f1 >= 0.9')).message,
        /the candidate has no metric 'f1'.*'accuracy' and 'loss'/,
      );
    });
    it('NaN metric', async () => {
      const run = await fixture.run([submit('jobs/nan.yml'), stream()]);
      const judged = await fixture.run([
        evaluate('metrics.loss < 1', { jobName: run.step('submit').outputs.jobName! }),
      ]);
      assert.equal(judged.step('gate').outputs.verdict, 'fail');
      assert.match(judged.log, /does not pass the gate.*metrics\.loss < 1 \(loss is NaN/);
    });
    it('syntax, and rules that give no true or false', async () => {
      assert.match((await judging('metrics.accuracy >=')).message, /A rule can't be evaluated: rule 1/);
      assert.match((await judging('metrics.accuracy')).message, /true or false/);
    });
    it('baseline', async () => {
      assert.match(
        (await fails([evaluate('metrics.accuracy >= 0', { jobName, baseline: 'churn' })])).message,
        /The input baseline is not valid: it is 'churn'; allowed are/,
      );
      assert.match(
        (await fails([evaluate('metrics.accuracy >= 0', { jobName, baseline: 'model:m:99' })])).message,
        /The model 'm' in the workspace '[^']+' has no version 99/,
      );
    });
  });

  describe('in the connection:', () => {
    const as = (azureSubscription: string, more: Record<string, string> = {}): Record<string, unknown>[] => [
      stream({ jobName, azureSubscription, ...more }),
    ];
    it('expired secret', async () => {
      assert.match(
        (await fails(as('sandbox-expired'))).message,
        /can't sign in: its client secret has expired \(AADSTS7000222\)\. Create a new secret/,
      );
    });
    it('workspace not found', async () => {
      const { message } = await fails(as('sandbox', { azureMLWorkspaceName: 'sandbox-wz' }));
      assert.match(
        message,
        /There is no workspace 'sandbox-wz' in the resource group 'sandbox-rg'.*Did you mean 'sandbox-ws'\?/,
      );
    });
    it('wrong connection', async () => {
      await assert.rejects(fixture.run(as('nobody')), /service connection nobody which could not be found/);
    });
    it('no permission', async () => {
      const run = await fixture.run([submit('jobs/command.yml', { azureSubscription: 'sandbox-reader' })]);
      assert.equal(run.result, 'failed');
      assert.match(
        run.log,
        /##\[error\]The service connection may not do this: .*AuthorizationFailed|does not have authorization/,
      );
      assert.match(run.log, /role AzureML Data Scientist/);
    });
  });

  describe('in names:', () => {
    it('a job that is not there', async () => {
      assert.match((await fails([stream({ jobName: 'nobody' })])).message, /There is no job 'nobody' in the workspace/);
    });
    it('an empty input', async () => {
      assert.match(
        (await fails([stream({ jobName: '$(nowhere.jobName)' })])).message,
        /The input jobName is '\$\(nowhere\.jobName\)', but there is no variable of that name/,
      );
    });
    it('an output that is not there', async () => {
      assert.match(
        (await fails([register({ jobName, outputName: 'modle' })])).message,
        /The job has no output 'modle'\. Did you mean 'model'\?/,
      );
    });
    it('a step that is not there', async () => {
      const { message } = await fails([
        task('AzureMLRegisterModel', 'r', { jobName, step: 'Train', outputName: 'x', modelName: 'm' }),
      ]);
      assert.match(message, /no step 'Train' in the job .*There are none/i);
    });
    it('a value that is not allowed', async () => {
      assert.match(
        (await fails([evaluate('metrics.accuracy >= 0', { jobName, onFail: 'explode' })])).message,
        /onFail is 'explode'; allowed are 'fail', 'warn' or 'skip'/,
      );
    });
  });
});
