/** Jobs answer as recordings of the real service do. */
import assert from 'node:assert/strict';
import { send, trueCommand, useSandbox } from './http.ts';

describe('jobs, as the service answers them', () => {
  const { sandbox, arm } = useSandbox();

  const call: typeof arm.callIn = (...request) => arm.callIn(...request);
  const until = async (name: string, ...statuses: string[]) => {
    for (;;) {
      const { body } = await call('GET', `jobs/${name}`, '2024-04-01');
      if (statuses.includes(body.properties.status)) return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('answers 201 with Location for a new job and 200 without for a known one', async () => {
    const first = await call('PUT', 'jobs/twice', '2024-04-01', trueCommand);
    assert.equal(first.status, 201);
    assert.equal(first.headers.location, `${sandbox.azuremlUrl}${arm.workspace}/jobs/twice?api-version=2024-04-01`);
    // Clients send back what they read, and change the tags.
    const read = (await call('GET', 'jobs/twice', '2024-04-01')).body;
    const second = await call('PUT', 'jobs/twice', '2024-04-01', { ...read.properties, tags: { reviewed: 'yes' } });
    assert.deepEqual([second.status, second.headers.location], [200, undefined], JSON.stringify(second.body));
    assert.equal(second.body.properties.tags.reviewed, 'yes');
  });

  it('says of a command job that it starts, with every member of the api-version', async () => {
    const { body } = await call('PUT', 'jobs/started', '2025-01-01-preview', trueCommand);
    const { properties, systemData } = body;
    assert.equal(properties.status, 'Starting');
    assert.deepEqual(properties.properties, {
      '_azureml.ComputeTargetType': 'amlctrain',
      '_azureml.ClusterName': 'cpu-cluster',
    });
    assert.deepEqual(properties.resources, {
      instanceCount: 1,
      instanceType: null,
      properties: null,
      shmSize: '2g',
      dockerArgs: null,
      dockerArgsList: null,
    });
    assert.deepEqual(properties.outputs.default, {
      description: null,
      uri: 'azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.started',
      assetName: null,
      mode: 'ReadWriteMount',
      jobOutputType: 'uri_folder',
    });
    assert.deepEqual(properties.queueSettings, { jobTier: 'Null' });
    assert.doesNotMatch(properties.services.Studio.endpoint, /tid=/);
    assert.match(properties.services.Tracking.endpoint, /^azureml:\/\/.*\/mlflow\/v1\.0\/.*\?$/);
    assert.deepEqual(Object.keys(systemData), ['createdAt', 'createdBy', 'createdByType']);
  });

  it('gives a sweep its tags and Studio alone', async () => {
    const { body } = await call('PUT', 'jobs/swept', '2024-01-01-preview', {
      jobType: 'Sweep',
      computeId: trueCommand.computeId,
      objective: { goal: 'maximize', primaryMetric: 'acc' },
      samplingAlgorithm: { samplingAlgorithmType: 'Random' },
      searchSpace: { lr: ['choice', [[1]]] },
      limits: { jobLimitsType: 'Sweep', maxTotalTrials: 1, maxConcurrentTrials: 1 },
      trial: { command: 'true', environmentId: trueCommand.environmentId },
    });
    const { status, tags, objective, services } = body.properties;
    assert.deepEqual([status, objective.goal, Object.keys(services)], ['Running', 'Maximize', ['Studio']]);
    assert.equal(Object.keys(tags).filter((tag) => tag.startsWith('_aml_system_')).length, 11);
  });

  it('refuses all members that the api-version does not have, together', async () => {
    const output = { jobOutputType: 'uri_folder', assetName: 'a', assetVersion: '2' };
    const job = { ...trueCommand, outputs: { one: output, two: output } };
    const { status, headers, body } = await call('PUT', 'jobs/refused', '2025-01-01-preview', job);
    assert.deepEqual([status, headers['x-ms-response-type']], [400, 'error']);
    assert.equal(body.error.message, 'Request is invalid and/or missing fields.');
    assert.deepEqual(
      body.error.details.map(({ code }: any) => code),
      ['RequestInvalid', 'RequestInvalid'],
    );
    assert.match(
      body.error.details[0].message,
      /^Could not find member 'assetVersion' on object of type 'UriFolderJobOutput'\. Path 'assetVersion', line 1, position \d+\.$/,
    );
    assert.equal((await call('PUT', 'jobs/taken', '2024-01-01-preview', job)).status, 201);
  });

  it('names what a job lacks as the service does', async () => {
    const missing = (await call('GET', 'jobs/none', '2024-04-01')).body.error;
    const info = Object.fromEntries(missing.additionalInfo.map(({ type, info: { value } }: any) => [type, value]));
    assert.deepEqual(info.InnerError, { code: 'NotFound', innerError: { code: 'JobNotFound', innerError: null } });
    assert.deepEqual([info.MessageFormat, info.MessageParameters], ['Job {jobId} not found.', { jobId: 'none' }]);
    const compute = (await call('PUT', 'jobs/x', '2024-04-01', { ...trueCommand, computeId: 'none' })).body.error;
    assert.equal(compute.message, "Unknown compute target 'none'.");
    const elsewhere = await arm.call('GET', `${arm.workspace.replace('sandbox-ws', 'gone')}/jobs`);
    assert.deepEqual([elsewhere.status, elsewhere.body.error.code], [404, 'ParentResourceNotFound']);
    assert.deepEqual(Object.keys(elsewhere.body.error), ['code', 'message']);
  });

  it('holds tags, properties and names to the limits', async () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, '1']));
    const tries: object[] = [
      { tags: many },
      { properties: many },
      { tags: { ['k'.repeat(101)]: '1' } },
      { tags: { k: 'v'.repeat(1001) } },
      { displayName: 'n'.repeat(257) },
      { experimentName: 'a b' },
    ];
    for (const members of tries) {
      const { status, body } = await call('PUT', 'jobs/limited', '2024-04-01', { ...trueCommand, ...members });
      assert.deepEqual([status, body.error?.code], [400, 'UserError'], JSON.stringify(Object.keys(members)));
    }
  });

  it('accepts a cancellation with 202 and nothing but Location, and one of an ended job with 200', async () => {
    await call('PUT', 'jobs/long', '2024-04-01', { ...trueCommand, command: 'sleep 60' });
    await until('long', 'Running');
    const { status, headers, body } = await call('POST', 'jobs/long/cancel', '2024-04-01');
    assert.deepEqual(
      [status, body, headers['retry-after'], headers['azure-asyncoperation']],
      [202, null, undefined, undefined],
    );
    assert.match(
      String(headers.location),
      /mfeOperationResults\/jc:[\w-]+:long\?api-version=2024-04-01&t=\d+&c=.+&s=.+&h=/,
    );
    const ended = await until('long', 'Canceled');
    assert.match(ended.properties.properties.EndTimeUtc, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const again = await call('POST', 'jobs/long/cancel', '2024-04-01');
    assert.deepEqual([again.status, again.body, again.headers.location], [200, '', undefined]);
  });

  it('keeps a schedule by an operation whose address is signed, and deletes it by another', async () => {
    const schedule = {
      trigger: {
        triggerType: 'recurrence',
        frequency: 'week',
        interval: 1,
        schedule: { hours: [1], minutes: [0], weekDays: ['monday'] },
      },
      action: { actionType: 'CreateJob', jobDefinition: { ...trueCommand, experimentName: 'nightly' } },
    };
    const put = () => call('PUT', 'schedules/nightly', '2023-06-01-preview', schedule);
    for (const made of [await put(), await put()]) {
      assert.deepEqual([made.status, Object.keys(made.body)], [201, ['properties']]);
      assert.equal(made.body.properties.provisioningState, 'Creating');
    }
    const { headers } = await put();
    const url = String(headers['azure-asyncoperation']);
    assert.match(url, /mfeOperationsStatus\/s:[\w-]+:[\w-]+\?api-version=.*&h=/);
    const poll = async () =>
      (await send(sandbox, url, { headers: { Authorization: `Bearer ${arm.token}` } })).body.status;
    const seen = [await poll()];
    while (seen.at(-1) === 'Creating') seen.push(await poll());
    assert.deepEqual([seen[0], seen.at(-1)], ['Creating', 'Succeeded']);
    const read = (await call('GET', 'schedules/nightly', '2023-06-01-preview')).body;
    assert.deepEqual(Object.keys(read), ['name', 'properties', 'systemData']);
    const { frequency, schedule: times, startTime } = read.properties.trigger;
    assert.deepEqual([frequency, times.weekDays, times.monthDays], ['Week', ['Monday'], null]);
    assert.match(startTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    const deleted = await call('DELETE', 'schedules/nightly', '2023-06-01-preview');
    assert.deepEqual([deleted.status, deleted.body], [202, null]);
    assert.equal((await call('DELETE', 'schedules/nightly', '2023-06-01-preview')).status, 204);
    const gone = await call('GET', 'schedules/nightly', '2023-06-01-preview');
    assert.equal(gone.body.error.message, 'Resource Trigger nightly not found');
  });
});
