import assert from 'node:assert/strict';
import { armClient, refused, send, signIn, trueCommand, useSandbox } from './http.ts';

const environmentId = 'azureml:AzureML-sklearn-1.5@latest';

describe('the resource provider', () => {
  const { sandbox, arm } = useSandbox();

  describe('who may call', () => {
    it('lets anyone read the cloud and the discovery document', async () => {
      const [cloud] = (await send(sandbox, sandbox.environment.ARM_CLOUD_METADATA_URL!)).body;
      assert.equal(cloud.name, sandbox.environment.AZUREML_CURRENT_CLOUD);
      assert.equal(cloud.resourceManager, `${sandbox.azuremlUrl}/`);
      const { discoveryUrl } = (await arm.call('GET', '')).body.properties;
      assert.equal((await send(sandbox, discoveryUrl)).body.api, sandbox.azuremlUrl);
    });

    it('answers 401 with a challenge to anything but a valid token', async () => {
      const url = `${sandbox.azuremlUrl}${arm.workspace}?api-version=2026-05-01`;
      const storage = (await signIn(sandbox, 'sandbox', { scope: 'https://storage.azure.com/.default' })).body;
      const tries: [string | undefined, string][] = [
        [undefined, 'AuthenticationFailed'],
        ['Basic abc', 'AuthenticationFailed'],
        ['Bearer abc', 'InvalidAuthenticationToken'],
        [`Bearer ${arm.token.slice(0, -8)}AAAAAAAA`, 'InvalidAuthenticationToken'],
        [`Bearer ${storage.access_token}`, 'InvalidAuthenticationTokenAudience'],
      ];
      for (const [authorization, code] of tries) {
        const answer = await send(sandbox, url, { headers: authorization ? { Authorization: authorization } : {} });
        refused(answer, 401, code, /./);
        assert.match(String(answer.headers['www-authenticate']), /^Bearer authorization_uri="https:/);
      }
    });

    it('lets a reader read blobs and write none', async () => {
      const { endpoint, containerName } = (await arm.call('GET', 'datastores/workspaceblobstore')).body.properties;
      const url = `https://127.0.0.1:${endpoint.split(':')[1]}/sandboxstorage/${containerName}`;
      const call = async (connection: string, method: string, path: string) => {
        const scope = 'https://storage.azure.com/.default';
        const token = (await signIn(sandbox, connection, { scope })).body.access_token;
        const headers: Record<string, string> = { Authorization: `Bearer ${token}`, 'x-ms-version': '2021-08-06' };
        const written = { ...headers, 'x-ms-blob-type': 'BlockBlob', 'Content-Length': '2' };
        const request = method === 'PUT' ? { method, headers: written, body: '{}' } : { method, headers };
        return (await send(sandbox, `${url}/${path}`, request)).status;
      };
      assert.equal(await call('sandbox', 'PUT', 'a.json'), 201);
      assert.equal(await call('sandbox-reader', 'GET', 'a.json'), 200);
      assert.equal(await call('sandbox-reader', 'PUT', 'b.json'), 403);
      assert.equal(await call('sandbox-reader', 'DELETE', 'a.json'), 403);
    });

    it('lets a reader read and answers 403 with action and scope to a write', async () => {
      const reader = await armClient(sandbox, 'sandbox-reader');
      assert.equal((await reader.call('GET', 'computes')).status, 200);
      const written = await reader.call('PUT', 'jobs/x', { properties: trueCommand });
      refused(
        written,
        403,
        'AuthorizationFailed',
        /action 'Microsoft\.MachineLearningServices\/workspaces\/jobs\/write'/,
      );
      assert.match(written.body.error.message, /over scope '\/subscriptions\/[^']+\/jobs\/x'/);
      const secrets = await reader.call('POST', 'datastores/workspaceblobstore/listSecrets', {});
      refused(secrets, 403, 'AuthorizationFailed', /workspaces\/datastores\/listSecrets\/action'/);
    });

    it('answers 404 in the words of ARM', async () => {
      const path = (from: string, to: string) => arm.workspace.replace(from, to);
      refused(
        await arm.call('GET', path('sandbox-ws', 'no-ws')),
        404,
        'ResourceNotFound',
        /^The Resource 'Microsoft\.MachineLearningServices\/workspaces\/no-ws' under resource group 'sandbox-rg' was not found/,
      );
      refused(await arm.call('GET', path('sandbox-rg', 'no-rg')), 404, 'ResourceGroupNotFound', /'no-rg'/);
      refused(await arm.call('GET', path('5ab0c1de', '00000000')), 404, 'SubscriptionNotFound', /00000000/);
      refused(await arm.call('GET', 'jobs/none'), 404, 'UserError', /^Job none not found\.$/);
    });

    it('wants an api-version', async () => {
      const url = `${sandbox.azuremlUrl}${arm.workspace}`;
      const headers = { Authorization: `Bearer ${arm.token}` };
      refused(await send(sandbox, url, { headers }), 400, 'MissingApiVersionParameter', /api-version/);
    });
  });

  describe('jobs', () => {
    it('refuses what the specification does not have', async () => {
      const tries: [object, RegExp][] = [
        [{ ...trueCommand, comand: 'x' }, /'comand' on object of type 'CommandJob'\. Path 'comand', line 1/],
        [{ ...trueCommand, command: undefined }, /Required property 'command'/],
        [{ ...trueCommand, jobType: 'Comand' }, /'Comand' of 'properties\.jobType' is not one of: Command, /],
        [
          { ...trueCommand, inputs: { a: { jobInputType: 'literal', value: 5 } } },
          /inputs\.a\.value' must be a string, not number/,
        ],
        [{ ...trueCommand, inputs: { a: { jobInputType: 'literal', value: '' } } }, /inputs\.a\.value/],
        [{ ...trueCommand, inputs: { a: { jobInputType: 'uri_fil', uri: 'x' } } }, /'uri_fil'/],
        [
          { ...trueCommand, queueSettings: { jobTier: 'Spot', priority: 1 } },
          /'priority' on object of type 'QueueSettings'/,
        ],
        [{ ...trueCommand, limits: { jobLimitsType: 'Command', timeout: '1h' } }, /'1h'.*ISO 8601/],
        [{ ...trueCommand, computeId: 'no-cluster' }, /^Unknown compute target 'no-cluster'\.$/],
        [{ ...trueCommand, environmentId: 'azureml:none:1' }, /environment 'azureml:none:1' does not exist/],
        [{ ...trueCommand, codeId: `${arm.workspace}/codes/none/versions/1` }, /code '.*' does not exist/],
      ];
      for (const [properties, message] of tries)
        refused(await arm.putJob('bad', properties), 400, 'UserError', message);
      refused(await arm.call('PUT', 'jobs/bad', '{"properties":'), 400, 'InvalidRequestContent', /deserialized/);
      assert.equal((await arm.call('GET', 'jobs/bad')).status, 404);
    });

    it('is changed by a second PUT only where a job can change', async () => {
      assert.equal(
        (await arm.putJob('twice', { ...trueCommand, tags: { a: '1' }, properties: { p: '1' } })).status,
        201,
      );
      assert.equal(
        (await arm.putJob('twice', { ...trueCommand, tags: { a: '1' }, properties: { p: '1' } })).status,
        200,
      );
      const changed = await arm.putJob('twice', {
        ...trueCommand,
        tags: { b: '2' },
        displayName: 'again',
        properties: { q: '2' },
      });
      assert.equal(changed.status, 200);
      const { tags, displayName, properties } = (await arm.call('GET', 'jobs/twice')).body.properties;
      assert.deepEqual([tags, displayName, properties.p, properties.q], [{ b: '2' }, 'again', '1', '2']);
      refused(
        await arm.putJob('twice', { ...trueCommand, command: 'false' }),
        409,
        'UserError',
        /'command' cannot be changed/,
      );
      refused(await arm.putJob('twice', { ...trueCommand, properties: { p: 'other' } }), 409, 'UserError', /'p'/);
    });

    it('has the addresses and the default output of its run', async () => {
      await arm.putJob('addressed', trueCommand);
      const { services, outputs, status } = (await arm.call('GET', 'jobs/addressed')).body.properties;
      assert.match(services.Studio.endpoint, /\/runs\/addressed\?wsid=\/subscriptions\//);
      assert.match(services.Tracking.endpoint, /^azureml:\/\/127\.0\.0\.1:\d+\/mlflow\//);
      assert.match(outputs.default.uri, /ExperimentRun\/dcid\.addressed$/);
      assert.ok(status);
    });
  });

  describe('pipeline jobs', () => {
    const component = {
      type: 'command',
      command: 'echo ${{inputs.x}} > ${{outputs.y}}',
      environment: environmentId,
      inputs: { x: { type: 'string' }, z: { type: 'number', optional: true } },
      outputs: { y: { type: 'uri_file' } },
    };
    let node: Record<string, any>;
    const pipeline = (jobs: object, more: object = {}) => ({
      jobType: 'Pipeline',
      inputs: { a: { jobInputType: 'literal', value: '1' } },
      settings: { default_compute: 'cpu-cluster' },
      jobs,
      ...more,
    });

    before(async () => {
      const made = await arm.call('PUT', 'components/echo/versions/1', { properties: { componentSpec: component } });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      node = { type: 'command', componentId: made.body.id, inputs: { x: { job_input_type: 'literal', value: 'v' } } };
    });

    it('refuses components, computes and bindings that lead nowhere', async () => {
      const bound = (value: unknown) => ({ step: { ...node, inputs: { x: { job_input_type: 'literal', value } } } });
      const tries: [object, RegExp][] = [
        [pipeline({}), /at least one job/],
        [pipeline({ step: { ...node, computeId: 'none' } }), /^Unknown compute target 'none'\.$/],
        [pipeline({ step: node }, { settings: {} }), /step 'step' has no compute/],
        [pipeline({ step: { ...node, inputs: {} } }), /Required input 'x' of the step 'step'/],
        [
          pipeline({ step: { ...node, inputs: { ...node.inputs, w: { value: '1' } } } }),
          /input 'w', which its component/,
        ],
        [pipeline(bound(5)), /must be a string/],
        [pipeline(bound('${{parent.inputs.b}}')), /the pipeline has no input 'b'/],
        [pipeline(bound('${{parent.jobs.other.outputs.y}}')), /no step 'other'/],
        [pipeline({ one: node, ...bound('${{parent.jobs.one.outputs.n}}') }), /step 'one' has no output 'n'/],
        [
          pipeline({ step: { ...node, outputs: { y: { type: 'literal', value: '${{parent.outputs.o}}' } } } }),
          /the pipeline has no output 'o'/,
        ],
      ];
      for (const [properties, message] of tries)
        refused(await arm.putJob('bad-pipe', properties), 400, 'UserError', message);
    });

    it('needs the second token, for the audience of Azure ML', async () => {
      const body = { properties: pipeline({ step: node }) };
      const put = (token: string) => arm.call('PUT', 'jobs/piped', body, { 'x-azureml-token': token });
      refused(await put(''), 400, 'UserError', /x-azureml-token/);
      refused(await put(arm.token), 401, 'InvalidAuthenticationToken', /audience/);
      assert.equal((await arm.call('PUT', 'jobs/piped', body)).status, 201);
    });
  });
});
