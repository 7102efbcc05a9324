/** The gate as the agent runs it: every verdict, what it is compared with, and what happens when something is not there. */
import assert from 'node:assert/strict';
import { answers, hangs } from './fake-azure.ts';
import { WORKSPACE } from './fake-service.ts';
import { runBuiltTask, type TaskRun } from './run-built-task.ts';
import { fakeAzurePerTest } from './story.ts';

const logged = (metrics: Record<string, unknown>) => Object.entries(metrics).map(([key, value]) => ({ key, value }));

describe('the gate', () => {
  const azureOf = fakeAzurePerTest();

  /** A completed job with metrics. */
  const trained = (name: string, metrics: Record<string, unknown>, status = 'Completed'): void => {
    azureOf().addJob(name, status);
    azureOf().metrics.set(name, logged(metrics));
  };
  const version = (name: string, metrics: Record<string, string>, more: object = {}) => ({
    id: `${WORKSPACE}/models/m/versions/${name}`,
    name,
    properties: {
      modelUri: 'u',
      properties: Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`metric.${key}`, value])),
      ...more,
    },
  });
  const judge = (rules: string, inputs: Record<string, string> = {}): Promise<TaskRun> =>
    runBuiltTask('evaluate-model', azureOf(), { jobName: 'candidate', rules, ...inputs });
  const tagsOf = (job: string): Record<string, string> => azureOf().jobs.get(job)!.properties.tags ?? {};

  describe('gives the verdict', () => {
    const cases: [what: string, rule: string, candidate: unknown, baseline: string | undefined, verdict: string][] = [
      ['higher is better', 'm: higher', 0.91, '0.9', 'pass'],
      ['higher is better, and it is worse', 'm: higher', 0.89, '0.9', 'fail'],
      ['lower is better', 'm: lower', 0.29, '0.3', 'pass'],
      ['lower is better, and it is worse', 'm: lower', 0.31, '0.3', 'fail'],
      ['within the tolerance', 'm: lower, 1 %', 0.303, '0.3', 'pass'],
      ['beyond the tolerance', 'm: lower, 1 %', 0.304, '0.3', 'fail'],
      ['a tie', 'm: higher', 0.9, '0.9', 'pass'],
      ['a tie of a strict rule', 'm: higher, strictly', 0.9, '0.9', 'fail'],
      ['the same in CEL', 'metrics.m >= baseline.m - 0.005', 0.896, '0.9', 'pass'],
      ['NaN', 'm: lower', 'NaN', '0.3', 'fail'],
      ['NaN behind a negation', '!(metrics.m > baseline.m)', 'NaN', '0.3', 'fail'],
      ['an infinity', 'm: higher', 'Infinity', '0.3', 'fail'],
      ['a division by zero', 'metrics.m / baseline.m > 1', 1, '0', 'fail'],
      ['no baseline yet', 'm: higher', 0.1, undefined, 'noBaseline'],
      ['no baseline yet, and a limit that is not kept', 'm: higher, at least 0.9', 0.1, undefined, 'fail'],
      ['no baseline yet, in a part of a rule', 'metrics.m >= 0.9 || metrics.m >= baseline.m', 0.1, undefined, 'fail'],
    ];
    for (const [what, rule, candidate, baseline, verdict] of cases)
      it(`${verdict}: ${what}`, async () => {
        trained('candidate', { m: candidate });
        if (baseline !== undefined) azureOf().models.set('m', [version('1', { m: baseline })]);
        const run = await judge(rule, { baseline: 'model:m' });
        assert.equal(run.outputs.verdict, verdict, run.log);
        assert.equal(run.result, verdict === 'fail' ? 'Failed' : 'Succeeded');
        assert.equal(run.outputs.failedRules === '', verdict !== 'fail');
        assert.equal(tagsOf('candidate')['gate.verdict'], verdict);
      });

    it('and ends as onFail says', async () => {
      trained('candidate', { m: 0.1 });
      for (const [onFail, result, issues] of [
        ['fail', 'Failed', ['error']],
        ['warn', 'SucceededWithIssues', ['warning']],
        ['skip', 'Succeeded', []],
      ] as const) {
        const run = await judge('metrics.m > 0.5', { onFail });
        assert.deepEqual([run.result, run.outputs.verdict], [result, 'fail']);
        assert.deepEqual(
          run.issues.map(({ type }) => type),
          issues,
        );
        assert.equal(run.outputs.failedRules, 'metrics.m > 0.5');
      }
    });
  });

  describe('gives none, and fails,', () => {
    const fails = async (said: RegExp, rules: string, inputs: Record<string, string> = {}): Promise<void> => {
      const run = await judge(rules, inputs);
      assert.equal(run.result, 'Failed', run.log);
      assert.equal(run.outputs.verdict, undefined);
      assert.match(run.message + run.log, said);
      assert.doesNotMatch(run.log, /defect/);
      assert.deepEqual(azureOf().received(/^PUT/), []);
    };

    it('when a metric is missing, null or text', async () => {
      trained('candidate', { accuracy: 0.9, loss: null });
      await fails(/no metric 'acuracy'\. Did you mean 'accuracy'\?/, 'metrics.acuracy > 0.5');
      await fails(/'loss' of the candidate is null/, 'metrics.loss <= 0.5');
    });

    it('when the baseline is NaN or has no such metric', async () => {
      trained('candidate', { m: 1 });
      azureOf().models.set('m', [version('1', { m: 'NaN' })]);
      await fails(/'m' of the baseline is NaN/, 'm: higher', { baseline: 'model:m' });
      azureOf().models.set('m', [version('1', { other: '1' })]);
      await fails(/the baseline has no metric 'm'/, 'm: higher', { baseline: 'model:m' });
    });

    it('when the rule is one of those that pass by accident', async () => {
      trained('candidate', { loss: 9 });
      await fails(/Write metrics\.loss < 0\.1/, '- metrics.loss < 0.1');
      await fails(/does not read a metric/, 'metrics.loss < 0.1 || true');
      await fails(/the variable 'threshold' has no value/, 'metrics.loss < $(threshold)');
    });

    it('when the candidate’s job was deleted or failed', async () => {
      await fails(/There is no job 'candidate'/, 'metrics.m > 0');
      trained('candidate', { m: 1 }, 'Failed');
      await fails(/has to be Completed, but it is Failed/, 'metrics.m > 0');
    });

    it('when the baseline’s job was deleted, unless its metrics were recorded', async () => {
      trained('candidate', { m: 1 });
      await fails(/no job 'gone' in the workspace/, 'm: higher', { baseline: 'job:gone' });
      azureOf().models.set('m', [version('1', {}, { jobName: 'gone' })]);
      await fails(/its run gone logged none or was deleted/, 'm: higher', { baseline: 'model:m' });
      azureOf().models.set('m', [version('1', { m: '0.5' }, { jobName: 'gone' })]);
      assert.equal((await judge('m: higher', { baseline: 'model:m' })).outputs.verdict, 'pass');
    });

    it('when the baseline’s job has not completed', async () => {
      trained('candidate', { m: 1 });
      for (const status of ['Running', 'Failed', 'Canceled']) {
        trained('other', { m: 0.5 }, status);
        const said = new RegExp(`job 'other' has to be Completed, but it is ${status}`);
        await fails(said, 'm: higher', { baseline: 'job:other' });
      }
    });

    for (const [what, pattern, baseline] of [
      ['the job', /\/jobs\/candidate/, 'none'],
      ['the metrics', /\/runs\/get/, 'none'],
      ['the baseline', /\/models\/m/, 'model:m'],
      ['the endpoint', /\/onlineEndpoints\/live/, 'endpoint:live'],
    ] as const)
      it(`when ${what} may not be read`, async () => {
        trained('candidate', { m: 1 });
        const body = { error: { code: 'AuthorizationFailed', message: 'The client does not have authorization.' } };
        azureOf().on(pattern, answers(403, body));
        await fails(/403|not permitted|does not have/, 'metrics.m > 0', { baseline });
      });
  });

  it('uses an archived version that is named, with a warning, and never as the newest one', async () => {
    trained('candidate', { m: 0.8 });
    const versions = [version('1', { m: '0.7' }), version('2', { m: '0.9' }, { isArchived: true })];
    azureOf().models.set('m', versions);
    const named = await judge('m: higher', { baseline: 'model:m:2', onFail: 'skip' });
    assert.equal(named.outputs.verdict, 'fail');
    assert.match(named.log, /model m version 2 is archived/);
    const newest = await judge('m: higher', { baseline: 'model:m' });
    assert.deepEqual([newest.outputs.verdict, newest.outputs.baseline], ['pass', 'model m version 1'], newest.log);
  });

  it('compares with the newest version although the list of versions lags behind', async () => {
    trained('candidate', { m: 0.8 });
    const [older, newer] = [version('1', { m: '0.7' }), version('2', { m: '0.9' }, { tags: { champion: 'true' } })];
    azureOf().models.set('m', [older, newer]);
    azureOf().on(/^GET \S*\/models\/m\/versions\?/, answers(200, { value: [older] }));
    azureOf().on(/^GET \S*\/models\/m\?/, answers(200, { properties: { latestVersion: '2', nextVersion: '3' } }));
    for (const baseline of ['model:m', 'model:m@champion=true']) {
      const run = await judge('m: higher', { baseline, onFail: 'skip' });
      assert.deepEqual([run.outputs.verdict, run.outputs.baseline], ['fail', 'model m version 2'], run.log);
    }
  });

  it('warns of a name that may be missing and is spelt like another one', async () => {
    trained('candidate', { f1_score: 0.1 });
    const run = await judge('has(metrics.f1_scor) ? metrics.f1_scor > 0.5 : true\nmetrics.f1_score > 0');
    assert.deepEqual([run.result, run.outputs.verdict], ['Succeeded', 'pass']);
    assert.match(run.issues[0]!.message, /neither the candidate nor the baseline has it\. If you meant 'f1_score'/);
  });

  it('does not count what failed and cancelled steps logged, and says so', async () => {
    azureOf().addJob('candidate', 'Completed', { jobType: 'Pipeline' });
    const child = (runId: string, displayName: string, status: string) => ({ name: runId, runId, displayName, status });
    azureOf().children.set('candidate', [child('s1', 'Train', 'Completed'), child('s2', 'Evaluate', 'Failed')]);
    azureOf().metrics.set('s1', logged({ loss: 0.1, 'Evaluate/accuracy': 0.99 }));
    azureOf().metrics.set('s2', logged({ accuracy: 0.95 }));
    const run = await judge('metrics.accuracy > 0.9');
    assert.equal(run.result, 'Failed');
    assert.match(run.log, /The step 'Evaluate' is Failed, so what it logged does not count: 'accuracy'/);
    assert.match(run.log, /no metric 'accuracy' that counts; the step 'Evaluate' logged it, but is Failed/);
    const forged = await judge('metrics.Evaluate.accuracy > 0.9');
    assert.equal(forged.result, 'Failed');
    assert.match(forged.log, /no metric 'Evaluate\.accuracy' that counts/);
  });

  it('warns when its verdict can not be written, and fails when an older one stays', async () => {
    trained('candidate', { m: 1 });
    azureOf().on(/^PUT/, answers(403, { error: { code: 'AuthorizationFailed', message: 'No.' } }));
    const warned = await judge('metrics.m > 0');
    assert.deepEqual([warned.result, warned.outputs.verdict], ['Succeeded', 'pass']);
    assert.match(warned.issues[0]!.message, /The verdict is not in the tags of job candidate, so gates do not see it/);
    azureOf().jobs.get('candidate')!.properties.tags = { 'gate.verdict': 'pass' };
    const stale = await judge('metrics.m > 1', { onFail: 'skip' });
    assert.deepEqual([stale.result, stale.outputs.verdict], ['Failed', 'fail']);
    assert.match(
      stale.log,
      /The verdict fail could not be written to the tags of job candidate, which keep an older one/,
    );
    assert.equal((await judge('metrics.m > 0', { recordVerdict: 'false' })).issues.length, 0);
  });

  it('keeps its verdict when what only the report shows can not be read', async () => {
    trained('candidate', { m: 1 });
    azureOf().on(/get-history|\/artifacts/, answers(403, { error: { code: 'Forbidden', message: 'No.' } }));
    const run = await judge('metrics.m > 0');
    assert.deepEqual([run.result, run.outputs.verdict], ['Succeeded', 'pass'], run.log);
  });

  it('is given, and recorded, although what only the report shows is never answered', async () => {
    trained('candidate', { m: 1 });
    azureOf().on(/get-history|\/artifacts/, hangs());
    const run = await judge('metrics.m > 0');
    assert.deepEqual([run.result, run.outputs.verdict, run.killedBy], ['Succeeded', 'pass', null], run.log);
    assert.equal(tagsOf('candidate')['gate.verdict'], 'pass');
    assert.ok(run.took < 40_000, String(run.took));
  });
});
