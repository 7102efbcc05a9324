import assert from 'node:assert/strict';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { ReadEndpoint } from '../../../lib/rollout/endpoint-kind.ts';
import { checkBeforehand } from '../../../tasks/deploy-model/v1/beforehand.ts';
import type { Inputs } from '../../../tasks/deploy-model/v1/inputs.ts';
import type { BegunRollout } from '../../../tasks/deploy-model/v1/plan-deployment.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

interface Given {
  /** Of an endpoint that exists. */
  scoringUri?: string;
  provisioningState?: string;
  inputs?: Partial<Record<keyof Inputs, unknown>>;
  samples?: number;
  /** What the service says the connection may do; undefined when it does not say it. */
  actions?: string[];
  authMode?: string;
  component?: object;
}

/** Checks a deployment; every request is noted. */
async function checked(given: Given) {
  const { scoringUri, provisioningState = 'Succeeded', samples = 1, actions, authMode = 'key', component } = given;
  const { workspace, requests } = fakeWorkspace(({ below }) => {
    if (below.includes('Microsoft.Authorization')) return { value: actions ? [{ actions }] : [] };
    if (below.includes('data/rows')) return new Error('404');
    return assert.fail(below);
  });
  const componentId = `${workspace.path}/components/c/versions/1`;
  const properties = component ? { deploymentConfiguration: { componentId: { assetId: componentId } } } : {};
  const made = {
    kind: 'component',
    label: '',
    request: { path: componentId, body: { properties: { componentSpec: component } } },
  };
  const plan = {
    rollout: { endpoint: 'churn', deployment: 'green' },
    endpoint: { main: { body: { properties: { authMode } } } },
    deployment: { main: { body: { properties } }, steps: component ? [made] : [] },
  };
  const exists = scoringUri !== undefined;
  const read = {
    resource: exists ? { name: 'churn', properties: { scoringUri } } : undefined,
    state: { exists, provisioningState: exists ? provisioningState : '' },
  } as unknown as ReadEndpoint;
  const golden = Array.from({ length: samples }, () => ({}));
  const inputs = {
    endpointType: 'online',
    trialInputs: {},
    run: {},
    whatIf: true,
    ...given.inputs,
  } as unknown as Inputs;
  const pipeline = { signal: new AbortController().signal, mask: () => undefined };
  const ports = { pipeline, clock: { now: () => 0 } } as unknown as Ports;
  const begun = { workspace, plan } as unknown as BegunRollout;
  await checkBeforehand(begun, read, { smoke: [], golden }, inputs, ports);
  return requests;
}

describe('before a deployment is made', () => {
  it('an address that is not an HTTPS one is an error when something is to be sent to it', async () => {
    for (const whatIf of [true, false])
      await assert.rejects(checked({ scoringUri: 'http://10.0.0.7/score', inputs: { whatIf } }), {
        code: 'EndpointNotReady',
        message: /takes requests at http:\/\/10\.0\.0\.7.*HTTPS only/,
      });
    assert.deepEqual(await checked({ scoringUri: 'http://10.0.0.7/score', samples: 0 }), []);
    assert.deepEqual(await checked({ scoringUri: 'https://e/score' }), []);
  });

  it('an endpoint that failed, and has no address, is left to the rollout', async () => {
    assert.equal((await checked({ scoringUri: '', provisioningState: 'Failed' })).length, 1);
  });

  it('an endpoint that has no address before its first deployment is left to the rollout', async () => {
    assert.deepEqual(await checked({ scoringUri: '', inputs: { whatIf: false } }), []);
  });

  it('the right to read the key of a new endpoint is asked for', async () => {
    const all = ['Microsoft.MachineLearningServices/workspaces/*/action'];
    assert.equal((await checked({ actions: all })).length, 1);
    assert.equal((await checked({})).length, 1, 'when the service does not say it, only the attempt shows it');
    for (const [authMode, action] of [
      ['Key', 'listKeys'],
      ['AMLToken', 'token'],
    ])
      await assert.rejects(checked({ authMode, actions: ['*/read'] }), {
        code: 'Forbidden',
        message: new RegExp(`onlineEndpoints/${action}/action`),
        fix: /AzureML Data Scientist/,
      });
    assert.deepEqual(await checked({ authMode: 'AADToken', actions: ['*/read'] }), [], 'such an endpoint has no key');
    assert.deepEqual(await checked({ samples: 0, actions: ['*/read'] }), []);
    await assert.rejects(checked({ samples: 0, actions: ['*/read'], inputs: { provideCredential: true } }), {
      code: 'Forbidden',
    });
  });

  describe('the inputs of a trial', () => {
    const component = { inputs: { rows: { type: 'integer' }, data: { type: 'uri_folder', optional: true } } };
    const trial = (trialInputs: Record<string, string>, more: Given = { component }) =>
      checked({ ...more, samples: 0, inputs: { endpointType: 'batch', trialInputs } });

    it('are those that its component declares', async () => {
      assert.deepEqual(await trial({ rows: '3' }), []);
      for (const [given, said] of [
        [{ lines: '3' }, /trialInputs is not valid/],
        [{ rows: 'many' }, /'rows' is 'many', but it must be a number/],
        [{ rows: '3', data: './here' }, /local files can't be used/],
      ] as const)
        await assert.rejects(trial(given), (error: { code: string; message: string; fix: string }) => {
          assert.equal(error.code, 'InputValuesInvalid');
          assert.match(error.message, said);
          assert.match(error.fix, /trialInputs/);
          return true;
        });
    });

    it('are not checked when there are none, or nobody declares any', async () => {
      assert.deepEqual(await trial({}), []);
      assert.deepEqual(await trial({ anything: '3' }, {}), []);
    });
  });
});
