import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { modelVersions } from '../../scripts/workspace-facts.ts';
import { evaluate, type Fixture, register, startFixture, stream, submit, task, writes } from './fixture.ts';

/** The main job's suite. @param node that runs the tasks; default: the one that runs the tests */
export function describeMainJob(label: string, node?: string): void {
  describe(`the main job on ${label}`, function () {
    this.timeout(120_000);
    let fixture: Fixture;
    before(async () => {
      fixture = await startFixture(node);
    });
    after(() => fixture.stop());

    it('submits, follows, judges and registers, and later stages read its outputs', async () => {
      const run = await fixture.run({
        stages: [
          {
            stage: 'Train',
            jobs: [
              {
                job: 'Train',
                steps: [
                  submit('jobs/command.yml', { tags: 'team=risk' }),
                  stream(),
                  evaluate('metrics.accuracy >= 0.9', { baseline: 'model:m' }),
                ],
              },
            ],
          },
          {
            stage: 'Register',
            dependsOn: 'Train',
            jobs: [
              {
                job: 'Register',
                condition: "in(stageDependencies.Train.Train.outputs['gate.verdict'], 'pass', 'noBaseline')",
                variables: { job: "$[ stageDependencies.Train.Train.outputs['submit.jobName'] ]" },
                steps: [register({ jobName: '$(job)', tags: 'stage=test' })],
              },
            ],
          },
        ],
      });
      assert.equal(run.result, 'succeeded', run.log);
      const { outputs } = run.step('stream');
      assert.equal(outputs.status, 'Completed');
      assert.equal(outputs['metrics.accuracy'], '0.95');
      assert.deepEqual(JSON.parse(outputs.metrics!), { accuracy: 0.95, loss: 0.1 });
      assert.equal(run.step('gate').outputs.verdict, 'pass');
      assert.match(run.step('submit').outputs.studioUrl!, /^https:/);
      const registered = run.step('register').outputs;
      assert.deepEqual([registered.modelName, registered.modelVersion], ['m', '1']);
      assert.match(registered.modelId!, /\/models\/m\/versions\/1$/);

      const [model] = await modelVersions(fixture.sandbox, 'm');
      const jobName = run.step('submit').outputs.jobName!;
      assert.equal(model!.properties.jobName, jobName);
      assert.match(model!.properties.modelUri, /\/datastores\/workspaceblobstore\/paths\/azureml\/[\w-]+\/model\/$/);
      assert.equal(model!.properties.modelType, 'custom_model');
      const { stage, 'gate.verdict': verdict, 'gate.baseline': baseline } = model!.properties.tags;
      assert.deepEqual([stage, verdict, baseline], ['test', 'pass', 'none']);
      const { properties } = model!.properties;
      assert.equal(properties['lineage.job'], jobName);
      assert.equal(properties['lineage.pipelineRun'], `build/${run.buildId}`);
      assert.equal(properties['metric.accuracy'], '0.95');

      const summaries = run.attachments
        .filter(({ type }) => type === 'DistributedTask.Core.Summary')
        .map(({ file }) => readFileSync(file, 'utf8'));
      assert.match(summaries[0]!, /^### ✅ Job \S+ ended as Completed after .*\n[\s\S]*\| accuracy \| 0\.95 \|/);
      assert.match(summaries[1]!, /^### ✅ The model passes the gate/);
    });

    it('finds the unchanged code again: a second submission uploads and creates nothing', async () => {
      const run = await fixture.run([submit('jobs/command.yml'), stream()]);
      assert.equal(run.result, 'succeeded', run.log);
      const jobName = run.step('submit').outputs.jobName!;
      assert.deepEqual(writes(run.requests), [`PUT /jobs/${jobName}`]);
    });

    it('compares with the registered model and takes the next version', async () => {
      const rules = 'metrics.accuracy >= baseline.accuracy - 0.005';
      const worse = await fixture.run([
        submit('jobs/command.yml', { overrides: 'inputs.accuracy=0.8' }),
        stream(),
        evaluate(rules, { baseline: 'model:m' }),
        register(),
      ]);
      assert.equal(worse.result, 'failed');
      assert.equal(worse.step('gate').outputs.verdict, 'fail');
      assert.match(
        worse.log,
        /##\[error\].*metrics\.accuracy >= baseline\.accuracy - 0\.005 \(accuracy 0\.8, baseline accuracy 0\.95\)/,
      );
      assert.equal(worse.step('register').result, 'Skipped');

      const better = await fixture.run([
        submit('jobs/command.yml', { overrides: 'inputs.accuracy=0.97' }),
        stream(),
        evaluate(rules, { baseline: 'model:m:1' }),
        register(),
      ]);
      assert.equal(better.result, 'succeeded', better.log);
      assert.equal(better.step('register').outputs.modelVersion, '2');
    });

    it('registers a step’s output by the step’s display name', async () => {
      const run = await fixture.run([
        submit('jobs/steps.yml'),
        stream(),
        task('AzureMLRegisterModel', 'register', {
          jobName: '$(submit.jobName)',
          step: 'Train',
          outputName: 'weights',
          modelName: 'steps',
          modelType: 'custom',
        }),
      ]);
      assert.equal(run.result, 'succeeded', run.log);
      const [model] = await modelVersions(fixture.sandbox, 'steps');
      assert.equal(model!.properties.properties['lineage.step'], 'Train');
    });
  });
}
