import assert from 'node:assert/strict';
import { applyPlan } from '../../../lib/plan/apply.ts';
import { differencesOf } from '../../../lib/plan/differences.ts';
import { type InspectedPlan, inspectPlan } from '../../../lib/plan/inspect.ts';
import { planRequests, planTable } from '../../../lib/plan/show.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { compileFolder } from '../compiler/compile-folder.ts';
import { type FakeService, fakeService } from './fake-service.ts';

const noDatastores = {} as Datastores;
const LONG = 'azureml://subscriptions/s/resourcegroups/rg/workspaces/ws/datastores/d/paths/m';

describe('what is there already', () => {
  const folder = compileFolder();
  after(() => folder.remove());
  const inspect = (file: string, { workspace }: FakeService): Promise<InspectedPlan> =>
    inspectPlan(folder.compile({ 'file.yml': file }), workspace, noDatastores);

  /** A model's version as the service answers it. */
  const model = (tags: unknown) => ({
    id: 'x',
    name: '3',
    type: 'Microsoft.MachineLearningServices/workspaces/models/versions',
    properties: {
      description: null,
      tags,
      properties: {},
      isArchived: false,
      isAnonymous: false,
      flavors: {},
      modelType: 'custom_model',
      modelUri: LONG.replace('resourcegroups', 'resourceGroups'),
      jobName: null,
      stage: 'Development',
      provisioningState: 'Succeeded',
    },
    systemData: {},
  });
  const MODEL = 'type: custom_model\nname: m\nversion: 3\npath: azureml://datastores/d/paths/m\ntags: {stage: test}\n';

  it('is reused when it is the same but for what the service fills in', async () => {
    const service = fakeService({ 'models/m/versions/3': model({ stage: 'test' }) });
    const plan = await inspect(MODEL, service);
    assert.equal(plan.mainAction, 'reuse');
    assert.deepEqual(plan.differing, []);
    assert.deepEqual(planRequests(plan), []);
    const applied = await applyPlan<any>(plan, service.workspace, {
      datastores: noDatastores,
      tell: { stepDone: () => {}, sending: () => {}, uploading: () => {} },
      clock: { now: () => 0, sleep: async () => {} },
      signal: new AbortController().signal,
    });
    assert.equal(applied.name, '3');
    assert.ok(service.sent.every(({ method }) => method === 'GET'));
  });

  it('is named with every member that differs', async () => {
    const service = fakeService({ 'models/m/versions/3': model({ stage: 'live', owner: 'x' }) });
    const plan = await inspect(MODEL.replace('paths/m', 'paths/other'), service);
    assert.equal(plan.mainAction, 'update');
    assert.deepEqual(
      plan.differing.map(({ path, differences }) => [
        path.replace(/.*\/models/, 'models'),
        differences.map(({ field }) => field),
      ]),
      [['models/m/versions/3', ['properties.modelUri', 'properties.tags.stage']]],
    );
    assert.equal(planRequests(plan).length, 1);
  });

  it('is created when it is not there', async () => {
    const plan = await inspect(MODEL, fakeService());
    assert.deepEqual(planTable(plan).rows, [['1', 'model', 'm:3', 'create', '', '']]);
  });

  it('is told of a step too: a deployment’s data collection that somebody else registered', async () => {
    const service = fakeService({ 'data/ep-blue-model_inputs/versions/1': { properties: { dataType: 'mltable' } } });
    const plan = await inspect(
      'name: blue\nendpoint_name: ep\ntype: managed\ninstance_type: Standard_F4\ninstance_count: 1\nmodel: azureml:m:1\ndata_collector: {collections: {model_inputs: {enabled: true}}}\n',
      service,
    );
    assert.deepEqual(plan.actions, ['update']);
    assert.deepEqual(plan.differing[0]!.differences[0], {
      field: 'properties.dataType',
      planned: 'uri_folder',
      present: 'mltable',
    });
    assert.deepEqual(planTable(plan).rows.at(-1), ['2', 'online deployment', 'blue', 'create', '', '']);
  });

  it('is updated when it is an endpoint, whether it differs or not', async () => {
    const service = fakeService({ 'onlineEndpoints/fraud': { location: 'westeurope', properties: {} } });
    const plan = await inspect('name: fraud\nauth_mode: key\n', service);
    assert.deepEqual(planTable(plan).rows, [['1', 'online endpoint', 'fraud', 'update', '', '']]);
  });

  it('is left to the service for a pipeline component, whose steps do not come back', async () => {
    const file =
      'type: pipeline\nname: flow\nversion: 1\njobs:\n  a: {type: command, component: azureml:c:1, compute: azureml:cpu}\n';
    const { main } = folder.compile({ 'file.yml': file });
    const { properties } = main.body as any;
    const { jobs: _jobs, ...componentSpec } = properties.componentSpec;
    const service = fakeService({ 'components/flow/versions/1': { properties: { ...properties, componentSpec } } });
    assert.equal((await inspect(file, service)).mainAction, 'create or reuse');
  });

  it('does not matter for a job, which is not looked up', async () => {
    const service = fakeService();
    const plan = await inspect('command: echo 1\nenvironment: azureml:e:1\ncompute: azureml:cpu\n', service);
    assert.deepEqual(planTable(plan).rows, [['1', 'job', 'j-1', 'submit', '', '']]);
    assert.deepEqual(service.sent, []);
  });
});

