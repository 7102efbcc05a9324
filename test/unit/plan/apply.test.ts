import assert from 'node:assert/strict';
import type { Clock } from '../../../lib/core/clock.ts';
import { applyPlan } from '../../../lib/plan/apply.ts';
import { inspectPlan } from '../../../lib/plan/inspect.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { resolvePlan } from '../../../lib/plan/resolve.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { compileFolder, WS } from '../compiler/compile-folder.ts';
import { type FakeService, fakeService } from './fake-service.ts';

const clock: Clock = { now: () => 0, sleep: async () => {} };
const container = {
  list: async () => new Map(),
  upload: async () => {},
  metadata: async () => undefined,
  setMetadata: async () => {},
};
const datastores: Datastores = {
  containerUrl: async () => 'https://a.blob.x/store',
  container: async () => container,
  signed: async () => container,
};
const tell = { stepDone: () => {}, sending: () => {}, uploading: () => {} };

/** Resolves, inspects and applies. */
async function carryOut(plan: Plan, { workspace }: FakeService): Promise<any> {
  const inspected = await inspectPlan(await resolvePlan(plan, workspace), workspace, datastores);
  return applyPlan(inspected, workspace, { datastores, tell, clock, signal: new AbortController().signal });
}

const ANONYMOUS = /^components\/azureml_anonymous\/versions\//;
const idsIn = (body: unknown): string[] =>
  [...JSON.stringify(body).matchAll(/components\/azureml_anonymous\/versions\/([\w-]+)/g)].map(([, id]) => id!);

const TRAIN = 'type: command\nname: train\ncommand: python train.py\nenvironment: azureml:e:1\n';
const SCORE = 'type: command\nname: score\ncommand: python score.py\nenvironment: azureml:e:1\n';
const FLOW =
  'type: pipeline\nname: flow\njobs:\n  train: {type: command, component: train.yml}\n  score: {type: command, component: score.yml}\n';
const OUTER = 'type: pipeline\nname: outer\njobs:\n  inner: {type: pipeline, component: flow.yml}\n';
const JOB =
  'type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n  outer: {type: pipeline, component: outer.yml}\n  train: {type: command, component: train.yml}\n';
const FILES = { 'train.yml': TRAIN, 'score.yml': SCORE, 'flow.yml': FLOW, 'outer.yml': OUTER, 'job.yml': JOB };
const THERE = { 'computes/cpu': {}, 'environments/e/versions/1': { name: '1', properties: {} } };

describe('ids that the service makes', () => {
  const folder = compileFolder();
  after(() => folder.remove());

  /** Ids that were answered, by the ids that were sent. */
  const answered = async (service: FakeService): Promise<Map<string, string>> => {
    const puts = service.sent.filter(({ method, path }) => method === 'PUT' && ANONYMOUS.test(path));
    const ids = new Map<string, string>();
    for (const { path, body } of puts) {
      // The same content again gives the id that is there.
      const { body: again } = await service.workspace.client.send<{ name: string }>({
        method: 'PUT',
        url: `https://management.azure.com${WS}/${path}`,
        audience: 'arm',
        body,
      });
      ids.set(path.replace(ANONYMOUS, ''), again.name);
    }
    return ids;
  };

  it('replace the planned ones in enclosing components and in the job', async () => {
    const service = fakeService(THERE);
    const plan = folder.compile({ ...FILES, 'file.yml': JOB });
    await carryOut(plan, service);
    const puts = service.sent.filter(({ method }) => method === 'PUT');
    assert.equal(puts.length, 5);
    const ids = await answered(service);
    for (const { path, body } of puts)
      for (const id of idsIn(body)) {
        assert.ok([...ids.values()].includes(id), `${path} refers to an id that the service did not make: ${id}`);
        assert.ok(!ids.has(id), `${path} refers to a planned id`);
      }
    const job = puts.at(-1)!;
    assert.equal(job.path, 'jobs/j-1');
    assert.equal(idsIn(job.body).length, 2);
  });

  it('are the same when nothing changed: equal content is sent under an equal name', async () => {
    const service = fakeService(THERE);
    const plan = folder.compile({ ...FILES, 'file.yml': JOB });
    await carryOut(plan, service);
    await carryOut(plan, service);
    const [first, second] = service.sent.filter(({ path, method }) => path === 'jobs/j-1' && method === 'PUT');
    assert.deepEqual(second!.body, first!.body);
  });

  it('are not looked up first, and what does not depend on each other is sent together', async () => {
    const steps = Array.from({ length: 16 }, (_, i) => `  s${i}: {command: echo ${i}, environment: azureml:e:1}\n`);
    const service = fakeService(THERE);
    await carryOut(
      folder.compile({
        'file.yml': `type: pipeline\nsettings: {default_compute: azureml:cpu}\njobs:\n${steps.join('')}`,
      }),
      service,
    );
    const ofComponents = service.sent.filter(({ path }) => ANONYMOUS.test(path));
    assert.deepEqual([...new Set(ofComponents.map(({ method }) => method))], ['PUT']);
    assert.equal(ofComponents.length, 16);
    assert.ok(service.together() >= 8, `${service.together()} together`);
  });

  it('are shown as created or reused', async () => {
    const { workspace } = fakeService(THERE);
    const { actions } = await inspectPlan(folder.compile({ ...FILES, 'file.yml': JOB }), workspace, datastores);
    assert.deepEqual(
      actions,
      Array.from({ length: 4 }, () => 'create or reuse'),
    );
  });

  for (const [what, file, path, count] of [
    [
      'the job of a schedule',
      'name: nightly\ntrigger: {type: recurrence, frequency: day, interval: 1}\ncreate_job: ./job.yml\n',
      'schedules/nightly',
      2,
    ],
    [
      'a deployment of a pipeline component',
      'name: blue\nendpoint_name: ep\ntype: pipeline\ncomponent: ./flow.yml\n',
      'batchEndpoints/ep/deployments/blue',
      1,
    ],
  ] as const)
    it(`replace the planned ones in ${what}`, async () => {
      const service = fakeService(THERE);
      await carryOut(folder.compile({ ...FILES, 'file.yml': file }), service);
      const ids = await answered(service);
      const used = idsIn(service.bodyOf('PUT', path));
      assert.equal(used.length, count);
      for (const id of used) assert.ok([...ids.values()].includes(id));
    });

  it('count for any asset whose answer names another id than the one that was asked for', async () => {
    const service = fakeService({ 'computes/cpu': {} });
    service.answer = (method, path) =>
      method === 'PUT' && path.startsWith('environments/')
        ? { status: 201, body: { id: `${WS}/environments/CliV2AnonymousEnvironment/versions/other` } }
        : undefined;
    await carryOut(
      folder.compile({ 'file.yml': 'command: echo 1\nenvironment: {image: i}\ncompute: azureml:cpu\n' }),
      service,
    );
    assert.equal(
      service.bodyOf('PUT', 'jobs/j-1').properties.environmentId,
      `${WS}/environments/CliV2AnonymousEnvironment/versions/other`,
    );
  });
});

