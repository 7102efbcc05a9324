import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { findJobStatus, modelVersions } from '../../scripts/workspace-facts.ts';
import { evaluate, type Fixture, type Run, register, stream, submit, task, useFixture, writes } from './fixture.ts';

/** The request is accepted, but its answer is lost, and when it is sent again it is refused: the task fails. */
function failAfterAccepting({ sandbox }: Fixture, match: string): void {
  sandbox.faults.add({ match, kind: 'truncate' });
  sandbox.faults.add({ match, kind: 'status', status: 403 });
}

describe('the tasks', function () {
  this.timeout(120_000);
  const fixture = useFixture();

  /** A run that follows a slow job, and what cancels it. @param whenStarted is called when the job prints that it has started */
  async function cancelledRun(
    follow: ReturnType<typeof stream>,
    whenStarted: (cancel: () => void) => void,
  ): Promise<{ run: Run; jobName: string }> {
    const cancel = new AbortController();
    let jobName = '';
    const run = await fixture.run([submit('jobs/slow.yml'), follow], {
      signal: cancel.signal,
      write: (line) => {
        jobName ||= /Job (\S+) was submitted/.exec(line)?.[1] ?? '';
        if (/\| started/.test(line)) whenStarted(() => cancel.abort());
      },
    });
    return { run, jobName };
  }

  describe('following a job', () => {
    it('fail when it failed, with the failing step, its error and the end of its log', async () => {
      const run = await fixture.run([submit('jobs/fail.yml'), stream()]);
      assert.equal(run.result, 'failed');
      assert.match(run.log, /Bad step \| the last words/);
      assert.match(run.log, /Bad step failed: /);
      assert.match(run.log, /##\[group\]Bad step: last lines\n(?:.*\n)*?.*the last words/);
      assert.match(run.log, /##\[error\]Job \S+ ended as Failed after .*The step 'Bad step' failed: .*3/);
      assert.equal(run.step('stream').outputs.status, 'Failed');
    });

    it('do not let a training log command the agent', async () => {
      const run = await fixture.run([
        submit('jobs/attack.yml'),
        stream(),
        { script: 'echo "stolen is [$(stream.stolen)]"', name: 'look' },
      ]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.equal(run.step('stream').outputs.stolen, undefined);
      assert.match(run.log, /\| ##_vso\[task\.setvariable variable=stolen;isOutput=true\]yes/);
      assert.match(run.log, /\| harmless ##_vso\[task\.complete result=Failed;\]done/);
      assert.match(run.log, /\| ##_\[error\]painted/);
      assert.deepEqual(run.step('stream').issues, []);
    });

    it('cancel it when the run is cancelled', async () => {
      const { run, jobName } = await cancelledRun(stream(), (cancel) => cancel());
      assert.equal(run.result, 'canceled');
      assert.match(await findJobStatus(fixture.sandbox, jobName), /Canceled|CancelRequested/);
    });

    it('leave it running when told so', async () => {
      const { run, jobName } = await cancelledRun(stream({ cancelJob: 'false' }), (cancel) => cancel());
      assert.equal(run.result, 'canceled');
      assert.equal(await findJobStatus(fixture.sandbox, jobName), 'Running');
    });

    it('end as timed out, and cancel the job, when the step runs out of time', async () => {
      const run = await fixture.run([submit('jobs/slow.yml'), stream({}, { timeoutInMinutes: 1 })], {
        millisecondsPerMinute: 4000,
      });
      assert.equal(run.result, 'failed');
      assert.match(run.log, /The task has timed out/);
      const jobName = run.step('submit').outputs.jobName!;
      assert.match(await findJobStatus(fixture.sandbox, jobName), /Canceled|CancelRequested/);
    });
  });

  describe('judging', () => {
    it('warn or skip when told so', async () => {
      const rule = 'metrics.accuracy > 0.99';
      const run = await fixture.run([
        submit('jobs/command.yml'),
        stream(),
        { ...evaluate(rule, { onFail: 'warn' }), name: 'warned' },
        { ...evaluate(rule, { onFail: 'skip' }), name: 'skipped' },
      ]);
      assert.equal(run.result, 'partiallySucceeded', run.log);
      assert.equal(run.step('warned').result, 'SucceededWithIssues');
      assert.equal(run.step('skipped').result, 'Succeeded');
      for (const name of ['warned', 'skipped']) assert.equal(run.step(name).outputs.verdict, 'fail');
    });
  });

  describe('with any connection', () => {
    it('sign in by workload identity federation', async () => {
      const inputs = { azureSubscription: 'sandbox-wif' };
      const run = await fixture.run([submit('jobs/command.yml', inputs), stream(inputs)]);
      assert.equal(run.result, 'succeeded', run.log);
    });

    it('never print a secret or a token', async () => {
      const run = await fixture.run([submit('jobs/command.yml'), stream()], { variables: { 'system.debug': 'true' } });
      assert.equal(run.result, 'succeeded', run.log);
      const { parameters } = fixture.sandbox.connections.find(({ name }) => name === 'sandbox')!;
      assert.ok(!run.log.includes(parameters.serviceprincipalkey!));
      assert.doesNotMatch(run.log, /eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/);
      assert.doesNotMatch(run.log, /sig=[A-Za-z0-9%]{20,}/);
    });
  });

  describe('on a bad day', () => {
    const faults: [name: string, fault: Parameters<Fixture['sandbox']['faults']['add']>[0]][] = [
      ['throttling', { match: 'PUT .*/jobs/', kind: 'status', status: 429, retryAfterSeconds: 1, times: 2 }],
      ['a failing service', { match: 'GET .*/workspaces/sandbox-ws\\?', kind: 'status', status: 503, times: 2 }],
      ['a connection that is cut', { match: 'PUT .*/jobs/', kind: 'reset' }],
      ['an answer that is cut', { match: 'PUT .*/jobs/', kind: 'truncate' }],
      ['a slow answer', { match: 'PUT .*/jobs/', kind: 'slow', delayMs: 1500 }],
      ['a token that is no longer good', { match: 'PUT .*/jobs/', kind: 'expireToken' }],
    ];
    for (const [name, fault] of faults) {
      it(`get through ${name}, with one job`, async () => {
        fixture.sandbox.faults.add(fault);
        const run = await fixture.run([submit('jobs/command.yml'), stream()]);
        assert.equal(run.result, 'succeeded', run.log);
        const jobs = new Set(
          run.requests
            .filter(({ method, url }) => method === 'PUT' && url.includes('/jobs/'))
            .map(({ url }) => url.split('?')[0]),
        );
        assert.equal(jobs.size, 1);
      });
    }

    it('find their own job when the answer to the request was lost', async () => {
      failAfterAccepting(fixture, 'PUT .*/jobs/');
      const run = await fixture.run([submit('jobs/command.yml'), stream()]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.match(run.log, /The answer to the request was lost, but the job \S+ was submitted/);
      const jobs = new Set(writes(run.requests).filter((write) => write.startsWith('PUT /jobs/')));
      assert.equal(jobs.size, 1);
    });

    it('start another job when the one they had started failed', async () => {
      const inputs = { overrides: 'command=exit 1', wait: 'true' };
      const run = await fixture.run([submit('jobs/command.yml', inputs, { retryCountOnTaskFailure: 1 })]);
      assert.equal(run.result, 'failed', run.log);
      const jobs = new Set(writes(run.requests).filter((write) => write.startsWith('PUT /jobs/')));
      assert.equal(jobs.size, 2);
      assert.match(run.step('submit').outputs.jobName!, /-r\d$/);
    });

    it('leave references into a registry that can not be read to the service', async () => {
      fixture.sandbox.faults.add({ match: 'GET .*/registries/azureml/environments/', kind: 'status', status: 403 });
      const run = await fixture.run([submit('jobs/command.yml')]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.ok(run.requests.some(({ url, status }) => /registries\/azureml\/env/.test(url) && status === 403));
    });

    it('say of a registry that is refused that it is not there or may not be used', async () => {
      fixture.sandbox.faults.add({ match: 'GET .*/registrymanagement/', kind: 'status', status: 403 });
      const run = await fixture.run([submit('jobs/command.yml')]);
      assert.equal(run.result, 'failed', run.log);
      assert.match(
        run.log,
        /which does not exist or which the service connection may not use\. .* AzureML Registry User/,
      );
      assert.deepEqual(writes(run.requests), []);
    });

    it('cancel the job although Azure is throttling', async () => {
      const { run, jobName } = await cancelledRun(stream(), (cancel) => {
        fixture.sandbox.faults.add({
          match: 'GET .*/details',
          kind: 'status',
          status: 429,
          retryAfterSeconds: 60,
          times: 9,
        });
        setTimeout(cancel, 3000);
      });
      assert.equal(run.result, 'canceled');
      assert.match(await findJobStatus(fixture.sandbox, jobName), /Canceled|CancelRequested/);
    });

    it('cancel a job that was accepted while the run was being cancelled', async () => {
      const cancel = new AbortController();
      fixture.sandbox.faults.add({ match: 'PUT .*/jobs/', kind: 'slow', delayMs: 1500 });
      const run = await fixture.run([submit('jobs/slow.yml', { jobName: 'late' })], {
        signal: cancel.signal,
        write: (line) => {
          if (/Workspace sandbox-ws in/.test(line)) setTimeout(() => cancel.abort(), 1000);
        },
      });
      assert.equal(run.result, 'canceled');
      const status = await findJobStatus(fixture.sandbox, 'late');
      assert.match(status, /Canceled|CancelRequested/);
    });
  });

  describe('what if', () => {
    it('keeps secrets out of the file that stays with the run', async () => {
      const inputs = { whatIf: 'true', overrides: 'environment_variables.KEY=$(apiKey)' };
      const run = await fixture.run([submit('jobs/command.yml', inputs)], {
        secretVariables: { apiKey: 'very-secret"value' },
      });
      assert.equal(run.result, 'succeeded', run.log);
      const file = run.attachments.find(({ name }) => name === 'what-if.json')!;
      const { requests } = JSON.parse(readFileSync(file.file, 'utf8'));
      assert.equal(requests.at(-1).body.properties.environmentVariables.KEY, '***');
      assert.doesNotMatch(run.log, /very-secret/);
    });
  });

  describe('registering', () => {
    it('refuse a job that has not completed', async () => {
      const run = await fixture.run([submit('jobs/slow.yml'), register()]);
      assert.equal(run.result, 'failed');
      assert.match(run.log, /The job '.+' has to be Completed, but it is /);
      assert.deepEqual(await modelVersions(fixture.sandbox, 'm'), []);
    });

    it('take a given version once', async () => {
      const run = await fixture.run([
        submit('jobs/command.yml'),
        stream(),
        register({ modelName: 'fixed', modelVersion: '7' }),
        { ...register({ modelName: 'fixed', modelVersion: '7' }, { continueOnError: true }), name: 'again' },
      ]);
      assert.equal(run.step('register').outputs.modelVersion, '7');
      assert.match(run.log, /##\[error\]The model 'fixed' has a version 7 already\./);
    });

    it('find the version that was made although its answer got lost', async () => {
      const trained = await fixture.run([submit('jobs/command.yml'), stream()]);
      fixture.sandbox.faults.add({ match: 'PUT .*/models/', kind: 'truncate', times: 4 });
      const lost = { jobName: trained.step('submit').outputs.jobName!, modelName: 'lost' };
      const run = await fixture.run([register(lost)]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.equal(run.step('register').outputs.modelVersion, '1');
      assert.equal((await modelVersions(fixture.sandbox, 'lost')).length, 1);
    });

    it('take the next version when somebody else was faster', async () => {
      const names = ['a', 'b', 'c'];
      const trained = await Promise.all(names.map(() => fixture.run([submit('jobs/command.yml'), stream()])));
      const runs = await Promise.all(
        trained.map((run, i) =>
          fixture.run([
            task('AzureMLRegisterModel', names[i]!, {
              jobName: run.step('submit').outputs.jobName!,
              outputName: 'model',
              modelName: 'race',
              modelType: 'custom',
            }),
          ]),
        ),
      );
      for (const run of runs) assert.equal(run.result, 'succeeded', run.log);
      const versions = runs.map((run, i) => run.step(names[i]!).outputs.modelVersion);
      assert.equal(new Set(versions).size, 3, versions.join());
      assert.equal((await modelVersions(fixture.sandbox, 'race')).length, 3);
    });
  });
});
