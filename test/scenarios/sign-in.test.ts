/** Sign-in services on a bad day: what passes is waited for, what is refused is said. */
import assert from 'node:assert/strict';
import { answers, cutsAnswer, dropsConnection, hangs, later } from './fake-azure.ts';
import { TENANT } from './fake-service.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRunOptions } from './run-built-task.ts';
import { fakeAzurePerTest } from './story.ts';

const FEDERATION = {
  auth: { scheme: 'WorkloadIdentityFederation', parameters: { tenantid: TENANT, serviceprincipalid: 'app' } },
};

describe('signing in', () => {
  const fake = fakeAzurePerTest((azure) => azure.addJob('train', 'Completed'));
  const stream = (options: TaskRunOptions = {}) => runBuiltTask('stream-job', fake(), { jobName: 'train' }, options);

  for (const [name, pattern] of [
    ['Entra', requests.TOKEN],
    ['the OIDC endpoint', requests.OIDC],
  ] as const) {
    const options = name === 'Entra' ? {} : { connection: FEDERATION };
    it(`gets through a failing ${name}`, async () => {
      fake().on(pattern, dropsConnection(), { times: 1 });
      fake().on(pattern, answers(503, '<html>busy</html>'), { times: 2 });
      const run = await stream(options);
      assert.equal(run.result, 'Succeeded', run.raw);
      assert.ok(fake().received(pattern).length >= 4);
    });

    it(`gets through a page, an empty refusal and a cut answer in place of ${name}’s`, async () => {
      for (const odd of [
        answers(200, '<html>busy</html>', { 'Content-Type': 'text/html' }),
        answers(200, {}),
        answers(401, {}),
        answers(403, '<html>no</html>'),
        cutsAnswer(),
      ]) {
        fake().on(pattern, odd, { times: 1 });
        const run = await stream(options);
        assert.equal(run.result, 'Succeeded', run.raw);
      }
    });

    it(`ends at once when the run is cancelled while ${name} hangs`, async () => {
      fake().on(pattern, hangs());
      const run = await stream({ ...options, cancel: { request: pattern } });
      assert.equal(run.result, 'Canceled', run.raw);
      assert.equal(run.killedBy, null);
      assert.equal(run.exitCode, 0);
    });
  }

  it('gets through one refusal of the OIDC endpoint', async () => {
    fake().on(requests.OIDC, answers(401, { message: 'no' }), { times: 1 });
    assert.equal((await stream({ connection: FEDERATION })).result, 'Succeeded');
  });

  it('says what Entra refuses, without trying for minutes', async () => {
    fake().on(
      requests.TOKEN,
      answers(401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret.' }),
    );
    const run = await stream();
    assert.match(run.message, /can't sign in: its client secret is wrong \(AADSTS7000215\).*\[SignInFailed\]/);
    assert.equal(fake().received(requests.TOKEN).length, 1);
  });

  it('says that the OIDC endpoint refuses, and shows no answer with its headers', async () => {
    fake().on(requests.OIDC, answers(403, { message: 'The service connection may not be used.' }));
    const run = await stream({ connection: FEDERATION });
    assert.match(run.message, /can't sign in: .*\[SignInFailed\]/);
    assert.doesNotMatch(run.log + run.message, /sys\.acc\.tok|Bearer|e2eid/);
  });

  it('says that the agent gave no address for OIDC', async () => {
    const run = await stream({ connection: FEDERATION, env: { SYSTEM_OIDCREQUESTURI: undefined } });
    assert.match(run.message, /no way to ask for its federated token.*\[SignInFailed\]/);
  });

  it('waits for a slow answer', async () => {
    fake().on(requests.TOKEN, later(3_000));
    assert.equal((await stream()).result, 'Succeeded');
  });
});
