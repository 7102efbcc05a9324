import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling Spark', () => {
  const folder = compileFolderPerTest();

  const fixed = `conf:
  spark.driver.cores: "1"
  spark.driver.memory: 2g
  spark.executor.cores: 2
  spark.executor.memory: 2g
`;
  const instances = '  spark.executor.instances: 2\n';
  const dynamic =
    '  spark.dynamicAllocation.enabled: true\n  spark.dynamicAllocation.minExecutors: 1\n  spark.dynamicAllocation.maxExecutors: 4\n';
  const serverless = 'resources: {instance_type: Standard_E8S_V3, runtime_version: 3.4}\n';
  const data = '{type: uri_file, path: azureml://datastores/d/paths/x, mode: direct}';
  const job = (conf = instances, more = serverless): string =>
    `type: spark\ncode: src\nentry: {file: a.py}\nargs: --d \${{inputs.d}}\ninputs: {d: ${data}}\n${fixed}${conf}${more}`;
  const script = { 'src/a.py': 'print(1)' };
  const propertiesOf = (text: string): any => bodyOf(folder.compile({ ...script, 'file.yml': text })).properties;

  it('a job has its script, text as conf, and an identity', () => {
    const { displayName, experimentName, tags, properties, codeId, ...own } = propertiesOf(
      job(`${instances}  spark.x: 1.50\n  spark.y: true\n`, `${serverless}py_files: [p.zip]\njars: [j.jar]\n`),
    );
    assert.match(codeId, /\/codes\/[0-9a-f-]{36}\/versions\/1$/);
    assert.deepEqual(own, {
      jobType: 'Spark',
      entry: { sparkJobEntryType: 'SparkJobPythonEntry', file: 'a.py' },
      args: '--d ${{inputs.d}}',
      conf: {
        'spark.driver.cores': '1',
        'spark.driver.memory': '2g',
        'spark.executor.cores': '2',
        'spark.executor.memory': '2g',
        'spark.executor.instances': '2',
        'spark.x': '1.5',
        'spark.y': 'True',
      },
      pyFiles: ['p.zip'],
      jars: ['j.jar'],
      inputs: { d: { jobInputType: 'uri_file', uri: 'azureml://datastores/d/paths/x', mode: 'Direct' } },
      outputs: {},
      resources: { instanceType: 'Standard_E8S_V3', runtimeVersion: '3.4' },
      identity: { identityType: 'UserIdentity' },
    });
  });

  it('an attached pool runs as its own identity unless the file says otherwise', () => {
    assert.deepEqual(propertiesOf(job(instances, 'compute: azureml:pool\n')).identity, { identityType: 'Managed' });
    assert.deepEqual(
      propertiesOf(job(instances, 'compute: azureml:pool\nidentity: {type: user_identity}\n')).identity,
      {
        identityType: 'UserIdentity',
      },
    );
  });

  it('dynamic allocation begins with the fewest executors', () => {
    const { conf } = propertiesOf(job(dynamic));
    assert.equal(conf['spark.executor.instances'], '1');
    assert.equal(conf['spark.dynamicAllocation.enabled'], 'True');
  });

  it('an environment of packages alone gets an image', () => {
    const plan = folder.compile({
      ...script,
      'file.yml': job(instances, `${serverless}environment: {conda_file: {dependencies: [python=3.8]}}\n`),
    });
    const environment = plan.steps.find(({ kind }) => kind === 'environment') as { request: { body: any } };
    assert.equal(environment.request.body.properties.image, 'conda/miniconda3');
  });

  const component = `type: spark\ncode: ../src\nentry: {file: a.py}\nargs: --d \${{inputs.d}}\ninputs: {d: {type: uri_file, mode: direct}}\nfiles: [f.txt]\n${fixed}${dynamic}  spark.x: 1\n`;
  const pipeline = (step: string): string =>
    `type: pipeline\ninputs: {d: ${data}}\noutputs: {o: {type: uri_folder, mode: direct}}\njobs:\n  s:\n    type: spark\n${step.replace(/^/gm, '    ').trimEnd()}\n`;

  it('a step runs a component and overrides its conf key by key', () => {
    const plan = folder.compile({
      ...script,
      'c/c.yml': component,
      'file.yml': pipeline(
        `component: c/c.yml\ninputs: {d: "\${{parent.inputs.d}}"}\nconf: {spark.driver.cores: 4}\n${serverless}`,
      ),
    });
    const spec = (plan.steps.at(-1) as { request: { body: any } }).request.body.properties.componentSpec;
    assert.deepEqual(spec.conf, {
      'spark.driver.cores': 1,
      'spark.driver.memory': '2g',
      'spark.executor.cores': 2,
      'spark.executor.memory': '2g',
      'spark.dynamicAllocation.enabled': true,
      'spark.dynamicAllocation.minExecutors': 1,
      'spark.dynamicAllocation.maxExecutors': 4,
      'spark.x': 1,
    });
    assert.deepEqual(spec.entry, { file: 'a.py' });
    assert.match(spec.code, /^azureml:\/subscriptions\//);
    const { componentId, ...step } = bodyOf(plan).properties.jobs.s;
    assert.match(componentId, /\/components\/azureml_anonymous\/versions\//);
    assert.deepEqual(step, {
      name: 's',
      type: 'spark',
      inputs: { d: { job_input_type: 'literal', value: '${{parent.inputs.d}}' } },
      conf: { ...spec.conf, 'spark.driver.cores': 4, 'spark.executor.instances': 1 },
      resources: { instance_type: 'standard_e8s_v3', runtime_version: '3.4' },
      identity: { identity_type: 'UserIdentity' },
      entry: { file: 'a.py', spark_job_entry_type: 'SparkJobPythonEntry' },
      files: ['f.txt'],
      args: '--d ${{inputs.d}}',
      _source: 'YAML.COMPONENT',
    });
  });

  it('a step with its script in place becomes a component', () => {
    const plan = folder.compile({
      ...script,
      'file.yml': pipeline(
        `code: src\nentry: {file: a.py}\nargs: \${{inputs.d}} \${{outputs.o}}\n${fixed}${instances}inputs: {d: "\${{parent.inputs.d}}"}\noutputs: {o: "\${{parent.outputs.o}}"}\n${serverless}`,
      ),
    });
    const spec = (plan.steps.at(-1) as { request: { body: any } }).request.body.properties.componentSpec;
    assert.deepEqual(
      { inputs: spec.inputs, outputs: spec.outputs, type: spec.type },
      {
        inputs: { d: { type: 'uri_file', mode: 'direct' } },
        outputs: { o: { type: 'uri_folder', mode: 'direct' } },
        type: 'spark',
      },
    );
    assert.equal(bodyOf(plan).properties.jobs.s.resources.instance_type, 'Standard_E8S_V3');
  });

  it('a step with its script in place fills in the number of executors for its component too', () => {
    const plan = folder.compile({
      ...script,
      'file.yml': pipeline(`code: src\nentry: {file: a.py}\n${fixed}${dynamic}${serverless}`),
    });
    const spec = (plan.steps.at(-1) as { request: { body: any } }).request.body.properties.componentSpec;
    assert.equal(spec.conf['spark.executor.instances'], 1);
  });

  it('a registered component keeps what it says', () => {
    const plan = folder.compile({
      'file.yml': pipeline(`component: azureml:c:1\ninputs: {d: "\${{parent.inputs.d}}"}\ncompute: azureml:pool\n`),
    });
    assert.deepEqual(bodyOf(plan).properties.jobs.s, {
      name: 's',
      type: 'spark',
      computeId: `${WS}/computes/pool`,
      inputs: { d: { job_input_type: 'literal', value: '${{parent.inputs.d}}' } },
      identity: { identity_type: 'Managed' },
      componentId: `${WS}/components/c/versions/1`,
      _source: bodyOf(plan).properties.jobs.s._source,
    });
  });
});
