import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { OnlineDeployment } from '../../../lib/azureml/online-endpoints.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { earlierOf, redeployment, removedVariables } from '../../../lib/rollout/earlier.ts';

describe('the definition of a deployment that is changed in place', () => {
  const deployment: OnlineDeployment & { location: string } = {
    id: '/x/deployments/main',
    name: 'main',
    location: 'westeurope',
    tags: { team: 'risk' },
    sku: { name: 'Default', capacity: 3 },
    properties: {
      endpointComputeType: 'Managed',
      provisioningState: 'Succeeded',
      model: `/subscriptions/${'s'.repeat(200)}/models/m/versions/7`,
      environmentVariables: { THRESHOLD: '0.5', AZUREML_MODEL_DIR: '/var/azureml-app/azureml-models/m/7' },
      livenessProbe: { failureThreshold: 30 },
      modelMountPath: null,
      properties: { AzureAsyncOperationUri: 'https://...' },
    },
  };

  const workspace = { url: 'https://arm/ws', location: 'eastus', audience: 'arm' } as Workspace;
  const redeployed = (earlier: Record<string, string>, secrets?: Record<string, string>) => {
    const { url, body } = redeployment(workspace, { endpoint: 'e', deployment: 'main' }, earlier, secrets);
    return { url, body: body as { properties: Record<string, unknown> } };
  };

  it('comes back from the tags as it was, without what the service adds', () => {
    const earlier = earlierOf(deployment, () => false);
    assert.ok(Object.values(earlier).every((part) => part.length <= 256));
    const { url, body } = redeployed(earlier);
    assert.match(url, /\/onlineEndpoints\/e\/deployments\/main\?/);
    const { model, livenessProbe } = deployment.properties;
    assert.deepEqual(body, {
      location: 'westeurope',
      tags: { team: 'risk' },
      sku: { name: 'Default', capacity: 3 },
      properties: { endpointComputeType: 'Managed', model, environmentVariables: { THRESHOLD: '0.5' }, livenessProbe },
    });
  });

  it('has the properties that its file names', () => {
    const own = { 'private-network-connection': 'true' };
    const properties = { ...deployment.properties, properties: { ...own, AzureAsyncOperationUri: 'https://...' } };
    const { body } = redeployed(earlierOf({ ...deployment, properties }, () => false));
    assert.deepEqual(body.properties.properties, own);
  });

  it('is saved without the values of secrets, which come from elsewhere', () => {
    const environmentVariables = { THRESHOLD: '0.5', KEY: 'Server=x;Pwd=s3cret', AML_APP_ROOT: '/s3cret' };
    const properties = { ...deployment.properties, environmentVariables };
    const earlier = earlierOf({ ...deployment, properties }, (value) => value.includes('s3cret'));
    const saved = gunzipSync(Buffer.from(Object.values(earlier).join(''), 'base64')).toString();
    assert.doesNotMatch(saved, /s3cret/);
    assert.throws(() => redeployed(earlier), { code: 'SecretNotSaved', message: /'main'.*'KEY'/ });
    const { body } = redeployed(earlier, { KEY: 'new', THRESHOLD: 'not this one' });
    assert.deepEqual(body.properties.environmentVariables, { THRESHOLD: '0.5', KEY: 'new' });
  });

  it('is refused when it has no room', () => {
    const description = randomBytes(9_000).toString('base64');
    const large = { ...deployment, properties: { ...deployment.properties, description } };
    assert.throws(() => earlierOf(large, () => false), { code: 'DeploymentTooLarge' });
  });

  it('differs by variables that only the deployment has', () => {
    const planned = { properties: { environmentVariables: {} } };
    assert.deepEqual(
      removedVariables(planned, deployment).map(({ field }) => field),
      ['properties.environmentVariables.THRESHOLD'],
    );
  });
});
