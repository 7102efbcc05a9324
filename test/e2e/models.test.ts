import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { call, modelVersions } from '../../scripts/workspace-facts.ts';
import { evaluate, type Run, type Step, stream, submit, task, useFixture, writes } from './fixture.ts';

const registerStep = (name: string, inputs: Record<string, string>): Step =>
  task(
    'AzureMLRegisterModel',
    name,
    { jobName: '$(submit.jobName)', modelName: name, ...inputs },
    { continueOnError: true },
  );

describe('models', function () {
  this.timeout(240_000);
  const fixture = useFixture();

  const modelOf = async (name: string) => (await modelVersions(fixture.sandbox, name))[0]?.properties;

  describe('of a job', () => {
    let run: Run;
    let jobName: string;
    before(async () => {
      run = await fixture.run([
        submit('jobs/logged.yml'),
        stream(),
        registerStep('whole', { outputName: 'files' }),
        registerStep('folder', { outputName: 'files', path: 'best', modelType: 'mlflow' }),
        registerStep('file', { outputName: 'files/paths/net.bin' }),
        registerStep('tail', { outputName: 'artifacts/paths/outputs/model' }),
        registerStep('logged', { path: 'outputs/model' }),
        registerStep('uri', {
          modelUri: 'azureml://jobs/$(submit.jobName)/outputs/files/paths/best',
          modelType: 'mlflow',
        }),
        registerStep('runs', { modelUri: 'runs:/$(submit.jobName)/outputs/model' }),
        registerStep('misspelt', { path: 'outputs/modle' }),
        registerStep('toohigh', { path: 'outputs', modelType: 'mlflow' }),
        registerStep('nothing', { outputName: 'empty' }),
        registerStep('nobody', { outputName: 'files', path: 'wrong' }),
        registerStep('version', { outputName: 'files', modelVersion: '1.2.0' }),
        registerStep('number', { outputName: 'files', modelVersion: '7' }),
      ]);
      jobName = run.step('submit').outputs.jobName!;
    });

    it('are an output, a folder or a file inside it, or what the job logged', async () => {
      const expected = {
        whole: ['custom_model', /\/files\/?$/],
        folder: ['mlflow_model', /\/files\/best\/?$/],
        file: ['custom_model', /\/files\/net\.bin$/],
        tail: ['mlflow_model', /\/dcid\.[\w-]+\/outputs\/model\/?$/],
        logged: ['mlflow_model', /\/dcid\.[\w-]+\/outputs\/model\/?$/],
        uri: ['mlflow_model', /\/files\/best\/?$/],
        runs: ['mlflow_model', /\/dcid\.[\w-]+\/outputs\/model\/?$/],
      } as const;
      for (const [name, [type, uri]] of Object.entries(expected)) {
        assert.equal(run.step(name).result, 'Succeeded', run.log);
        const model = await modelOf(name);
        assert.equal(model.modelType, type, name);
        assert.match(model.modelUri, uri);
        assert.equal(model.jobName, jobName);
        assert.equal(model.properties['lineage.job'], jobName);
      }
      assert.equal((await modelOf('folder')).properties['lineage.path'], 'best');
      assert.match(run.log, /registered as custom, because the output 'files' is of type uri_folder/);
    });

    it('that are not there are said to be so, and nothing is registered', async () => {
      const said = {
        misspelt: /logged no files at 'outputs\/modle'\. Did you mean 'outputs\/model'\?/,
        toohigh: /'outputs' is not an MLflow model.* It is in 'outputs\/model'\./,
        nothing: /The output 'empty' of the run [\w-]+ has no files, so there is nothing to register/,
        nobody: /The output 'files' of the run [\w-]+ has no files at 'wrong'/,
        version: /The input modelVersion is not valid: '1\.2\.0' is not a whole number above 0/,
      };
      for (const [name, message] of Object.entries(said)) {
        assert.match(run.log, message);
        assert.notEqual(run.step(name).result, 'Succeeded', name);
        assert.deepEqual(await modelVersions(fixture.sandbox, name), []);
      }
      assert.equal(run.step('number').outputs.modelVersion, '7');
    });

    it('have metrics as outputs whose names are said where they differ', () => {
      const { outputs } = run.step('stream');
      assert.equal(outputs['metrics.f1_score'], '0.5');
      assert.equal(outputs['metrics.val_loss'], '0.1');
      assert.match(run.log, /f1 score +0\.5 +metrics\.f1_score/);
      assert.match(
        run.log,
        /metrics 'val_loss' and 'val\/loss' have one output, metrics\.val_loss; its value is that of 'val_loss'/,
      );
    });

    it('have a link to the job that names the tenant', () => {
      const url = run.step('submit').outputs.studioUrl!;
      assert.equal(new URL(url).searchParams.get('tid'), fixture.sandbox.settings.tenantId, url);
    });
  });

  it('of a sweep are those of its best trial', async () => {
    const run = await fixture.run([
      submit('jobs/sweep.yml'),
      stream(),
      evaluate('metrics.accuracy >= 0.85 && size(metrics) == 1'),
      registerStep('swept', { outputName: 'model' }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    const jobName = run.step('submit').outputs.jobName!;
    assert.match(run.log, new RegExp(`${jobName}_1 +Completed .*\\*$`, 'm'));
    assert.equal(run.step('stream').outputs['metrics.accuracy'], '0.9');
    const { properties, modelType } = await modelOf('swept');
    assert.equal(modelType, 'custom_model');
    assert.equal(properties['lineage.job'], jobName);
    assert.equal(properties['lineage.run'], `${jobName}_1`);
    const metrics = Object.entries(properties).filter(([name]) => name.startsWith('metric.'));
    assert.deepEqual(metrics, [['metric.accuracy', '0.9']]);
    const kept = (name: string): string =>
      readFileSync(run.attachments.find(({ file }) => file.endsWith(name))!.file, 'utf8');
    const summary = kept('model-gate.md').replaceAll('\\', '');
    const rows = [1, 2, 0].map((trial) => summary.indexOf(`| ${jobName}_${trial}`));
    assert.ok(rows[0]! > 0 && rows[0]! < rows[1]! && rows[1]! < rows[2]!, summary);
    assert.ok(summary.includes(`| ${jobName}_1 (best) | accuracy = 0.9 | 0.9 | Completed |`), summary);
    assert.ok(
      summary.includes('| outputs/plots/roc.png | 3 B | model-gate-picture-1-outputs-plots-roc.png |'),
      summary,
    );
    assert.equal(kept('model-gate-picture-1-outputs-plots-roc.png'), 'PNG');
    assert.equal(JSON.parse(kept('model-gate.json')).gate.sweeps[0].trials.length, 3);
  });

  it('of a sweep inside a pipeline are those of its best trial, by the job and by the step', async () => {
    const run = await fixture.run([
      submit('jobs/sweep-step.yml'),
      stream(),
      evaluate('metrics.accuracy >= 0.85'),
      task('AzureMLEvaluateModel', 'step', {
        jobName: '$(submit.jobName)',
        step: 'Tune',
        rules: 'metrics.accuracy >= 0.85',
      }),
      registerStep('tuned', { outputName: 'best' }),
      registerStep('tunedstep', { outputName: 'model', step: 'Tune' }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    for (const name of ['tuned', 'tunedstep']) {
      const { properties } = await modelOf(name);
      assert.equal(properties['metric.accuracy'], '0.9');
      assert.equal(properties['lineage.job'], run.step('submit').outputs.jobName);
      assert.equal(Object.keys(properties).filter((key) => key.startsWith('metric.')).length, 2, name);
    }
    assert.match((await modelOf('tunedstep')).properties['lineage.run'], /_1$/);
  });

  it('of a step are found by the step’s run id, too', async () => {
    const first = await fixture.run([submit('jobs/steps.yml'), stream()]);
    const job = first.step('submit').outputs.jobName!;
    const history = fixture.sandbox.environment.MLFLOW_TRACKING_URI!.replace(/\/mlflow\/v[\d.]+/, '/history/v1.0');
    const { body } = await call(fixture.sandbox, 'GET', `${history}/runs/${job}/children`);
    const step: string = body.value[0].runId;
    const run = await fixture.run([
      registerStep('bystep', { jobName: step, outputName: 'weights' }),
      evaluate('size(metrics) == 0', { jobName: step }, { continueOnError: true }),
    ]);
    assert.equal(run.result, 'partiallySucceeded', run.log);
    assert.match(run.log, /the candidate has no metrics, and the rule reads every metric/);
    assert.match(run.log, new RegExp(`${step} is the step 'Train' of the job ${job}\\.`));
    const { properties } = await modelOf('bystep');
    assert.deepEqual(
      [properties['lineage.job'], properties['lineage.run'], properties['lineage.step']],
      [job, step, 'Train'],
    );
    assert.deepEqual(writes(run.requests), ['PUT /models/bystep/versions/1']);
  });
});
