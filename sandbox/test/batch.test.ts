import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { refused, send, signIn, uploadBlob, useSandbox } from './http.ts';
import { putCode, putOnline } from './online-workspace.ts';

describe('batch endpoints', () => {
  const { sandbox, arm } = useSandbox();
  let componentId: string;

  /** A pipeline component with one step that writes its input and the deployment's word into its output. */
  const pipeline = async (word: string): Promise<string> => {
    const environment = 'azureml:AzureML-sklearn-1.5@latest';
    const ports = { inputs: { data: { type: 'string' } }, outputs: { scores: { type: 'uri_folder' } } };
    const command = `echo "${word} \${{inputs.data}}" > \${{outputs.scores}}/scores.txt`;
    const step = { name: `step-${word}`, version: '1', type: 'command', environment, command, ...ports };
    const stepId = (
      await arm.call('PUT', `components/step-${word}/versions/1`, { properties: { componentSpec: step } })
    ).body.id;
    const job = {
      type: 'command',
      componentId: stepId,
      computeId: 'cpu-cluster',
      inputs: { data: { job_input_type: 'literal', value: '${{parent.inputs.data}}' } },
      outputs: { scores: { type: 'literal', value: '${{parent.outputs.scores}}' } },
    };
    const spec = { name: `score-${word}`, version: '1', type: 'pipeline', ...ports, jobs: { score: job } };
    const made = await arm.call('PUT', `components/score-${word}/versions/1`, { properties: { componentSpec: spec } });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return made.body.id;
  };
  const deployment = (assetId: string) => ({
    location: 'eastus',
    properties: {
      deploymentConfiguration: {
        deploymentConfigurationType: 'PipelineComponent',
        componentId: { referenceType: 'Id', assetId },
        settings: { default_compute: 'cpu-cluster' },
      },
    },
  });
  const endpoint = (name?: string) => ({
    location: 'eastus',
    properties: { authMode: 'aadToken', ...(name !== undefined && { defaults: { deploymentName: name } }) },
  });
  const invoke = async (name: string, body: object, headers: Record<string, string> = {}) => {
    const { scoringUri } = (await arm.call('GET', `batchEndpoints/${name}`)).body.properties;
    const token = (await signIn(sandbox, 'sandbox', { scope: 'https://ml.azure.localhost/.default' })).body
      .access_token;
    return send(sandbox, scoringUri, { headers: { Authorization: `Bearer ${token}`, ...headers }, body });
  };
  const inputs = (value: string) => ({
    properties: { InputData: { data: { JobInputType: 'Literal', Value: value } } },
  });

  before(async () => {
    componentId = await pipeline('first');
    assert.equal((await putOnline(sandbox, arm, 'batchEndpoints/nightly', endpoint())).status, 'Succeeded');
    await putOnline(sandbox, arm, 'batchEndpoints/nightly/deployments/one', deployment(componentId));
    await putOnline(sandbox, arm, 'batchEndpoints/nightly/deployments/two', deployment(await pipeline('second')));
  });

  it('answer with an operation and everything that was left out', async () => {
    const { body } = await arm.call('GET', 'batchEndpoints/nightly');
    assert.equal(body.properties.authMode, 'AADToken');
    assert.deepEqual(body.properties.defaults, { deploymentName: null });
    const { properties } = (await arm.call('GET', 'batchEndpoints/nightly/deployments/one')).body;
    assert.equal(properties.errorThreshold, 0);
    assert.deepEqual(properties.retrySettings, { maxRetries: 0, timeout: 'PT0S' });
    assert.equal(properties.properties['ComponentDeployment.ComponentId'], componentId);
  });

  it('invoke their default deployment, which another PUT changes, or the one that a header names', async () => {
    refused(await invoke('nightly', inputs('a')), 404, 'UserError', /^No valid deployments to route to\./m);
    await putOnline(sandbox, arm, 'batchEndpoints/nightly', endpoint('one'));
    const started = await invoke('nightly', inputs('a'));
    assert.equal(started.status, 201, JSON.stringify(started.body));
    assert.equal(started.headers['azureml-model-deployment'], 'one');
    assert.match(String(started.headers.location), /batchEndpoints\/nightly\/deployments\/one\?/);
    await putOnline(sandbox, arm, 'batchEndpoints/nightly', endpoint('two'));
    assert.equal((await invoke('nightly', inputs('a'))).headers['azureml-model-deployment'], 'two');
    const jobs = (of: string) => arm.call('GET', `batchEndpoints/nightly/${of}`).then(({ body }) => body.value);
    assert.equal((await jobs('jobs')).length, 2);
    assert.deepEqual(
      (await jobs('deployments/one/jobs')).map(({ name }: { name: string }) => name),
      [started.body.name],
    );
    const named = await invoke('nightly', inputs('a'), { 'azureml-model-deployment': 'one' });
    assert.equal(named.headers['azureml-model-deployment'], 'one');
    refused(await invoke('nightly', inputs('a'), { 'azureml-model-deployment': 'three' }), 404, 'UserError', /'three'/);
    refused(
      await arm.call('PUT', 'batchEndpoints/nightly', endpoint('three')),
      400,
      'UserError',
      /'three' does not exist/,
    );
    refused(await arm.call('DELETE', 'batchEndpoints/nightly/deployments/two'), 409, 'UserError', /default/);
  });

  it('write their outputs where the invocation says', async () => {
    const uri = 'azureml://datastores/workspaceblobstore/paths/predictions/today';
    const body = {
      properties: { ...inputs('rows').properties, OutputData: { scores: { JobOutputType: 'UriFolder', Uri: uri } } },
    };
    const { name } = (await invoke('nightly', body, { 'azureml-model-deployment': 'one' })).body;
    const job = () => arm.call('GET', `jobs/${name}`).then((answer) => answer.body.properties);
    let now = await job();
    while (!['Completed', 'Failed', 'Canceled'].includes(now.status)) now = await sleep(100).then(job);
    assert.equal(now.status, 'Completed', JSON.stringify(now));
    assert.match(now.outputs.scores.uri, /paths\/predictions\/today/);
    const store = (await arm.call('GET', 'datastores/workspaceblobstore')).body.properties;
    const { sasToken } = (
      await arm.call('POST', 'datastores/workspaceblobstore/listSecrets', { expirableSecret: true })
    ).body;
    const url = `https://127.0.0.1:${store.endpoint.split(':')[1]}/${store.accountName}/${store.containerName}`;
    const written = await send(sandbox, `${url}/predictions/today/scores.txt${sasToken}`);
    assert.equal(written.body, 'first rows\n');
  });

  describe('with a model', () => {
    const folder = async () => {
      const store = (await arm.call('GET', 'datastores/workspaceblobstore')).body.properties;
      const secret = { expirableSecret: true };
      const { sasToken } = (await arm.call('POST', 'datastores/workspaceblobstore/listSecrets', secret)).body;
      return { host: `https://${store.accountName}.blob.${store.endpoint}/${store.containerName}`, sasToken };
    };
    const write = async (path: string, content: string) => {
      const { host, sasToken } = await folder();
      assert.equal(await uploadBlob(sandbox, `${host}${sasToken}`, path, content), 201);
    };
    const read = async (path: string) => {
      const { host, sasToken } = await folder();
      const url = new URL(host);
      const at = `https://127.0.0.1:${url.port}/${url.hostname.split('.')[0]}${url.pathname}/${path}${sasToken}`;
      return (await send(sandbox, at)).body;
    };
    const paths = 'azureml://datastores/workspaceblobstore/paths';
    const ended = async (name: string) => {
      const job = () => arm.call('GET', `jobs/${name}`).then((answer) => answer.body.properties);
      let now = await job();
      while (!['Completed', 'Failed', 'Canceled'].includes(now.status)) now = await sleep(100).then(job);
      return now.status;
    };
    const score = async (deploymentName: string, to: object = {}, rows = 'rows') => {
      const given = { InputData: { rows: { JobInputType: 'UriFolder', Uri: `${paths}/${rows}` } }, ...to };
      const answer = await invoke('models', { properties: given }, { 'azureml-model-deployment': deploymentName });
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assert.match(answer.body.name, /^batchjob-/);
      return ended(answer.body.name);
    };
    const script = `import os
def init():
    global weight
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.txt")) as file:
        weight = int(file.read())
def run(files):
    print("a mini batch of", len(files))
    rows = []
    for name in files:
        with open(name) as file:
            rows.append(f"{os.path.basename(name)} {int(file.read()) * weight}")
    return rows
`;
    const put = async (name: string, properties: object) => {
      const body = { location: 'eastus', properties: { compute: 'cpu-cluster', ...properties } };
      assert.equal(
        (await putOnline(sandbox, arm, `batchEndpoints/models/deployments/${name}`, body)).status,
        'Succeeded',
      );
    };

    it('score the rows of CSV files when the model is one of MLflow', async () => {
      const loader = `class Model:
    def predict(self, table):
        rows = table.to_dict("records") if hasattr(table, "to_dict") else table
        return [row["a"] + row["b"] for row in rows]
def _load_pyfunc(path):
    return Model()
`;
      const flavor =
        'flavors:\n  python_function:\n    code: code\n    data: none\n    loader_module: adds\nmodel_uuid: x\n';
      await write('adder/MLmodel', flavor);
      await write('adder/code/adds.py', loader);
      await write('adder/none', '');
      await write('tables/table.csv', 'a,b\n1,2\n10,20\n');
      const model = { modelUri: `${paths}/adder`, modelType: 'mlflow_model' };
      const assetId = (await arm.call('PUT', 'models/adder/versions/1', { properties: model })).body.id;
      await putOnline(sandbox, arm, 'batchEndpoints/models', endpoint());
      await put('mlflow', { model: { referenceType: 'Id', assetId } });
      assert.equal(
        await score(
          'mlflow',
          { OutputData: { score: { JobOutputType: 'UriFolder', Uri: `${paths}/sums` } } },
          'tables',
        ),
        'Completed',
      );
      assert.match(await read('sums/predictions.csv'), /^0,3(\.0)?,table\.csv\n1,30(\.0)?,table\.csv\n$/);
    });

    it('score files in mini batches, and count those that fail', async () => {
      await write('weights.txt', '3');
      for (const [name, value] of Object.entries({ a: '1', b: '2', c: '5' })) await write(`rows/${name}.txt`, value);
      const model = { modelUri: `${paths}/weights.txt`, modelType: 'custom_model' };
      const assetId = (await arm.call('PUT', 'models/weights/versions/1', { properties: model })).body.id;
      await putOnline(sandbox, arm, 'batchEndpoints/models', endpoint());
      const codeConfiguration = { codeId: await putCode(sandbox, arm, script), scoringScript: 'score.py' };
      const shared = { model: { referenceType: 'Id', assetId }, codeConfiguration, miniBatchSize: 2 };
      await put('script', shared);
      const Uri = `${paths}/scored/today.csv`;
      assert.equal(await score('script', { OutputData: { score: { JobOutputType: 'UriFile', Uri } } }), 'Completed');
      assert.equal(await read('scored/today.csv'), 'a.txt 3\nb.txt 6\nc.txt 15\n');
      await write('rows/d.txt', 'not a number');
      const folderOf = (name: string) => ({
        OutputData: { score: { JobOutputType: 'UriFolder', Uri: `${paths}/${name}` } },
      });
      assert.equal(await score('script', folderOf('some')), 'Completed');
      assert.equal(await read('some/predictions.csv'), 'a.txt 3\nb.txt 6\n');
      await put('strict', { ...shared, errorThreshold: 1, retrySettings: { maxRetries: 0 } });
      assert.equal(await score('strict', folderOf('strict')), 'Failed');
    });
  });

  it('are patched with tags; their default is PUT', async () => {
    const patched = await arm.call('PATCH', 'batchEndpoints/nightly', { tags: { team: 'night' } });
    assert.deepEqual([patched.status, patched.body], [202, null]);
    assert.match(String(patched.headers.location), /mfeOperationResults\/bebes:/);
    assert.deepEqual((await arm.call('GET', 'batchEndpoints/nightly')).body.tags, { team: 'night' });
    const changed = { tags: { a: 'b' }, properties: { description: 'first of all' } };
    assert.equal((await arm.call('PATCH', 'batchEndpoints/nightly/deployments/one', changed)).status, 202);
    const read = (await arm.call('GET', 'batchEndpoints/nightly/deployments/one')).body;
    assert.deepEqual([read.tags.a, read.properties.description], ['b', 'first of all']);
    const defaults = { properties: { defaults: { deploymentName: 'one' } } };
    refused(await arm.call('PATCH', 'batchEndpoints/nightly', defaults), 400, 'UserError', /'properties'/);
  });

  it('are deleted with their deployments', async () => {
    await putOnline(sandbox, arm, 'batchEndpoints/gone', endpoint());
    await putOnline(sandbox, arm, 'batchEndpoints/gone/deployments/one', deployment(componentId));
    const deployed = await arm.call('DELETE', 'batchEndpoints/gone/deployments/one');
    assert.deepEqual([deployed.status, deployed.body], [202, null]);
    const removed = await arm.call('DELETE', 'batchEndpoints/gone');
    assert.match(String(removed.headers['azure-asyncoperation']), /mfeOperationsStatus\/bebes:/);
    assert.match(String(removed.headers.location), /mfeOperationResults\/bebes:/);
    assert.equal((await arm.call('DELETE', 'batchEndpoints/gone')).status, 204);
    refused(await arm.call('GET', 'batchEndpoints/gone/deployments/one'), 404, 'UserError', /'gone' does not exist/);
  });
});
