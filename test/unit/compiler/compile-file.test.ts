import assert from 'node:assert/strict';
import { fileKindOf } from '../../../lib/compiler/file-kind.ts';
import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { parseYaml } from '../../../lib/compiler/yaml/yaml.ts';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

const STORE = 'azureml://datastores/workspaceblobstore/paths';
const LONG_STORE = 'azureml://subscriptions/s/resourcegroups/rg/workspaces/ws/datastores/workspaceblobstore/paths';

describe('compiling files of assets', () => {
  const folder = compileFolderPerTest();

  it('a data asset from a folder is uploaded and gets the next version', () => {
    const plan = folder.compile({
      'file.yml': 'name: iris\ntype: uri_folder\npath: ./d/\ndescription: flowers\ntags: {rows: 150}\n',
      'd/iris.csv': '1',
    });
    assert.deepEqual(
      plan.steps.map(({ kind }) => kind),
      ['upload'],
    );
    assert.equal(plan.main.path, `${WS}/data/iris/versions/@next`);
    const { dataUri, ...properties } = bodyOf(plan).properties;
    assert.match(dataUri, new RegExp(`^${STORE}/LocalUpload/[0-9a-f]{64}/d$`));
    assert.deepEqual(properties, {
      dataType: 'uri_folder',
      description: 'flowers',
      tags: { rows: 150 },
      properties: {},
      isAnonymous: false,
      isArchived: false,
    });
  });

  it('an MLTable names what it refers to', () => {
    const plan = folder.compile({
      'file.yml': 'name: t\nversion: 3\ntype: mltable\npath: table\n',
      'table/MLTable': 'paths:\n  - file: ./a.csv\n  - pattern: ./b/*.csv\ntransformations: []\n',
    });
    assert.equal(plan.main.path, `${WS}/data/t/versions/3`);
    assert.deepEqual(bodyOf(plan).properties.referencedUris, ['./a.csv', './b/*.csv']);
  });

  it('remote data stays where it is', () => {
    const plan = folder.compile({
      'file.yml': 'name: x\ntype: uri_file\npath: https://a.blob.core.windows.net/c/x.csv\n',
    });
    assert.deepEqual(plan.steps, []);
    assert.equal(bodyOf(plan).properties.dataUri, 'https://a.blob.core.windows.net/c/x.csv');
  });

  it('a model has the long form of its place, text in tags and its flavors', () => {
    const plan = folder.compile({
      'file.yml':
        'name: m\nversion: 2\ntype: mlflow_model\npath: model\ntags: {n: 1}\nflavors: {python_function: {data: {x: y}}}\n',
      'model/MLmodel': 'x',
    });
    const { modelUri, ...properties } = bodyOf(plan).properties;
    assert.match(modelUri, new RegExp(`^${LONG_STORE}/LocalUpload/[0-9a-f]{64}/model$`));
    assert.equal(plan.main.path, `${WS}/models/m/versions/2`);
    assert.deepEqual(properties, {
      modelType: 'mlflow_model',
      tags: { n: '1' },
      properties: {},
      flavors: { python_function: { data: { data: { x: 'y' } } } },
      isAnonymous: false,
      isArchived: false,
    });
  });

  it('a model of a job output stays there; short places become long', () => {
    const uri = (path: string) =>
      bodyOf(folder.compile({ 'file.yml': `$schema: x/model.schema.json\nname: m\npath: ${path}\n` })).properties
        .modelUri;
    assert.equal(uri('azureml://jobs/j/outputs/m/paths/model'), 'azureml://jobs/j/outputs/m/paths/model');
    assert.equal(uri('azureml://datastores/workspaceblobstore/paths/x'), `${LONG_STORE}/x`);
  });

  it('an environment without a version updates its newest', () => {
    const plan = folder.compile({
      'file.yml':
        'name: e\nimage: ubuntu\nconda_file: conda.yml\ntags: {os: 20.04}\ninference_config:\n  liveness_route: {port: 1, path: /}\n  readiness_route: {port: 1, path: /}\n  scoring_route: {port: 1, path: /score}\n',
      'conda.yml': 'dependencies: [pip]\n',
    });
    assert.equal(plan.main.path, `${WS}/environments/e/versions/@latest`);
    const { properties } = bodyOf(plan);
    assert.equal(properties.isAnonymous, false);
    assert.deepEqual(properties.tags, { os: 20.04 });
    assert.deepEqual(properties.inferenceConfig.scoringRoute, { port: 1, path: '/score' });
  });

  it('an environment made of a folder names the container that its context goes to', () => {
    const plan = folder.compile({
      'file.yml': 'name: e\nversion: 1\nbuild: {path: ctx}\n',
      'ctx/Dockerfile': 'FROM ubuntu',
    });
    assert.equal(plan.contextDatastore, 'workspaceblobstore');
    assert.match(bodyOf(plan).properties.build.contextUri, /^\{container\}\/LocalUpload\/[0-9a-f]{64}\/ctx\/$/);
  });

  it('a component keeps its name and version, and its code is a step', () => {
    const plan = folder.compile({
      'file.yml':
        'name: train\nversion: 1.2\ntype: command\ndescription: d\ncommand: run ${{inputs.x}}\nenvironment: azureml:e:1\ncode: src\ninputs: {x: {type: string}}\n',
      'src/a.py': '',
    });
    assert.deepEqual(
      plan.steps.map(({ kind }) => kind),
      ['code'],
    );
    assert.equal(plan.main.path, `${WS}/components/train/versions/1.2`);
    const { componentSpec, ...properties } = bodyOf(plan).properties;
    assert.equal(componentSpec.name, 'train');
    assert.equal(componentSpec.version, '1.2');
    assert.equal(componentSpec.environment, `azureml:${WS}/environments/e/versions/1`);
    assert.deepEqual(properties, { description: 'd', isAnonymous: false, isArchived: false, properties: {}, tags: {} });
  });

  it('a component without a version gets the next, and none in its specification', () => {
    const plan = folder.compile({
      'file.yml': '$schema: a/commandComponent.schema.json\nname: c\ncommand: x\nenvironment: azureml:e:1\n',
    });
    assert.equal(plan.main.path, `${WS}/components/c/versions/@next`);
    assert.equal('version' in bodyOf(plan).properties.componentSpec, false);
  });

  it('overrides reach every kind of file', () => {
    const plan = folder.compile(
      { 'file.yml': 'name: x\ntype: uri_file\npath: https://x/y\n' },
      { overrides: parseOverrides('version=7\ndescription=hello') },
    );
    assert.equal(plan.main.path, `${WS}/data/x/versions/7`);
    assert.equal(bodyOf(plan).properties.description, 'hello');
  });

  it('unknown fields are passed on where that is allowed, with a warning', () => {
    const data = { 'file.yml': 'name: x\ntype: uri_file\npath: https://x/y\nshelf_life: P1D\n' };
    assert.equal(folder.problems(data).length, 1);
    const plan = folder.compile(data, { allowUnknownFields: true });
    assert.equal(bodyOf(plan).properties.shelf_life, 'P1D');
    assert.match(plan.warnings[0]!.message, /unknown field 'shelf_life'/);
    const job = folder.compile(
      {
        'file.yml':
          'type: pipeline\npriority_class: high\njobs:\n  s: {command: x, environment: azureml:e:1, compute: azureml:c, spot_bid: 3}\n',
      },
      { allowUnknownFields: true },
    );
    assert.equal(bodyOf(job).properties.priority_class, 'high');
    assert.equal(bodyOf(job).properties.jobs.s.spot_bid, 3);
    assert.equal(job.warnings.length, 2);
  });
});

