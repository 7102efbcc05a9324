import assert from 'node:assert/strict';
import { modelVersions } from '../../scripts/workspace-facts.ts';
import { evaluate, type Fixture, type Run, startFixture, stream, submit, task, writes } from '../e2e/fixture.ts';

/** A user's first hour: the same pipeline twice, the second time judged against the model of the first. */
for (const identityBased of [false, true]) {
  describe(`the first hour in a workspace ${identityBased ? 'without account keys' : 'with account keys'}`, function () {
    this.timeout(180_000);
    let fixture: Fixture;
    before(async () => {
      fixture = await startFixture(undefined, { identityBased });
    });
    after(() => fixture.stop());

    /** Submits, follows and judges the pipeline, and registers the model of its step `Train`. */
    const oneRound = async (rules: string): Promise<Run> => {
      const run = await fixture.run([
        submit('jobs/first-hour.yml'),
        stream(),
        evaluate(rules, { baseline: 'model:hour' }),
        task('AzureMLRegisterModel', 'register', {
          jobName: '$(submit.jobName)',
          step: 'Train',
          outputName: 'model',
          modelName: 'hour',
        }),
      ]);
      assert.equal(run.result, 'succeeded', run.log);
      return run;
    };

    it('submits inline steps and component files, follows them, and registers a step’s output', async () => {
      const run = await oneRound('metrics.accuracy >= 0.9 && metrics.accuracy >= baseline.accuracy');
      assert.equal(run.step('gate').outputs.verdict, 'noBaseline');
      assert.match(run.log, /Prepare +Completed/);
      assert.match(run.log, /Train \| trained/);
      // The data was local, so it was uploaded; with an identity, nobody asked for the account's key.
      const secrets = run.requests.filter(({ url }) => /listSecrets/.test(url));
      assert.equal(secrets.length > 0, !identityBased);
    });

    it('submits it again: unchanged steps are reused, and their results count', async () => {
      const run = await oneRound('metrics.accuracy >= baseline.accuracy');
      assert.match(run.log, /Prepare +reused/);
      assert.match(run.log, /Train +reused/);
      assert.equal(run.step('gate').outputs.verdict, 'pass');
      assert.equal(run.step('stream').outputs['metrics.accuracy'], '0.95');
      // Nothing was uploaded again; components were sent, since only the service knows whether it has them.
      const sent = writes(run.requests).filter((write) => !/components|models/.test(write));
      // The job itself, and its tags with the verdict.
      const put = `PUT /jobs/${run.step('submit').outputs.jobName}`;
      assert.deepEqual(sent, [put, put]);
      const versions = await modelVersions(fixture.sandbox, 'hour');
      assert.equal(versions.length, 2);
      const [first, second] = versions.map(({ properties }) => properties.properties as Record<string, string>);
      assert.equal(first!['lineage.run'], second!['lineage.run']);
      assert.notEqual(first!['lineage.job'], second!['lineage.job']);
    });
  });
}
