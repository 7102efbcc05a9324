/** Which model a verdict is on, and which of several counts: with the packed tasks against the sandbox. */
import assert from 'node:assert/strict';
import { modelVersions } from '../../scripts/workspace-facts.ts';
import { type Run, register, type Step, stream, submit, task, useFixture, writes } from './fixture.ts';

const judge = (name: string, rules: string, inputs: Record<string, string> = {}): Step =>
  task('AzureMLEvaluateModel', name, { jobName: '$(submit.jobName)', rules, onFail: 'skip', ...inputs });
const registered = (modelName: string, inputs: Record<string, string>): Step => ({
  ...register({ modelName, ...inputs }),
  name: modelName,
});

describe('a verdict', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  let job: string;
  let run: Run;
  before(async () => {
    run = await fixture.run([
      submit('jobs/branches.yml'),
      stream(),
      judge('good', 'metrics.accuracy >= 0.9', { step: 'Judge A' }),
      judge('bad', 'metrics.accuracy >= 0.9', { step: 'train_b' }),
      registered('a', { step: 'Train A' }),
      registered('whole', { outputName: 'best' }),
      registered('b', { step: 'Train B' }),
    ]);
    assert.equal(run.result, 'succeeded', run.log);
    job = run.step('submit').outputs.jobName!;
  });

  const tagsOf = async (name: string): Promise<Record<string, string>> =>
    (await modelVersions(fixture.sandbox, name))[0]!.properties.tags;

  it('goes to the model that the judged step made or read, and to no other one of the job', async () => {
    for (const [name, verdict, step] of [
      ['a', 'pass', 'Judge A'],
      ['whole', 'pass', 'Judge A'],
      ['b', 'fail', 'Train B'],
    ] as const) {
      const { 'gate.verdict': given, 'gate.step': judged } = await tagsOf(name);
      assert.deepEqual([given, judged], [verdict, step], name);
    }
  });

  it('has the environment beside it in which the step ran, also for an output of the pipeline', async () => {
    for (const name of ['a', 'whole']) {
      const [model] = await modelVersions(fixture.sandbox, name);
      assert.match(model!.properties.properties['lineage.environment'], /sklearn-1\.5/, name);
    }
  });

  it('on another step is not taken, and the log says whose it is', async () => {
    const other = await fixture.run([
      submit('jobs/branches.yml'),
      stream(),
      judge('good', 'metrics.accuracy >= 0.9', { step: 'Judge A' }),
      registered('other', { step: 'Train B' }),
    ]);
    assert.equal(other.result, 'succeeded', other.log);
    assert.equal((await tagsOf('other'))['gate.verdict'], undefined);
    assert.match(
      other.log,
      /The verdict 'pass' is not recorded with the model: it is on the step 'Judge A', which neither/,
    );
  });

  it('on a registered version is not one on the next model of its job', async () => {
    const again = await fixture.run([
      judge('version', 'metrics["Judge A/accuracy"] >= 2', { jobName: '', model: 'whole:1' }),
      registered('next', { jobName: job, outputName: 'best' }),
    ]);
    assert.equal(again.result, 'succeeded', again.log);
    assert.equal((await tagsOf('whole'))['gate.verdict'], 'fail');
    assert.equal((await tagsOf('next'))['gate.verdict'], 'pass');
  });

  it('of another evaluation of the same run does not hide a worse one; the step itself judges anew', async () => {
    const two = await fixture.run([
      judge('quality', 'metrics.accuracy >= 2', { jobName: job, step: 'Judge A' }),
      judge('speed', 'metrics.accuracy <= 2', { jobName: job, step: 'Judge A' }),
      registered('both', { jobName: job, step: 'Train A' }),
    ]);
    assert.equal(two.result, 'succeeded', two.log);
    assert.deepEqual(
      ['quality', 'speed'].map((name) => two.step(name).outputs.verdict),
      ['fail', 'pass'],
    );
    assert.equal((await tagsOf('both'))['gate.verdict'], 'fail');
    assert.match(two.log, /keep the verdict 'fail' of the step 'quality' of this run/);
    assert.equal(writes(two.requests).filter((line) => line === `PUT /jobs/${job}`).length, 1);
    const later = await fixture.run([
      judge('speed', 'metrics.accuracy <= 2', { jobName: job, step: 'Judge A' }),
      registered('later', { jobName: job, step: 'Train A' }),
    ]);
    assert.equal((await tagsOf('later'))['gate.verdict'], 'pass', later.log);
  });
});
