/** Tokens expire, are refused and can't be renewed for a while; a connection may be revoked. The job goes on in every case. */
import assert from 'node:assert/strict';
import { answers, type Behaviour } from './fake-azure.ts';
import { TENANT } from './fake-service.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest } from './story.ts';

const FEDERATION = {
  auth: { scheme: 'WorkloadIdentityFederation', parameters: { tenantid: TENANT, serviceprincipalid: 'app' } },
};
/** Tokens that are renewed at every poll, each with a number. */
const shortLived = (): Behaviour => {
  let nth = 0;
  return () => ({
    status: 200,
    body: { access_token: `tok.en.${++nth}`, token_type: 'Bearer', expires_in: 301 },
  });
};

describe('credentials over hours', () => {
  const fake = fakeAzurePerTest();

  for (const [scheme, connection] of [
    ['a secret', {}],
    ['federation', FEDERATION],
  ] as const) {
    it(`are renewed throughout: ${scheme}`, async () => {
      const azure = fake();
      addRunningJob(azure, { reads: 6 });
      azure.on(requests.TOKEN, shortLived());
      const run = await runBuiltTask('stream-job', azure, FOLLOW, { connection });
      assert.equal(run.result, 'Succeeded', run.raw);
      const used = new Set(azure.received(requests.HISTORY).map(({ headers }) => headers.authorization));
      assert.ok(used.size > 1, `${used.size} tokens`);
      if (scheme === 'federation') assert.ok(azure.received(requests.OIDC).length > 2);
      for (const token of used) assert.ok(run.secrets.includes(token!.replace('Bearer ', '')));
    });

    it(`are renewed when a token is refused in the middle: ${scheme}`, async () => {
      const azure = fake();
      addRunningJob(azure, { reads: 4 });
      azure.on(requests.DETAILS, answers(401, { error: { code: 'TokenExpired', message: 'The token has expired.' } }), {
        times: 1,
      });
      const run = await runBuiltTask('stream-job', azure, FOLLOW, { connection });
      assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    });

    it(`get over a sign-in that is down for 6 s at a renewal: ${scheme}`, async () => {
      const azure = fake();
      addRunningJob(azure, { reads: 8 });
      let first = 0;
      let downFrom = Number.NaN;
      const renewed = shortLived();
      azure.on(requests.TOKEN, (...exchange) => {
        if (++first <= 2)
          return { status: 200, body: { access_token: `t.o.${first}`, token_type: 'Bearer', expires_in: 5 } };
        if (Number.isNaN(downFrom)) downFrom = Date.now();
        if (Date.now() - downFrom > 6_000) return renewed(...exchange);
        return { status: 503, body: { error: 'temporarily_unavailable', error_description: 'AADSTS90033: transient' } };
      });
      const run = await runBuiltTask('stream-job', azure, FOLLOW, { connection });
      assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
      assert.equal(azure.received(requests.CANCEL).length, 0);
    });
  }

  it('get over one refusal of the OIDC endpoint in the middle', async () => {
    const azure = fake();
    addRunningJob(azure, { reads: 5 });
    azure.on(requests.TOKEN, shortLived());
    let asked = 0;
    azure.on(requests.OIDC, (_request, usual) => (++asked === 4 ? { status: 401, body: { message: 'no' } } : usual()));
    const run = await runBuiltTask('stream-job', azure, FOLLOW, { connection: FEDERATION });
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.ok(asked > 4);
  });

  it('that are revoked end the step with a clear error; the job goes on and can be followed again', async () => {
    const azure = fake();
    azure.addJob('train');
    const run = await runBuiltTask(
      'stream-job',
      azure,
      { ...FOLLOW, timeoutInMinutes: '0.1', cancelOnTimeout: 'false' },
      {},
    );
    assert.match(run.message, /timed out/);
    azure.on(
      requests.TOKEN,
      answers(401, { error: 'invalid_client', error_description: 'AADSTS700016: Application was not found.' }),
    );
    const refused = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(refused.result, 'Failed');
    assert.match(refused.message, /can't sign in: .*\[SignInFailed\]/, refused.raw);
    assert.equal(azure.jobs.get('train')!.status, 'Running');
    azure.on(requests.TOKEN, (_request, usual) => usual());
    addRunningJob(azure, { reads: 2 });
    assert.equal((await runBuiltTask('stream-job', azure, FOLLOW)).result, 'Succeeded');
  });
});
