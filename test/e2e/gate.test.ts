/** The gate's verdicts, what it compares with, and what becomes of a verdict: with the packed tasks against the sandbox. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runGate } from '../../sandbox/agent/server/gate.ts';
import { modelVersions } from '../../scripts/workspace-facts.ts';
import { evaluate, type Run, register, type Step, stream, submit, task, useFixture, writes } from './fixture.ts';
import { put } from './workspace-seeds.ts';

const judge = (name: string, rules: string, inputs: Record<string, string> = {}): Step =>
  task('AzureMLEvaluateModel', name, { rules, onFail: 'skip', ...inputs }, { continueOnError: true });

describe('the gate', function () {
  this.timeout(240_000);
  const fixture = useFixture();

  const train = async (accuracy: string, more: Step[] = []): Promise<{ run: Run; job: string }> => {
    const run = await fixture.run([
      submit('jobs/command.yml', { overrides: `inputs.accuracy=${accuracy}` }),
      stream(),
      ...more,
    ]);
    return { run, job: run.step('submit').outputs.jobName! };
  };

  describe('of a model that is registered', () => {
    let first: Run;
    let job: string;
    before(async () => {
      const rules = 'accuracy: higher, tolerance 0.005, at least 0.9\nloss: lower, 1 %';
      ({ run: first, job } = await train('0.95', [
        evaluate(rules, { baseline: 'model:gated' }),
        register({ modelName: 'gated' }),
      ]));
    });

    it('is noBaseline at first, and the version has the verdict of its job', async () => {
      assert.equal(first.result, 'succeeded', first.log);
      assert.deepEqual(first.step('gate').outputs, { verdict: 'noBaseline', failedRules: '', baseline: 'none' });
      assert.match(first.log, /Baseline: there is no model gated yet\./);
      const [model] = await modelVersions(fixture.sandbox, 'gated');
      assert.equal(model!.properties.tags['gate.verdict'], 'noBaseline');
      assert.match(model!.properties.tags['gate.judgedBy'], /_build\/results\?buildId=/);
      assert.ok(writes(first.requests).includes(`PUT /jobs/${job}`));
    });

    it('compares jobs, versions, files and earlier builds, each way with what it names', async () => {
      const rule = 'accuracy: higher, tolerance 0.005';
      const { run } = await train('0.96', [
        judge('model', rule, { jobName: '$(submit.jobName)', baseline: 'model:gated:1' }),
        judge('job', rule, { jobName: '$(submit.jobName)', baseline: `job:${job}` }),
        judge('build', rule, { jobName: '$(submit.jobName)', baseline: 'build:previous' }),
        judge('tagged', rule, { model: 'gated:1', baseline: 'model:gated@gate.verdict=noBaseline' }),
        judge('version', 'metrics.accuracy >= 0.9', { model: 'gated:1' }),
        judge('worse', rule, { model: 'gated:1', baseline: 'job:$(submit.jobName)' }),
        judge('stage', rule, { model: 'gated:1', baseline: 'model:gated@stage=Production' }),
      ]);
      const outcome = (name: string) => {
        const { verdict, baseline } = run.step(name).outputs;
        return [verdict, baseline];
      };
      assert.deepEqual(outcome('model'), ['pass', 'model gated version 1'], run.log);
      assert.deepEqual(outcome('job'), ['pass', `job ${job}`]);
      assert.deepEqual(outcome('build'), ['pass', `build ${first.buildId} job ${job}`], run.log);
      assert.deepEqual(outcome('version'), ['pass', 'none']);
      assert.deepEqual(outcome('worse'), ['fail', `job ${run.step('submit').outputs.jobName}`]);
      assert.deepEqual(outcome('tagged'), ['pass', 'model gated version 1']);
      assert.deepEqual(outcome('stage'), ['noBaseline', 'none']);
      assert.match(run.log, /no version of the model gated has stage 'Production'/);
      assert.equal(run.step('worse').outputs.failedRules, 'metrics.accuracy >= baseline.accuracy - 0.005');
      const [model] = await modelVersions(fixture.sandbox, 'gated');
      // Of several evaluations in one run the worst counts, and nothing of another one is mixed into it.
      const { 'gate.verdict': verdict, 'gate.failedRules': failed } = model!.properties.tags;
      assert.deepEqual([verdict, failed], ['fail', run.step('worse').outputs.failedRules]);
      assert.match(
        run.log,
        /The tags of model gated version 1 keep the verdict 'fail' of the step 'worse' of this run/,
      );
    });

    it('keeps a report with the values over time', async () => {
      const report = first.attachments.find(({ file }) => file.endsWith('model-gate.json'));
      const { gate } = JSON.parse(readFileSync(report!.file, 'utf8'));
      assert.equal(gate.verdict, 'noBaseline');
      assert.deepEqual(gate.histories.accuracy, [[0, 0.95]]);
      assert.deepEqual(
        gate.rules.map(({ result }: { result: string }) => result),
        ['notApplicable', 'pass', 'notApplicable'],
      );
    });

    it('writes nothing with whatIf, nor with recordVerdict: false', async () => {
      const run = await fixture.run([
        judge('dry', 'metrics.accuracy >= 0.9', { jobName: job, whatIf: 'true' }),
        judge('silent', 'metrics.accuracy >= 0.9', { jobName: job, recordVerdict: 'false' }),
      ]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.deepEqual(writes(run.requests), []);
      assert.match(run.log, /What if: these tags would be written to 'job [^']+'/);
    });

    it('fails a verdict that can not be recorded, because the tags would keep an older one', async () => {
      const inputs = { jobName: job, azureSubscription: 'sandbox-reader' };
      const run = await fixture.run([judge('reader', 'metrics.accuracy >= 0.9', inputs)]);
      assert.equal(run.step('reader').result, 'SucceededWithIssues', run.log);
      assert.match(
        run.log,
        /The verdict pass could not be written to the tags of job \S+, which keep an older one: .*403/,
      );
      assert.equal(run.step('reader').outputs.verdict, 'pass');
    });

    it('opens AzureMLModelGate for the verdict and the stage that are asked for', async () => {
      const [registered] = await modelVersions(fixture.sandbox, 'gated');
      const model = (tags: Record<string, string>, more = {}) =>
        put(fixture.sandbox, 'models/gated/versions/1', { properties: { ...registered!.properties, tags, ...more } });
      const isOpen = async (inputs: Record<string, string> = {}): Promise<boolean> => {
        const { result } = await runGate({
          task: 'AzureMLModelGate@1',
          inputs: {
            azureSubscription: 'sandbox-reader',
            resourceGroupName: 'sandbox-rg',
            workspaceName: 'sandbox-ws',
            modelName: 'gated',
            modelVersion: '1',
            ...inputs,
          },
          tasksFolder: fixture.tasksFolder,
          sandbox: fixture.sandbox,
          minutesBetweenEvaluations: 1,
          // Some seconds, since a request takes its time on a busy machine.
          timeoutInMinutes: 3,
          millisecondsPerMinute: 1000,
          write: () => {},
        });
        return result === 'succeeded';
      };
      await model({});
      assert.equal(await isOpen(), false);
      await model({ 'gate.verdict': 'fail' });
      assert.equal(await isOpen({ acceptNoBaseline: 'true' }), false);
      await model({ 'gate.verdict': 'noBaseline' });
      assert.deepEqual([await isOpen(), await isOpen({ acceptNoBaseline: 'true' })], [false, true]);
      await model({ 'gate.verdict': 'pass' });
      assert.deepEqual([await isOpen(), await isOpen({ stage: 'Production' })], [true, false]);
      await model({ 'gate.verdict': 'pass', stage: 'production' });
      assert.equal(await isOpen({ stage: 'Production' }), true);
      await model({ 'gate.verdict': 'pass' }, { stage: 'Production' });
      assert.equal(await isOpen({ stage: 'Production' }), true);
      await model({ 'gate.verdict': 'pass' }, { isArchived: true });
      assert.equal(await isOpen(), false);
    });
  });

  it('judges files of metrics, alone and together with a job, and predictions of the same examples', async () => {
    const write = (name: string, content: string): Step => ({ bash: `cat > ${name} <<'END'\n${content}\nEND` });
    const rows = (right: number): string =>
      ['id,label,prediction', ...Array.from({ length: 100 }, (_, i) => `${i},yes,${i < right ? 'yes' : 'no'}`)].join(
        '\n',
      );
    const slices = { 'age>60': { recall: 0.8 }, 'age<=60': { recall: 0.9 } };
    const { run } = await train('0.95', [
      write('latency.json', JSON.stringify({ latency_p95_ms: 41, size_mb: 12, slices })),
      write('worse.json', JSON.stringify({ latency_p95_ms: 60 })),
      write('ours.csv', rows(90)),
      write('theirs.csv', rows(80)),
      judge(
        'together',
        [
          'metrics.accuracy >= 0.9',
          'metrics.latency_p95_ms <= 50 && metrics.size_mb < 20',
          `metrics.slices['age>60'].recall >= 0.8`,
          'spread(metrics.slices["*"].recall) <= 0.1000001',
          'ratio(metrics.slices["*"].recall) >= 0.8',
          'min(metrics.slices["*"].recall) >= 0.8',
        ].join('\n'),
        { jobName: '$(submit.jobName)', metricsFile: 'latency.json' },
      ),
      judge('alone', 'latency_p95_ms: lower, 10 %', { metricsFile: 'worse.json', baseline: 'file:latency.json' }),
      judge('paired', 'paired.accuracy.low > 0 && paired.examples == 100', {
        jobName: '$(submit.jobName)',
        predictions: 'ours.csv',
        baselinePredictions: 'theirs.csv',
      }),
      judge('same', 'paired.accuracy.low > 0', {
        jobName: '$(submit.jobName)',
        predictions: 'ours.csv',
        baselinePredictions: 'ours.csv',
      }),
    ]);
    const verdicts = ['together', 'alone', 'paired', 'same'].map((name) => run.step(name).outputs.verdict);
    assert.deepEqual(verdicts, ['pass', 'fail', 'pass', 'fail'], run.log);
  });

  it('judges a step by its key', async () => {
    const run = await fixture.run([
      submit('jobs/sweep-step.yml'),
      stream(),
      judge('bykey', 'metrics.accuracy >= 0.85', { jobName: '$(submit.jobName)', step: 'tune' }),
      judge('bypath', 'metrics.Tune.accuracy >= 0.85', { jobName: '$(submit.jobName)' }),
    ]);
    assert.deepEqual(
      ['bykey', 'bypath'].map((name) => run.step(name).outputs.verdict),
      ['pass', 'pass'],
      run.log,
    );
  });

  it('compares with the model that an endpoint serves', async () => {
    const rule = 'accuracy: higher, tolerance 0.005';
    const { run: first } = await train('0.95', [
      evaluate(rule, { baseline: 'endpoint:churn' }),
      register({ modelName: 'served' }),
      task('AzureMLDeployModel', 'deploy', {
        endpointFile: 'serving/endpoint.yml',
        deploymentFile: 'serving/deployment.yml',
        overrides: 'model=azureml:served:1',
        bakeMinutes: '0',
      }),
    ]);
    assert.equal(first.result, 'succeeded', first.log);
    assert.equal(first.step('gate').outputs.verdict, 'noBaseline');
    assert.match(first.log, /Baseline: there is no endpoint churn yet/);
    const { run: worse } = await train('0.9', [
      judge('gate', rule, { jobName: '$(submit.jobName)', baseline: 'endpoint:churn' }),
    ]);
    const { verdict, baseline } = worse.step('gate').outputs;
    assert.deepEqual([verdict, baseline], ['fail', 'endpoint churn, model served version 1'], worse.log);
    assert.match(worse.log, /The deployment blue of the endpoint churn has the most traffic \(100 %\)/);
  });
});
