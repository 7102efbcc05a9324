import assert from 'node:assert/strict';
import { apiVersionOf, writeVersionOf } from '../../../lib/azureml/api-versions.ts';

describe('api-versions', () => {
  const versionOf = (jobType: string, more: object = {}) => writeVersionOf('jobs/j', { jobType, ...more }).apiVersion;

  it('of a read belong to the collection', () => {
    assert.equal(apiVersionOf('models/m/versions/1'), '2023-08-01-preview');
    assert.equal(apiVersionOf('models'), '2023-08-01-preview');
    assert.equal(apiVersionOf('onlineEndpoints/e'), '2022-02-01-preview');
    assert.equal(apiVersionOf('onlineEndpoints/e/deployments/blue'), '2023-04-01-preview');
    assert.equal(apiVersionOf('jobs/j/cancel'), '2024-01-01-preview');
    assert.equal(apiVersionOf('schedules/s/trigger'), '2024-01-01-preview');
    assert.throws(() => apiVersionOf('things/x'), /no api-version for 'things\/x'/);
  });

  it('of a written job belong to its type', () => {
    assert.deepEqual(
      ['Command', 'Pipeline', 'Sweep', 'AutoML', 'Spark', 'FineTuning'].map((type) => versionOf(type)),
      [
        '2025-01-01-preview',
        '2024-01-01-preview',
        '2024-01-01-preview',
        '2024-01-01-preview',
        '2023-04-01-preview',
        '2024-10-01-preview',
      ],
    );
  });

  it('follow a member that another version has', () => {
    const early = '2024-01-01-preview';
    assert.equal(versionOf('Command', { outputs: { o: { assetName: 'm' } } }), '2025-01-01-preview');
    assert.equal(versionOf('Command', { outputs: { o: { assetName: 'm', assetVersion: '2' } } }), early);
    assert.equal(versionOf('Command', { queueSettings: { jobTier: 'Spot', priority: 1 } }), early);
    assert.equal(versionOf('Command', { resources: { locations: ['westeurope'] } }), early);
    assert.equal(versionOf('Command', { distribution: { distributionType: 'Ray' } }), early);
    assert.equal(versionOf('Command', { distribution: { distributionType: 'PyTorch' } }), '2025-01-01-preview');
    assert.equal(versionOf('Command', { resources: { dockerArgsList: ['-v'] } }), '2025-01-01-preview');
    assert.equal(versionOf('Sweep', { trial: { resources: { dockerArgsList: ['-v'] } } }), '2025-01-01-preview');
    assert.equal(versionOf('Spark', { environmentVariables: { A: 'b' } }), early);
    assert.equal(writeVersionOf('onlineEndpoints/e/deployments/d', { startupProbe: {} }).apiVersion, '2024-10-01');
  });

  it('name the members that no version has together', () => {
    const { apiVersion, clashing } = writeVersionOf('jobs/j', {
      jobType: 'Command',
      queueSettings: { priority: 1 },
      resources: { dockerArgsList: ['-v'] },
    });
    assert.equal(apiVersion, '2025-01-01-preview');
    assert.deepEqual(
      clashing.map(({ field }) => field),
      ['queue_settings.priority', 'resources.docker_args'],
    );
  });
});
