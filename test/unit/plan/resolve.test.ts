import assert from 'node:assert/strict';
import { UserError } from '../../../lib/core/errors.ts';
import { replaceInBody } from '../../../lib/plan/replace.ts';
import { resolvePlan } from '../../../lib/plan/resolve.ts';
import { compileFolder, WS } from '../compiler/compile-folder.ts';
import { fakeService } from './fake-service.ts';

const version = (name: string) => ({ name, properties: {} });
const DATA_JOB =
  'command: cat ${{inputs.rows}}\nenvironment: {image: i}\ncompute: azureml:cpu\ninputs: {rows: {path: azureml:iris@latest}}\n';
const MODEL = 'type: custom_model\nname: m\npath: azureml://datastores/d/paths/m\n';

describe('resolving a plan', () => {
  const folder = compileFolder();
  after(() => folder.remove());

  it('takes the newest version of data from its container, since lists lag behind', async () => {
    const { workspace } = fakeService({
      'data/iris': { name: 'iris', properties: { latestVersion: 'foobar', nextVersion: '8' } },
      'data/iris/versions/7': version('7'),
      'computes/cpu': {},
    });
    const plan = folder.compile({ 'file.yml': DATA_JOB });
    const { main } = await resolvePlan(plan, workspace);
    assert.equal((main.body as any).properties.inputs.rows.uri, `${WS}/data/iris/versions/foobar`);
  });

  it('says that data without a version is missing, with what there is', async () => {
    const { workspace } = fakeService({ 'computes/cpu': {} });
    const plan = folder.compile({ 'file.yml': DATA_JOB });
    await assert.rejects(
      resolvePlan(plan, workspace),
      (error) => error instanceof UserError && /^The job refers to something/.test(error.message),
    );
  });

  it('takes the newest version of an environment from the list, newest first', async () => {
    const { workspace, sent } = fakeService({
      'environments/e/versions/9': version('9'),
      'environments/e/versions/2': version('2'),
      'computes/cpu': {},
    });
    const plan = folder.compile({
      'file.yml': 'command: echo 1\nenvironment: azureml:e@latest\ncompute: azureml:cpu\n',
    });
    const { main } = await resolvePlan(plan, workspace);
    assert.equal((main.body as any).properties.environmentId, `${WS}/environments/e/versions/2`);
    assert.equal(
      sent.find(({ path }) => path === 'environments/e/versions')!.query.get('$orderBy'),
      'createdtime desc',
    );
  });

  it('leaves curated environments as they are, and asks the registry for those that the workspace does not have', async () => {
    const curated = (reference: string) =>
      folder.compile({ 'file.yml': `command: echo 1\nenvironment: azureml:${reference}\ncompute: azureml:cpu\n` });
    const { workspace, sent } = fakeService({
      'environments/AzureML-a/versions/3': version('3'),
      'computes/cpu': {},
    });
    for (const there of ['AzureML-a@latest', 'AzureML-a:3']) {
      const { main } = await resolvePlan(curated(there), workspace);
      assert.equal((main.body as any).properties.environmentId, `azureml:${there}`);
    }
    const discoveries = () => sent.filter(({ path }) => path.includes('registries/azureml/discovery'));
    assert.deepEqual(discoveries(), []);
    // What the registry does not answer is left to the service.
    await resolvePlan(curated('AzureML-b@latest'), workspace);
    assert.equal(discoveries().length, 1);
  });

  it('looks up ARM ids of the workspace itself, and none of other workspaces', async () => {
    const plan = (root: string) =>
      folder.compile({
        'file.yml': `command: echo 1\nenvironment: azureml:${root}/environments/e/versions/1\ncompute: ${root}/computes/cpu\n`,
      });
    await assert.rejects(resolvePlan(plan(WS.toUpperCase()), fakeService().workspace), /refers to 2 things/);
    const there = fakeService({ 'environments/e/versions/1': version('1'), 'computes/cpu': {} });
    assert.equal(
      ((await resolvePlan(plan(WS), there.workspace)).main.body as any).properties.computeId,
      `${WS}/computes/cpu`,
    );
    const { workspace, sent } = fakeService();
    await resolvePlan(plan(`${WS}-of-others`), workspace);
    assert.deepEqual(sent, []);
  });

  it('leaves a component’s default version to the service, but not whether there is one', async () => {
    const plan = () =>
      folder.compile({
        'file.yml': 'type: pipeline\njobs:\n  a: {component: azureml:c@default, compute: azureml:cpu}\n',
      });
    const { workspace } = fakeService({ 'components/c/versions/2': version('2'), 'computes/cpu': {} });
    const { main } = await resolvePlan(plan(), workspace);
    assert.equal((main.body as any).properties.jobs.a.componentId, `${WS}/components/c/labels/default`);
    await assert.rejects(resolvePlan(plan(), fakeService({ 'computes/cpu': {} }).workspace), /does not exist/);
  });

  it('gives an asset without a version the next one, which its container names', async () => {
    const { workspace } = fakeService({ 'models/m': { properties: { latestVersion: 'foobar', nextVersion: '4' } } });
    const plan = await resolvePlan(folder.compile({ 'file.yml': MODEL }), workspace);
    assert.equal(plan.main.path, `${WS}/models/m/versions/4`);
  });

  it('gives the first version when there is no container', async () => {
    const plan = await resolvePlan(folder.compile({ 'file.yml': MODEL }), fakeService().workspace);
    assert.equal(plan.main.path, `${WS}/models/m/versions/1`);
  });

  it('updates the newest version of an environment without one, or makes the first', async () => {
    const file = { 'file.yml': 'name: e\nimage: i\n' };
    const known = fakeService({ 'environments/e/versions/7': version('7') });
    assert.equal(
      (await resolvePlan(folder.compile(file), known.workspace)).main.path,
      `${WS}/environments/e/versions/7`,
    );
    assert.equal(
      (await resolvePlan(folder.compile(file), fakeService().workspace)).main.path,
      `${WS}/environments/e/versions/1`,
    );
  });

  it('puts the version of a model that a deployment registers into the deployment', async () => {
    const { workspace } = fakeService({ 'models/m': { properties: { nextVersion: '12' } } });
    const plan = await resolvePlan(
      folder.compile({
        'file.yml':
          'name: blue\nendpoint_name: ep\ntype: managed\ninstance_type: Standard_F4\ninstance_count: 1\nmodel: {name: m, path: azureml://datastores/d/paths/m, type: mlflow_model}\n',
      }),
      workspace,
    );
    const [step] = plan.steps;
    assert.ok(step?.kind === 'model');
    assert.equal(step.request.path, `${WS}/models/m/versions/12`);
    assert.equal((plan.main.body as any).properties.model, `${WS}/models/m/versions/12`);
  });

  it('replaces whole versions only', () => {
    assert.deepEqual(
      replaceInBody({ a: '/v/1', b: 'azureml:/v/1', c: '/v/12', d: '/v/1.1', e: '/v/1/x' }, [['/v/1', '/v/$&']]),
      {
        a: '/v/$&',
        b: 'azureml:/v/$&',
        c: '/v/12',
        d: '/v/1.1',
        e: '/v/$&/x',
      },
    );
  });
});