describe('telling what a file describes', () => {
  const kind = (text: string) => fileKindOf(parseYaml(text, 'file.yml'));

  it('by its schema', () => {
    assert.equal(
      kind('$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\ncommand: x'),
      'component',
    );
    assert.equal(kind('$schema: http://azureml/sdk-2-0/CommandComponent.json\ncommand: x'), 'component');
    assert.equal(kind('$schema: x/pipelineComponentBatchDeployment.schema.json'), 'batch deployment');
    assert.equal(kind('$schema: x/kubernetesOnlineEndpoint.schema.json'), 'online endpoint');
    assert.equal(kind('$schema: x/pipelineJob.schema.json\nname: a\nversion: 1'), 'job');
  });

  it('by what it has, without one', () => {
    assert.equal(kind('create_job: a.yml'), 'job schedule');
    assert.equal(kind('create_monitor: {}'), 'monitor schedule');
    assert.equal(kind('type: mltable\npath: x'), 'data');
    assert.equal(kind('type: triton_model\npath: x'), 'model');
    assert.equal(kind('name: e\nimage: x'), 'environment');
    assert.equal(kind('name: e\nauth_mode: key'), 'online endpoint');
    assert.equal(kind('name: e\nauth_mode: aad_token\ndefaults: {deployment_name: d}'), 'batch endpoint');
    assert.equal(kind('endpoint_name: e\ninstance_type: x'), 'managed online deployment');
    assert.equal(kind('endpoint_name: e\ntype: kubernetes'), 'Kubernetes online deployment');
    assert.equal(kind('endpoint_name: e\ntype: model'), 'batch deployment');
    assert.equal(kind('name: c\nversion: 1\ncommand: x'), 'component');
    assert.equal(kind('name: c\ntype: pipeline\ninputs: {a: {type: string}}\njobs: {}'), 'component');
    assert.equal(kind('name: c\ntype: pipeline\ninputs: {a: {type: uri_file, path: x}}\njobs: {}'), 'job');
    assert.equal(kind('command: x\nenvironment: y'), 'job');
  });

  it('a component stays one when it says where it runs', () => {
    const component = '$schema: x/commandComponent.schema.json\ncommand: x\ncompute: azureml:c\n';
    assert.equal(kind(`${component}version: 1`), 'component');
    assert.equal(kind(`${component}inputs: {a: {type: integer}}`), 'component');
    assert.equal(kind(`${component}inputs: {a: {type: uri_file, path: x}}\nversion: 1`), 'job');
    assert.equal(kind(component), 'job');
  });

  it('by its type where the schema is of the other online deployment', () => {
    assert.equal(
      kind('$schema: x/managedOnlineDeployment.schema.json\ntype: kubernetes'),
      'Kubernetes online deployment',
    );
  });
});
