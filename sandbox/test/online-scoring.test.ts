import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, signIn, uploadBlob, useSandbox } from './http.ts';
import { deploymentBody, endpointBody, putCode, putOnline, score, scriptOf } from './online-workspace.ts';

describe('scoring', () => {
  const { sandbox, arm } = useSandbox();
  afterEach(() => sandbox.online.behave());

  const endpoint = async (name: string, properties: object = {}) => {
    const { status } = await putOnline(sandbox, arm, `onlineEndpoints/${name}`, endpointBody(properties));
    assert.equal(status, 'Succeeded');
    return (await arm.call('GET', `onlineEndpoints/${name}`)).body.properties.scoringUri as string;
  };
  const deploy = async (path: string, script: string, properties: object = {}) => {
    const body = deploymentBody(await putCode(sandbox, arm, script), properties);
    const ended = await putOnline(sandbox, arm, `onlineEndpoints/${path.replace('/', '/deployments/')}`, body);
    assert.equal(ended.status, 'Succeeded', JSON.stringify(ended));
  };
  const keyOf = async (name: string): Promise<string> =>
    (await arm.call('POST', `onlineEndpoints/${name}/listKeys`)).body.primaryKey;
  const many = (settings: object = {}) => ({ requestSettings: { maxConcurrentRequestsPerInstance: 100, ...settings } });

  it('runs score.py and passes its answer on', async () => {
    const uri = await endpoint('answers');
    await deploy('answers/blue', scriptOf('blue'), { environmentVariables: { SIZE: '7' } });
    const answer = await score(sandbox, uri, { key: await keyOf('answers'), deployment: 'blue', body: { x: [1, 2] } });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.body, { from: 'blue', sent: { x: [1, 2] } });
    assert.equal(answer.headers['azureml-model-deployment'], 'blue');
    assert.equal(answer.headers['x-ms-run-function-failed'], 'False');
    assert.match(String(answer.headers['x-ms-run-fn-exec-ms']), /^\d+\.\d{3}$/);
    assert.match(String(answer.headers['x-request-id']), /^[\da-f-]{36}$/);
    const { content } = (await arm.call('POST', 'onlineEndpoints/answers/deployments/blue/getLogs', { tail: 100 }))
      .body;
    assert.match(
      content,
      /^Instance status:\n[\s\S]*\nContainer events:\n[\s\S]*\nContainer logs:\n[\s\S]*init of blue\n/,
    );
    const initializer = { containerType: 'StorageInitializer' };
    const loaded = await arm.call('POST', 'onlineEndpoints/answers/deployments/blue/getLogs', initializer);
    assert.match(loaded.body.content, /Models are downloaded/);
    assert.doesNotMatch(loaded.body.content, /init of blue/);
  });

  it('gives the script its model, its variables and its own folder', async () => {
    const store = (await arm.call('POST', 'datastores/workspaceblobstore/listSecrets', { expirableSecret: true })).body;
    const {
      endpoint: host,
      accountName,
      containerName,
    } = (await arm.call('GET', 'datastores/workspaceblobstore')).body.properties;
    const sas = `https://${accountName}.blob.${host}/${containerName}${store.sasToken}`;
    assert.equal(await uploadBlob(sandbox, sas, 'models/iris/weights.json', '{"w": 5}'), 201);
    const modelUri = 'azureml://datastores/workspaceblobstore/paths/models/iris';
    const model = await arm.call('PUT', 'models/iris/versions/3', {
      properties: { modelUri, modelType: 'custom_model' },
    });
    assert.equal(model.status, 201, JSON.stringify(model.body));
    const script = `import json, os
def init():
    global weights
    weights = json.load(open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "iris", "weights.json")))
def run(data):
    names = ["SIZE", "AZUREML_ENTRY_SCRIPT"]
    return [weights["w"], *[os.environ[name] for name in names], os.path.basename(os.environ["AML_APP_ROOT"])]
`;
    const uri = await endpoint('modelled');
    await deploy('modelled/blue', script, { model: model.body.id, environmentVariables: { SIZE: '7' } });
    const answer = await score(sandbox, uri, { key: await keyOf('modelled'), deployment: 'blue' });
    assert.deepEqual(answer.body, [5, '7', 'score.py', 'src'], answer.text);
    const { environmentVariables } = (await arm.call('GET', 'onlineEndpoints/modelled/deployments/blue')).body
      .properties;
    assert.equal(environmentVariables.AZUREML_MODEL_DIR, '/var/azureml-app/azureml-models/iris/3');
    assert.equal(environmentVariables.SIZE, '7');
  });

  it('serves an MLflow model with a loader of its own, and says what another one needs', async () => {
    const code = `import json\nclass M:\n    def predict(self, rows):\n        rows = rows.to_dict("records") if hasattr(rows, "to_dict") else rows\n        return [row["a"] * 2 if isinstance(row, dict) else row[0] for row in rows]\ndef _load_pyfunc(path):\n    return M()\n`;
    const files = {
      MLmodel:
        'flavors:\n  python_function:\n    code: code\n    data: weights.json\n    loader_module: own\nmodel_uuid: x\n',
      'code/own.py': code,
      'weights.json': '{}',
    };
    const upload = async (name: string, contents: Record<string, string>) => {
      const store = (await arm.call('POST', 'datastores/workspaceblobstore/listSecrets', { expirableSecret: true }))
        .body;
      const found = (await arm.call('GET', 'datastores/workspaceblobstore')).body.properties;
      const sas = `https://${found.accountName}.blob.${found.endpoint}/${found.containerName}${store.sasToken}`;
      for (const [path, content] of Object.entries(contents))
        await uploadBlob(sandbox, sas, `${name}/model/${path}`, content);
      const modelUri = `azureml://datastores/workspaceblobstore/paths/${name}/model`;
      const made = await arm.call('PUT', `models/${name}/versions/1`, {
        properties: { modelUri, modelType: 'mlflow_model' },
      });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      return made.body.id as string;
    };
    const noCode = (model: string) => ({ location: 'eastus', properties: { endpointComputeType: 'Managed', model } });
    const uri = await endpoint('flows');
    const own = noCode(await upload('own', files));
    assert.equal((await putOnline(sandbox, arm, 'onlineEndpoints/flows/deployments/own', own)).status, 'Succeeded');
    const key = await keyOf('flows');
    const body = { input_data: { columns: ['a'], data: [[1], [4]] } };
    assert.deepEqual((await score(sandbox, uri, { key, deployment: 'own', body })).body, [2, 8]);
    const wrong = await score(sandbox, uri, { key, deployment: 'own', body: { data: [[1]] } });
    assert.equal(wrong.status, 424);
    const foreign = { ...files, MLmodel: files.MLmodel.replace('loader_module: own', 'loader_module: mlflow.none') };
    const bad = await putOnline(
      sandbox,
      arm,
      'onlineEndpoints/flows/deployments/foreign',
      noCode(await upload('foreign', foreign)),
    );
    assert.equal(bad.status, 'Failed');
    const logs = await arm.call('POST', 'onlineEndpoints/flows/deployments/foreign/getLogs', {});
    assert.match(logs.body.content, /mlflow/);
  });

  it('goes to deployments by their shares; a header chooses one', async () => {
    const uri = await endpoint('shares');
    const key = await keyOf('shares');
    const blank = await score(sandbox, uri, { key });
    assert.deepEqual([blank.status, blank.text.split('.')[0]], [404, 'No valid deployments to route to']);
    await deploy('shares/blue', scriptOf('blue'), many());
    await deploy('shares/green', scriptOf('green'), many());
    await endpoint('shares', { traffic: { blue: 90, green: 10 } });
    sandbox.online.resetCounts();
    const answers: Answer[] = [];
    for (let each = 0; each < 20; each++) answers.push(await score(sandbox, uri, { key }));
    assert.equal(answers.filter(({ body }) => body.from === 'green').length, 2);
    assert.ok(answers.every(({ headers, body }) => headers['azureml-model-deployment'] === body.from));
    assert.equal((await score(sandbox, uri, { key, deployment: 'green' })).body.from, 'green');
    assert.equal((await score(sandbox, uri, { key, deployment: 'red' })).status, 404);
    assert.deepEqual(sandbox.online.counts('shares'), [
      { deployment: 'blue', status: 200, requests: 18, mirrored: false },
      { deployment: 'green', status: 200, requests: 3, mirrored: false },
      { deployment: '', status: 404, requests: 1, mirrored: false },
    ]);
  });

  it('mirrors requests without waiting for the copies', async () => {
    const uri = await endpoint('mirrors');
    await deploy('mirrors/blue', scriptOf('blue'), many());
    await deploy(
      'mirrors/green',
      `import time\ndef init():\n    pass\ndef run(data):\n    time.sleep(0.5)\n    raise ValueError("no")\n`,
      many(),
    );
    await endpoint('mirrors', { traffic: { blue: 100 }, mirrorTraffic: { green: 50 } });
    const key = await keyOf('mirrors');
    const start = Date.now();
    for (let each = 0; each < 4; each++) assert.equal((await score(sandbox, uri, { key })).body.from, 'blue');
    const took = Date.now() - start;
    const copies = () => sandbox.online.counts('mirrors').filter(({ mirrored }) => mirrored);
    while ((copies()[0]?.requests ?? 0) < 2) await sleep(20);
    assert.deepEqual(copies(), [{ deployment: 'green', status: 424, requests: 2, mirrored: true }]);
    assert.ok(took < Date.now() - start, 'answers came before the copies were done');
  });

  it('needs a key, or a token of the kind that the endpoint takes', async () => {
    const uri = await endpoint('keyed');
    await deploy('keyed/blue', scriptOf('blue'));
    const ask = (key?: string, headers = {}) =>
      score(sandbox, uri, { deployment: 'blue', headers, ...(key !== undefined && { key }) });
    const old = (await arm.call('POST', 'onlineEndpoints/keyed/listKeys')).body;
    assert.equal((await ask(old.primaryKey)).status, 200);
    assert.equal((await ask(old.secondaryKey)).status, 200);
    assert.deepEqual([(await ask()).status, (await ask()).text], [401, 'key_auth_bad_header_forbidden']);
    assert.deepEqual([(await ask('wrong')).status, (await ask('wrong')).text], [401, 'key_auth_access_denied']);
    assert.equal((await ask(arm.token)).status, 401);
    const renewed = await arm.call('POST', 'onlineEndpoints/keyed/regenerateKeys', { keyType: 'Primary' });
    assert.equal(renewed.status, 202);
    while ((await ask(old.primaryKey)).status === 200) await sleep(20);
    const fresh = (await arm.call('POST', 'onlineEndpoints/keyed/listKeys')).body;
    assert.notEqual(fresh.primaryKey, old.primaryKey);
    assert.equal(fresh.secondaryKey, old.secondaryKey);
    assert.equal((await ask(fresh.primaryKey)).status, 200);
  });

  it('takes tokens of its own, and of the directory', async () => {
    const own = await endpoint('owntoken', { authMode: 'AMLToken' });
    const directory = await endpoint('directory', { authMode: 'aadToken' });
    await deploy('owntoken/blue', scriptOf('own'));
    await deploy('directory/blue', scriptOf('directory'));
    const given = (await arm.call('POST', 'onlineEndpoints/owntoken/token')).body;
    assert.equal(given.tokenType, 'Bearer');
    assert.equal(given.expiryTimeUtc - given.refreshAfterTimeUtc, 12 * 60 * 60);
    assert.ok(Math.abs(given.expiryTimeUtc - Date.now() / 1000 - 24 * 60 * 60) < 60);
    const aad = async (connection: string) =>
      (await signIn(sandbox, connection, { scope: 'https://ml.azure.localhost/.default' })).body.access_token;
    const ask = (uri: string, key: string) =>
      score(sandbox, uri, { key, deployment: 'blue' }).then(({ status }) => status);
    assert.equal(await ask(own, given.accessToken), 200);
    assert.equal(await ask(own, await aad('sandbox')), 401);
    assert.equal(await ask(directory, await aad('sandbox')), 200);
    assert.equal(await ask(directory, await aad('sandbox-reader')), 403);
    assert.equal(await ask(directory, given.accessToken), 401);
    const keys = await arm.call('POST', 'onlineEndpoints/directory/listKeys');
    assert.deepEqual([keys.status, keys.body], [200, { primaryKey: null, secondaryKey: null }]);
    assert.equal((await arm.call('POST', 'onlineEndpoints/directory/token')).status, 400);
  });

  it('answers 424 for what the model does, 408 for what takes too long, 429 for what is too much', async () => {
    const script = `import json, os, time
def init():
    pass
def run(data):
    what = json.loads(data)["do"]
    if what == "fail": raise ValueError("a reason for the log")
    if what == "sleep": time.sleep(1.5)
    if what == "exit": os._exit(3)
    return what
`;
    const uri = await endpoint('wrong');
    await deploy('wrong/blue', script, {
      requestSettings: { requestTimeout: 'PT1S', maxConcurrentRequestsPerInstance: 1 },
    });
    const key = await keyOf('wrong');
    const ask = (what: string) => score(sandbox, uri, { key, deployment: 'blue', body: { do: what } });
    const failed = await ask('fail');
    assert.equal(failed.status, 424);
    assert.equal(failed.headers['ms-azureml-model-error-statuscode'], '500');
    assert.equal(failed.headers['ms-azureml-model-error-reason'], 'model_error');
    assert.equal(failed.headers['x-ms-run-function-failed'], 'True');
    assert.match(failed.body.message, /unexpected error occurred in scoring script/);
    const { content } = (await arm.call('POST', 'onlineEndpoints/wrong/deployments/blue/getLogs', {})).body;
    assert.match(content, /Traceback[\s\S]*ValueError: a reason for the log/);
    const gone = await ask('exit');
    assert.deepEqual([gone.status, gone.headers['ms-azureml-model-error-statuscode']], [424, '502']);
    // The container is started again.
    let answer = await ask('fine');
    while (answer.status !== 200) answer = await sleep(50).then(() => ask('fine'));
    assert.equal(answer.body, 'fine');
    assert.equal((await ask('sleep')).status, 408);
    const [one, two, three] = await Promise.all([ask('sleep'), ask('sleep'), sleep(300).then(() => ask('fine'))]);
    assert.deepEqual([one.status, two.status, three.status], [408, 408, 429]);
    assert.equal(three.headers['ms-azureml-model-error-reason'], 'too_many_pending_request');
  });
});
