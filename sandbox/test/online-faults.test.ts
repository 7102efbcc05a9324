import assert from 'node:assert/strict';
import { type Answer, refused, send, useSandbox } from './http.ts';
import { deploymentBody, endpointBody, followed, putCode, putOnline, score, scriptOf } from './online-workspace.ts';

const said = ({ body }: Answer): any => JSON.parse(body.error.details[0].message).errors;

describe('online endpoints that misbehave', () => {
  const { sandbox, arm } = useSandbox();
  let code: string;
  let uri: string;
  let key: string;
  const path = 'onlineEndpoints/bad';
  const put = async (name: string, script?: string) =>
    arm.call(
      'PUT',
      `${path}/deployments/${name}`,
      deploymentBody(script === undefined ? code : await putCode(sandbox, arm, script), {
        requestSettings: { maxConcurrentRequestsPerInstance: 50, requestTimeout: 'PT1S' },
      }),
    );

  before(async () => {
    await putOnline(sandbox, arm, path, endpointBody());
    uri = (await arm.call('GET', path)).body.properties.scoringUri;
    key = (await arm.call('POST', `${path}/listKeys`)).body.primaryKey;
    code = await putCode(sandbox, arm, scriptOf('good'));
    await followed(sandbox, arm, await put('good'));
  });
  afterEach(() => {
    sandbox.online.behave();
    sandbox.online.resetCounts();
  });

  it('fail when the script crashes in init, with its traceback in the log; what has never served must be made again', async () => {
    const crash = 'def init():\n    raise RuntimeError("no weights here")\ndef run(data):\n    return 1\n';
    const answer = await put('crash', crash);
    assert.equal(answer.status, 201);
    const ended = await followed(sandbox, arm, answer);
    assert.equal(ended.status, 'Failed');
    assert.deepEqual(Object.keys(ended.error), ['message']);
    assert.match(ended.error.message, /^ResourceNotReady: User container has crashed or terminated: /);
    assert.match(ended.startTime, /^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
    const read = (await arm.call('GET', `${path}/deployments/crash`)).body.properties;
    assert.equal(read.provisioningState, 'Failed');
    const { content } = (await arm.call('POST', `${path}/deployments/crash/getLogs`, {})).body;
    assert.match(content, /UserContainerStart: Unhealthy/);
    assert.match(content, /Traceback[\s\S]*RuntimeError: no weights here/);
    const again = await put('crash');
    refused(again, 400, 'BadRequest', /./);
    assert.match(
      said(again)[''][0],
      /^Specified deployment \[crash\] failed during initial provisioning .* Delete and re-create\.$/,
    );
    assert.equal((await score(sandbox, uri, { key, deployment: 'crash' })).status, 424);
    await followed(sandbox, arm, await arm.call('DELETE', `${path}/deployments/crash`));
    assert.equal((await followed(sandbox, arm, await put('crash'))).status, 'Succeeded');
  });

  it('fail when the script has not both of its functions', async () => {
    for (const [missing, script] of [
      ['init', 'def run(data):\n    return 1\n'],
      ['run', 'def init():\n    pass\n'],
    ] as const) {
      assert.equal((await followed(sandbox, arm, await put(`without-${missing}`, script))).status, 'Failed');
      const { content } = (await arm.call('POST', `${path}/deployments/without-${missing}/getLogs`, {})).body;
      assert.match(content, new RegExp(`does not have a ${missing}\\(\\) function defined\\.`));
    }
  });

  it('fail as they are asked to', async () => {
    const kinds: [Parameters<typeof sandbox.online.misbehave>[0]['kind'], string | undefined, RegExp][] = [
      ['imageBuild', 'ImageBuildFailure', /^Image build failed/],
      ['outOfQuota', 'OutOfQuota', /^Not enough subscription CPU quota\. .*#error-outofquota$/],
      ['crash', undefined, /^ResourceNotReady: User container has crashed or terminated/],
      ['probe', undefined, /^ResourceNotReady: Readiness probe failed/],
    ];
    for (const [kind, errorCode, words] of kinds) {
      sandbox.online.misbehave({ kind, endpoint: 'bad', times: 1 } as never);
      const { status, error } = await followed(sandbox, arm, await put(`is-${kind}`));
      assert.deepEqual([status, error.code], ['Failed', errorCode]);
      assert.match(error.message, words);
    }
    const { content } = (await arm.call('POST', `${path}/deployments/is-crash/getLogs`, {})).body;
    assert.match(content, /Traceback[\s\S]*RuntimeError/);
    sandbox.online.misbehave({ kind: 'quota', endpoint: 'bad' });
    const refusal = await put('no-quota');
    refused(refusal, 400, 'BadRequest', /./);
    assert.match(said(refusal).VmSize[0], /^Not enough quota available for Standard_DS3_v2 in SubscriptionId /);
    sandbox.online.misbehave({ kind: 'nameTaken', endpoint: 'elsewhere' });
    refused(await arm.call('PUT', 'onlineEndpoints/elsewhere', endpointBody()), 400, 'UserError', /already exists/);
  });

  it('must be made again when their endpoint was never made', async () => {
    const fragile = 'onlineEndpoints/fragile';
    sandbox.online.misbehave({ kind: 'internalError', endpoint: 'fragile', times: 1 });
    const { status, error } = await followed(sandbox, arm, await arm.call('PUT', fragile, endpointBody()));
    assert.deepEqual([status, error.code], ['Failed', 'InternalServerError']);
    assert.match(error.message, /^Internal error\. Please see troubleshooting guide/);
    assert.equal((await arm.call('GET', fragile)).body.properties.provisioningState, 'Failed');
    const again = await arm.call('PUT', fragile, endpointBody());
    refused(again, 400, 'BadRequest', /./);
    assert.match(said(again)[''][0], /^Specified endpoint \[fragile\] has not been created successfully\./);
    await followed(sandbox, arm, await arm.call('DELETE', fragile));
    await putOnline(sandbox, arm, fragile, endpointBody());
    // A change that fails can be tried again.
    sandbox.online.misbehave({ kind: 'internalError', endpoint: 'fragile', times: 1 });
    assert.equal((await putOnline(sandbox, arm, fragile, endpointBody())).status, 'Failed');
    assert.equal((await putOnline(sandbox, arm, fragile, endpointBody())).status, 'Succeeded');
  });

  it('fail when no probe is answered in time', async () => {
    const body = deploymentBody(
      await putCode(sandbox, arm, 'import time\ntime.sleep(60)\ndef init():\n    pass\ndef run(data):\n    return 1\n'),
      {
        readinessProbe: { initialDelay: 'PT0S', period: 'PT0.3S', failureThreshold: 2 },
      },
    );
    const { status, error } = await followed(sandbox, arm, await arm.call('PUT', `${path}/deployments/late`, body));
    assert.equal(status, 'Failed');
    assert.match(error.message, /Readiness probe failed/);
  });

  it('serve what they served before when an update fails', async () => {
    const failed = await put('good', 'def init():\n    raise RuntimeError("worse")\ndef run(data):\n    return 1\n');
    assert.equal(failed.body.properties.provisioningState, 'Updating');
    assert.equal((await followed(sandbox, arm, failed)).status, 'Failed');
    assert.equal((await arm.call('GET', `${path}/deployments/good`)).body.properties.provisioningState, 'Failed');
    assert.equal((await score(sandbox, uri, { key, deployment: 'good' })).body.from, 'good');
    assert.equal((await followed(sandbox, arm, await put('good'))).status, 'Succeeded');
  });

  it('start slowly', async () => {
    sandbox.online.misbehave({ kind: 'slowStart', deployment: 'slow', delayMs: 600 });
    const start = Date.now();
    const answer = await put('slow');
    assert.equal((await score(sandbox, uri, { key, deployment: 'slow' })).status, 424);
    await followed(sandbox, arm, answer);
    assert.ok(Date.now() - start >= 600);
  });

  it('answer a share of the requests with errors', async () => {
    const end = sandbox.online.misbehave({ kind: 'errors', deployment: 'good', percent: 20 });
    const ask = async (count: number) => {
      const statuses: number[] = [];
      for (let each = 0; each < count; each++)
        statuses.push((await score(sandbox, uri, { key, deployment: 'good' })).status);
      return statuses.filter((status) => status !== 200);
    };
    assert.deepEqual(await ask(10), [424, 424]);
    end();
    assert.deepEqual(await ask(5), []);
    sandbox.online.misbehave({ kind: 'gateway', endpoint: 'bad', percent: 50, status: 503 });
    assert.deepEqual(await ask(4), [503, 503]);
    assert.deepEqual(
      sandbox.online.counts('bad').map(({ status, requests }) => [status, requests]),
      [
        [200, 8 + 5 + 2],
        [424, 2],
        [503, 2],
      ],
    );
    sandbox.online.behave();
    sandbox.faults.add({ match: '^POST /score', kind: 'reset' });
    await assert.rejects(score(sandbox, uri, { key, deployment: 'good' }));
    assert.deepEqual(await ask(1), []);
  });

  it('become slower and slower, until they take too long', async () => {
    sandbox.online.misbehave({ kind: 'latency', deployment: 'good', delayMs: 100, growthMs: 500 });
    const times: number[] = [];
    const statuses: number[] = [];
    for (let each = 0; each < 3; each++) {
      const start = Date.now();
      statuses.push((await score(sandbox, uri, { key, deployment: 'good' })).status);
      times.push(Date.now() - start);
    }
    assert.deepEqual(statuses, [200, 200, 408]);
    assert.ok(times[0]! >= 100 && times[1]! >= 600 && times[2]! >= 1000, String(times));
  });

  it('show their new traffic late', async () => {
    sandbox.online.misbehave({ kind: 'lateTraffic', endpoint: 'bad', delayMs: 1500, times: 1 });
    await putOnline(sandbox, arm, path, endpointBody({ traffic: { good: 100 } }));
    const seen = async () => (await arm.call('GET', path)).body.properties.traffic;
    assert.deepEqual(await seen(), {});
    assert.equal((await score(sandbox, uri, { key })).body.from, 'good');
    let traffic = await seen();
    while (Object.keys(traffic).length === 0) traffic = await seen();
    assert.deepEqual(traffic, { good: 100 });
    await putOnline(sandbox, arm, path, endpointBody());
  });

  it('tell nobody of operations that there never were', async () => {
    const url = String((await put('good')).headers['azure-asyncoperation']).replace(/odidp:[\w:-]+/, 'odidp:a:b');
    const answer = await send(sandbox, url, { headers: { Authorization: `Bearer ${arm.token}` } });
    refused(answer, 404, 'UserError', /odidp:a:b/);
  });
});
