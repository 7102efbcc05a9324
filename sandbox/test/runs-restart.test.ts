import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRunsWorkspace } from './runs-workspace.ts';

describe('runs after a restart of the sandbox', () => {
  const data = mkdtempSync(join(tmpdir(), 'runs-restart-'));
  after(() => rmSync(data, { recursive: true, force: true }));

  it('are still there with their metrics and logs; what was running has ended and says why', async () => {
    const first = await startRunsWorkspace({ data });
    const environmentId = `/subscriptions/${first.sandbox.settings.subscriptionId}/resourceGroups/sandbox-rg/providers/Microsoft.MachineLearningServices/workspaces/sandbox-ws/environments/AzureML-sklearn-1.5/versions/1`;
    const job = { jobType: 'Command', environmentId, computeId: 'cpu-cluster' };
    await first.submit('done', { ...job, command: 'echo kept' });
    await first.waitFor('done', 'Completed');
    const logged = await first.mlflow('POST', 'runs/log-metric', {
      run_id: 'done',
      key: 'm',
      value: 'NaN',
      timestamp: 5,
    });
    assert.equal(logged.status, 200);
    await first.submit('running', { ...job, command: 'sleep 60' });
    await first.waitFor('running', 'Running');
    await first.stop();
    // A kill in the middle of a write leaves the beginning of a line.
    appendFileSync(join(data, 'azureml/runs/metrics/done.ndjson'), '["m","0.');

    const second = await startRunsWorkspace({ data });
    try {
      const details = (await second.history('GET', 'runs/done/details')).body;
      assert.equal(details.status, 'Completed');
      assert.equal(await second.readUrl(details.logFiles['user_logs/std_log.txt']), 'kept\n');
      const { body } = await second.mlflow('GET', 'metrics/get-history?run_id=done&metric_key=m');
      assert.deepEqual(body.metrics, [{ key: 'm', value: 'NaN', timestamp: 5, step: 0 }]);
      const stopped = (await second.history('GET', 'runs/running/details')).body;
      assert.equal(stopped.status, 'Canceled');
      assert.match(stopped.warnings[0].message, /sandbox was stopped/);
      assert.equal((await second.arm('GET', 'jobs/running')).body.properties.status, 'Canceled');
    } finally {
      await second.stop();
    }
  });
});
