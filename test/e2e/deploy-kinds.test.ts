import assert from 'node:assert/strict';
import { armClient } from '../../sandbox/test/http.ts';
import { deployFiles } from '../scenarios/rollout.ts';
import { register, type Step, submit, task, useFixture, writes } from './fixture.ts';
import { put } from './workspace-seeds.ts';

describe('deploying', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const arm = async (path: string): Promise<any> => (await (await armClient(fixture.sandbox)).call('GET', path)).body;
  const train: Step[] = [
    submit('jobs/adder.yml', { wait: 'true' }),
    register({ modelName: 'adder', modelType: 'mlflow' }),
  ];

  describe('an MLflow model without any file', () => {
    const deploy = (inputs: Record<string, string> = {}): Step =>
      task('AzureMLDeployModel', 'deploy', {
        endpointName: 'adding',
        model: 'adder@registered',
        instanceType: 'Standard_DS3_v2',
        smokeTests: 'serving/adder.smoke.yml',
        bakeMinutes: '0',
        ...inputs,
      });

    it('deploys the version that this run registered', async () => {
      const run = await fixture.run([...train, deploy()]);
      assert.equal(run.result, 'succeeded', run.log);
      const { result, modelName, modelVersion, modelJob, deploymentName } = run.step('deploy').outputs;
      assert.deepEqual([result, deploymentName, modelName, modelVersion], ['released', 'blue', 'adder', '1']);
      assert.equal(modelJob, run.step('submit').outputs.jobName);
      const { properties, sku } = await arm('onlineEndpoints/adding/deployments/blue');
      assert.match(properties.model, /\/models\/adder\/versions\/1$/);
      assert.deepEqual([properties.codeConfiguration, properties.environmentId], [null, null]);
      assert.deepEqual([properties.instanceType, sku.capacity], ['Standard_DS3_v2', 1]);
      assert.equal((await arm('onlineEndpoints/adding')).properties.authMode, 'Key');
    });

    it('deploys it although the list of versions lags behind', async () => {
      fixture.sandbox.faults.add({ match: '^GET \\S*/models/adder/versions\\?', kind: 'lag', lagSeconds: 600 });
      const run = await fixture.run([...train, deploy({ instanceCount: '2', deploymentName: 'version' })]);
      assert.equal(run.result, 'succeeded', run.log);
      const { result, modelVersion, deploymentName } = run.step('deploy').outputs;
      assert.deepEqual([result, deploymentName, modelVersion], ['released', 'adder-2', '2']);
      assert.deepEqual((await arm('onlineEndpoints/adding')).properties.traffic, { 'adder-2': 100 });
      assert.equal((await arm('onlineEndpoints/adding/deployments/adder-2')).sku.capacity, 2);
    });

    it('does not deploy what another run registered', async () => {
      const run = await fixture.run([deploy()]);
      assert.equal(run.result, 'failed');
      assert.match(run.log, /This run \(\S+\) did not register a version of the model 'adder'.*\[ModelNotRegistered\]/);
      assert.deepEqual(writes(run.requests), []);
    });
  });

  describe('to an endpoint on Kubernetes', () => {
    const deploy = (inputs: Record<string, string> = {}): Step =>
      deployFiles({
        endpointFile: 'serving/kubernetes/endpoint.yml',
        deploymentFile: 'serving/kubernetes/deployment.yml',
        ...inputs,
      });
    before(() =>
      put(fixture.sandbox, 'computes/edge', {
        location: 'eastus',
        properties: {
          computeType: 'Kubernetes',
          resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Kubernetes/connectedClusters/edge',
          properties: { namespace: 'azureml' },
        },
      }),
    );

    it('sends what its files say, and tests and releases it like any other', async () => {
      const run = await fixture.run([deploy()]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.deepEqual(run.step('deploy').outputs.traffic, 'blue=100');
      const endpoint = await arm('onlineEndpoints/churn-on-kubernetes');
      assert.match(endpoint.properties.compute, /\/computes\/edge$/);
      const { properties, kind, sku } = await arm('onlineEndpoints/churn-on-kubernetes/deployments/blue');
      assert.deepEqual([kind, properties.endpointComputeType, sku.capacity], ['K8S', 'Kubernetes', 2]);
      assert.deepEqual(properties.containerResourceRequirements.containerResourceRequests, {
        cpu: '0.1',
        memory: '0.5Gi',
      });
    });

    it('changes nothing when it is the same', async () => {
      const run = await fixture.run([deploy()]);
      assert.equal(run.step('deploy').outputs.result, 'unchanged', run.log);
      assert.deepEqual(
        writes(run.requests).filter((write) => /^(?:PUT|DELETE)/.test(write)),
        [],
      );
    });

    it('changes it in place and puts exactly that back when it fails', async () => {
      const before = await arm('onlineEndpoints/churn-on-kubernetes/deployments/blue');
      const overrides = 'environment_variables.BEHAVIOUR=wrong\nresources.requests.cpu="0.2"';
      const run = await fixture.run([deploy({ strategy: 'recreate', overrides })]);
      assert.match(run.log, /Putting the earlier definition of blue back/);
      const after = await arm('onlineEndpoints/churn-on-kubernetes/deployments/blue');
      for (const { properties } of [before, after]) delete properties.properties.AzureAsyncOperationUri;
      assert.deepEqual([after.kind, after.properties], [before.kind, before.properties]);
    });
  });

  describe('to an endpoint that could not be created', () => {
    it('deletes it, and creates it again as its file says by then', async () => {
      const end = fixture.sandbox.online.misbehave({ kind: 'internalError', endpoint: 'churn', times: 1 });
      const first = await fixture.run([deployFiles()]);
      assert.equal(first.result, 'failed');
      assert.match(first.log, /Internal error/i);
      assert.doesNotMatch(first.log, /\n\s+at .*:\d+:\d+\)?$/m, 'no stack');
      assert.equal((await arm('onlineEndpoints/churn')).properties.provisioningState, 'Failed');
      end();
      const endpointOverrides = 'auth_mode=aml_token\ntags.team=fraud';
      const second = await fixture.run([deployFiles({ endpointOverrides })]);
      assert.equal(second.result, 'succeeded', second.log);
      assert.equal(second.step('deploy').outputs.result, 'released');
      assert.match(second.log, /1 {2}delete the endpoint churn, whose creation failed, and create it again/);
      assert.match(second.log, /Deleting the endpoint churn, whose creation failed, and creating it again\./);
      const { properties, tags } = await arm('onlineEndpoints/churn');
      assert.deepEqual([properties.authMode, tags.team, properties.traffic], ['AMLToken', 'fraud', { blue: 100 }]);
    });

    it('also creates it again when its file is the same', async () => {
      const endpointName = 'churn-again';
      fixture.sandbox.online.misbehave({ kind: 'internalError', endpoint: endpointName, times: 1 });
      assert.equal((await fixture.run([deployFiles({ endpointName })])).result, 'failed');
      const second = await fixture.run([deployFiles({ endpointName })]);
      assert.equal(second.result, 'succeeded', second.log);
    });
  });
});