describe('applying a plan', () => {
  const folder = compileFolder();
  after(() => folder.remove());

  const COMMAND = 'command: echo 1\nenvironment: {image: i}\ncompute: azureml:cpu\ncode: ./src\n';
  const command = (): Plan => folder.compile({ 'file.yml': COMMAND, 'src/a.py': '' });

  for (const [kind, path, status] of [
    ['an environment', /^environments\//, 409],
    ['an environment', /^environments\//, 400],
    ['code', /^codes\/[^/]+\/versions\/1$/, 409],
  ] as const)
    it(`finds ${kind} that was made although the answer was lost (${status})`, async () => {
      const service = fakeService({ 'computes/cpu': {} });
      service.answer = (method, name, nth) => {
        if (method !== 'PUT' || !path.test(name) || nth > 1) return undefined;
        service.there.set(name, { id: `${WS}/${name}`, properties: {} });
        return { status };
      };
      assert.equal((await carryOut(command(), service)).name, 'j-1');
    });

  it('does not take another refusal for success', async () => {
    const service = fakeService({ 'computes/cpu': {} });
    service.answer = (method, name) =>
      method === 'PUT' && name.startsWith('environments/') ? { status: 400 } : undefined;
    await assert.rejects(carryOut(command(), service), /400/);
    assert.equal(service.bodyOf('PUT', 'jobs/j-1'), undefined);
  });

  it('does not take a named version of somebody else for its own', async () => {
    const service = fakeService();
    service.answer = (method, name) => {
      if (method !== 'PUT' || name !== 'models/m/versions/3') return undefined;
      service.there.set(name, { id: `${WS}/${name}`, properties: {} });
      return { status: 409 };
    };
    const plan = folder.compile({
      'file.yml':
        'name: blue\nendpoint_name: ep\ntype: managed\ninstance_type: Standard_F4\ninstance_count: 1\nmodel: {name: m, version: 3, path: azureml://datastores/d/paths/m, type: mlflow_model}\n',
    });
    service.there.set('datastores/d', {});
    await assert.rejects(carryOut(plan, service), /409/);
  });

  it('follows the operation of an endpoint and gives the endpoint as it is then', async () => {
    const service = fakeService();
    const operation =
      'https://management.azure.com/subscriptions/s/providers/p/locations/l/mfeOperationsStatus/oe:1?sig=a%2Fb';
    service.answer = (method, name) => {
      if (method === 'PUT' && name === 'onlineEndpoints/fraud')
        return {
          status: 201,
          headers: { 'azure-asyncoperation': operation },
          body: { properties: { provisioningState: 'Creating' } },
        };
      if (name.includes('mfeOperationsStatus')) {
        service.there.set('onlineEndpoints/fraud', { name: 'ep', properties: { provisioningState: 'Succeeded' } });
        return { status: 200, body: { status: 'Succeeded' } };
      }
      return undefined;
    };
    const endpoint = await carryOut(folder.compile({ 'file.yml': 'name: fraud\nauth_mode: key\n' }), service);
    assert.equal(endpoint.properties.provisioningState, 'Succeeded');
  });

  it('fills the container of a build context into an environment’s own file', async () => {
    const service = fakeService({ 'datastores/workspaceblobstore': {} });
    await carryOut(
      folder.compile({ 'file.yml': 'name: e\nversion: 2\nbuild: {path: ./docker}\n', 'docker/Dockerfile': 'FROM x' }),
      service,
    );
    const { properties } = service.bodyOf('PUT', 'environments/e/versions/2');
    assert.match(properties.build.contextUri, /^https:\/\/a\.blob\.x\/store\/LocalUpload\/[\da-f]+\/docker\/$/);
  });
});
