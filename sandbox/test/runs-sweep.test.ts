import assert from 'node:assert/strict';
import { literal, pipeline, useRunsWorkspace } from './runs-workspace.ts';

describe('a sweep in the sandbox', () => {
  const { workspace, node, steps, log } = useRunsWorkspace({
    show: { command: 'cat ${{inputs.model}}/model.txt', inputs: { model: { type: 'custom_model' } } },
  });

  it('runs a sweep over a grid and names the best trial', async () => {
    const script = `python3 - <<'END'
import json, os, urllib.request
body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "value": (float("\${{search_space.lr}}") - 0.2) ** 2, "timestamp": 1, "step": 0}
headers = {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}
urllib.request.urlopen(urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric", json.dumps(body).encode(), headers))
END`;
    const environmentId =
      '/subscriptions/5ab0c1de-0000-4000-8000-000000000001/resourceGroups/sandbox-rg/providers/Microsoft.MachineLearningServices/workspaces/sandbox-ws/environments/AzureML-sklearn-1.5/versions/1';
    await workspace.submit('sweep', {
      jobType: 'Sweep',
      computeId: 'cpu-cluster',
      objective: { goal: 'Minimize', primaryMetric: 'loss' },
      samplingAlgorithm: { samplingAlgorithmType: 'Grid' },
      searchSpace: { lr: ['choice', [[0.1, 0.2, 0.3]]] },
      limits: { jobLimitsType: 'Sweep', maxTotalTrials: 5, maxConcurrentTrials: 2 },
      trial: { command: script, environmentId },
    });
    await workspace.waitFor('sweep', 'Completed');
    const { body } = await workspace.arm('GET', 'jobs/sweep');
    assert.equal(body.properties.properties.best_child_run_id, 'sweep_1');
    assert.equal((await workspace.history('GET', 'runs/sweep/children')).body.value.length, 3);
  });

  it('runs a sweep as a step, whose best trial feeds the next step', async () => {
    const post = `python3 -c 'import json, os, urllib.request as u; u.urlopen(u.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric", json.dumps({"run_id": os.environ["MLFLOW_RUN_ID"], "key": "acc", "value": \${{inputs.lr}}}).encode(), {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"}))'`;
    const trial = await workspace.component('trial', {
      command: `${post} && echo "lr \${{inputs.lr}} of \${{inputs.kind}}" > \${{outputs.model}}/model.txt`,
      inputs: { lr: { type: 'number' }, kind: { type: 'string', default: 'plain' } },
      outputs: { model: { type: 'custom_model' } },
    });
    await workspace.submit(
      'tuned',
      pipeline({
        tune: {
          type: 'sweep',
          trial,
          inputs: { kind: literal('tree') },
          outputs: {},
          objective: { goal: 'maximize', primary_metric: 'acc' },
          sampling_algorithm: { type: 'grid' },
          search_space: { lr: { type: 'choice', values: [0.3, 0.9, 0.6] } },
          limits: { max_total_trials: 3, max_concurrent_trials: 2 },
        },
        show: node('show', { model: literal('${{parent.jobs.tune.outputs.model}}') }),
      }),
    );
    await workspace.waitFor('tuned', 'Completed');
    assert.equal(await log((await steps('tuned')).show.runId), 'lr 0.9 of tree\n');
  });
});