describe('differences', () => {
  const fields = (planned: unknown, present: unknown) => differencesOf(planned, present).map(({ field }) => field);

  for (const [what, planned, present] of [
    ['booleans as text', { is_deterministic: true, optional: false }, { is_deterministic: 'True', optional: 'False' }],
    ['numbers as text', { default: 1e-5, count: 2 }, { default: '1E-05', count: '2' }],
    ['members that are filled in', { a: 1 }, { a: 1, resources: { instance_count: '1' } }],
    ['empty values', { tags: {}, properties: null, description: '', deep: { a: null } }, { tags: null }],
    ['ids in another case', { id: '/subscriptions/s/resourceGroups/RG' }, { id: '/subscriptions/S/resourcegroups/rg' }],
    ['a prefix', { code: 'azureml:/subscriptions/s' }, { code: '/subscriptions/s' }],
    [
      'curated environments',
      { environment: 'azureml:AzureML-X-1.0:33' },
      { environment: 'azureml://registries/azureml/environments/AzureML-X-1.0/versions/33' },
    ],
    ['long paths', { dataUri: 'azureml://datastores/d/paths/m/' }, { dataUri: LONG }],
    [
      'a conda file as JSON',
      { condaFile: 'name: x\ndependencies:\n  - pip\n' },
      { condaFile: '{"name":"x","dependencies":["pip"]}' },
    ],
    ['the container of an upload', { contextUri: '{container}/L/1/' }, { contextUri: 'https://a.blob.x/c/L/1/' }],
  ] as const)
    it(`are not ${what}`, () => assert.deepEqual(fields(planned, present), []));

  it('are other values, missing members, lists of another length and parts of a conda file', () => {
    const planned = { a: 'x', b: 1, list: [1, 2], deep: { c: true }, path: 'azureml://datastores/d/paths/M' };
    const present = { a: 'X', list: [1], deep: { c: 'False' }, path: 'azureml://datastores/d/paths/m' };
    assert.deepEqual(fields(planned, present), ['a', 'b', 'list', 'deep.c', 'path']);
    assert.deepEqual(
      fields({ condaFile: 'dependencies: [pip]' }, { condaFile: '{"dependencies":["pip"],"name":"x"}' }),
      ['condaFile'],
    );
    assert.deepEqual(fields({ contextUri: '{container}/L/1/' }, { contextUri: 'https://a.blob.x/c/L/2/' }), [
      'contextUri',
    ]);
    assert.deepEqual(fields({ a: '1' }, { a: '' }), ['a']);
  });
});
