import assert from 'node:assert/strict';
import { AzureError } from '../../../lib/azure/failures.ts';
import { getJob } from '../../../lib/azureml/jobs.ts';
import type { Run, RunPort } from '../../../lib/azureml/runs.ts';
import { requireMlflow } from '../../../lib/lineage/logged-files.ts';
import type { ModelSource } from '../../../lib/lineage/model-lineage.ts';
import type { ModelPlace } from '../../../lib/lineage/model-place.ts';
import { explainRefusal, findModelSource, findOwnModel } from '../../../lib/lineage/model-source.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

interface World {
  /** `properties` of jobs as ARM has them; a step is there without any. */
  jobs: Record<string, object | undefined>;
  runs: Record<string, Partial<Run>>;
  children?: Record<string, string[]>;
  /** Of rundata; `runs/{id}` has none of them. */
  outputs?: Record<string, Record<string, RunPort>>;
  /** Files that a run logged; a run that is not here does not tell. */
  files?: Record<string, string[]>;
}

/** The service as recorded: outputs of steps in rundata only, steps without properties in ARM. */
function world({ jobs, runs, children = {}, outputs = {}, files = {} }: World) {
  const run = (id: string) =>
    runs[id] && { runId: id, status: 'Completed', experimentId: 'e', outputs: null, ...runs[id] };
  return fakeWorkspace(({ below, body }) => {
    const [, job] = /^jobs\/([^/?]+)/.exec(below) ?? [];
    if (job !== undefined) {
      if (!(job in jobs)) return 404;
      return { id: `/jobs/${job}`, name: job, ...(jobs[job] ? { properties: jobs[job] } : {}) };
    }
    if (below === 'history/rundata') {
      const { runId } = body as { runId: string };
      return runs[runId] ? { runMetadata: { outputs: outputs[runId] ?? null } } : 404;
    }
    const [, logged, query] = /runs\/([^/?]+)\/artifacts(?:\/path)?\??(.*)$/.exec(below) ?? [];
    if (logged !== undefined) {
      const all = files[logged];
      if (!all) return 403;
      const folder = new URLSearchParams(query).get('path') ?? '';
      const found = all.filter((file) => folder === '' || file.startsWith(`${folder}/`));
      return { value: found.map((path) => ({ path })) };
    }
    const [, id = '', list] = /history\/runs\/([^/?]+)(\/children)?/.exec(below) ?? [];
    if (list) return { value: (children[id] ?? []).map(run) };
    if (id) return run(id) ?? 404;
    return { run: { data: { metrics: [] } } };
  });
}

const job = (outputs: Record<string, string>, jobType = 'Command') => ({
  jobType,
  status: 'Completed',
  experimentName: 'exp',
  outputs: Object.fromEntries(
    Object.entries(outputs).map(([name, type]) => [name, { jobOutputType: type, uri: null }]),
  ),
});
const at = (output: string, path = ''): ModelPlace => ({ kind: 'output', output, path });

async function source(given: World, name: string, place: ModelPlace, step?: string): Promise<ModelSource> {
  const { workspace } = world(given);
  return findModelSource(workspace, await getJob(workspace, name), step, place);
}

describe('the source of a model', () => {
  const command: World = {
    jobs: { j: job({ model: 'mlflow_model', files: 'uri_folder', default: 'uri_folder' }) },
    runs: { j: {} },
    files: {
      j: ['outputs/model/MLmodel', 'outputs/model/data/model.pkl', 'outputs/net.bin', 'user_logs/std_log.txt'],
    },
  };

  it('is an output, whose type says what the model is', async () => {
    const whole = await source(command, 'j', at('model'));
    assert.deepEqual(
      [whole.uri, whole.type, whole.typeFrom],
      ['azureml://jobs/j/outputs/model', 'mlflow', 'mlflow_model'],
    );
    assert.equal((await source(command, 'j', at('files'))).type, 'custom');
    const triton = { ...command, jobs: { j: job({ t: 'triton_model' }) } };
    assert.equal((await source(triton, 'j', at('t'))).type, 'triton');
  });

  it('is a folder or a file inside an output', async () => {
    const part = await source(command, 'j', at('files', 'best/net.bin'));
    assert.deepEqual([part.uri, part.type], ['azureml://jobs/j/outputs/files/paths/best/net.bin', 'custom']);
  });

  it('is a folder that the job logged, an MLflow model when MLmodel is in it', async () => {
    const logged = await source(command, 'j', at('artifacts', 'outputs/model'));
    assert.deepEqual([logged.uri, logged.type], ['azureml://jobs/j/outputs/artifacts/paths/outputs/model', 'mlflow']);
    assert.equal((await source(command, 'j', at('artifacts', 'outputs'))).type, 'custom');
    assert.equal((await source(command, 'j', at('artifacts', 'outputs/net.bin'))).type, 'custom');
    assert.equal((await source(command, 'j', at('artifacts'))).type, 'custom');
  });

  it('is not a folder that the job did not log; what it logged is named, its logs are not', async () => {
    await assert.rejects(source(command, 'j', at('artifacts', 'outputs/modle')), (error: Error & { code: string }) => {
      assert.equal(error.code, 'OutputEmpty');
      assert.match(error.message, /The run j logged no files at 'outputs\/modle'\. Did you mean 'outputs\/model'\?/);
      return true;
    });
    await assert.rejects(source(command, 'j', at('artifacts', 'wrong')), (error: Error) => {
      assert.match(error.message, /at 'wrong'\. It logged 'outputs\/model', 'outputs\/model\/data' or 'outputs'\./);
      assert.doesNotMatch(error.message, /user_logs/);
      return true;
    });
  });

  it('is left to the service when nobody tells what was logged', async () => {
    const silent = { ...command, files: {} };
    assert.equal((await source(silent, 'j', at('artifacts', 'model'))).type, 'mlflow');
    assert.equal((await source({ ...command, files: { j: [] } }, 'j', at('artifacts', 'model'))).type, 'mlflow');
  });

  it('is not an output that is not there', async () => {
    await assert.rejects(source(command, 'j', at('modell')), /no output 'modell'\. Did you mean 'model'\?/);
    await assert.rejects(source(command, 'j', at('weights')), /It has 'model' or 'files'\./);
  });

  it('is a URI, with the job as its lineage', async () => {
    const own = await source(command, 'j', { kind: 'uri', uri: 'azureml://datastores/d/paths/p' });
    assert.deepEqual(
      [own.uri, own.type, own.runId, own.output],
      ['azureml://subscriptions/s/resourcegroups/rg/workspaces/ws/datastores/d/paths/p', 'custom', 'j', ''],
    );
    const mlflow = await source(command, 'j', { kind: 'uri', uri: 'runs:/j/outputs/model' });
    assert.deepEqual([mlflow.uri, mlflow.type], ['runs:/j/outputs/model', 'mlflow']);
    const outputs = { other: { model: { type: 'MLFlowModel' } } };
    const other = { ...command, runs: { j: {}, other: {} }, outputs };
    const named = await source(other, 'j', { kind: 'uri', uri: 'azureml://jobs/other/outputs/model' });
    assert.deepEqual([named.type, named.runId, named.job.name], ['mlflow', 'other', 'j']);
  });
});

describe('the source of a model of a step', () => {
  const pipeline: World = {
    jobs: { p: job({}, 'Pipeline'), s1: undefined, s2: undefined },
    runs: {
      p: { runTypeV2: { orchestrator: 'Pipeline' } },
      s1: { displayName: 'Train', rootRunId: 'p', runTypeV2: { orchestrator: 'Execution' } },
      s2: {
        displayName: 'Tune',
        rootRunId: 'p',
        properties: { 'azureml.isreused': 'true', 'azureml.reusedrunid': 'old' },
      },
      old: {},
    },
    children: { p: ['s1', 's2'] },
    outputs: { s1: { model: { type: 'MLFlowModel' } }, old: { best: { type: 'UriFolder' } } },
  };

  it('comes from rundata, with the type that it names', async () => {
    const { runId, uri, type, step } = await source(pipeline, 'p', at('model'), 'Train');
    assert.deepEqual([runId, uri, type, step], ['s1', 'azureml://jobs/s1/outputs/model', 'mlflow', 'Train']);
  });

  it('is that of the run that did the work when the step was reused', async () => {
    const { runId, uri } = await source(pipeline, 'p', at('best'), 'Tune');
    assert.deepEqual([runId, uri], ['old', 'azureml://jobs/old/outputs/best']);
  });

  it('is found by the run id of the step, too; its lineage names the job', async () => {
    const { job, runId, step } = await source(pipeline, 's1', at('model'));
    assert.deepEqual([job.name, job.properties.experimentName, runId, step], ['p', 'exp', 's1', 'Train']);
    await assert.rejects(source(pipeline, 's1', at('weights')), /It has 'model'\./);
    assert.equal((await source(pipeline, 's2', at('best'))).runId, 'old');
  });
});

describe('the source of a model of several trials', () => {
  const sweep: World = {
    jobs: { h: job({ model: 'mlflow_model' }, 'Sweep') },
    runs: { h: { runTypeV2: { orchestrator: 'HyperDrive' }, properties: { best_child_run_id: 'h_2' } }, h_2: {} },
    outputs: { h_2: { model: { type: 'MLFlowModel' } } },
    files: { h_2: ['model/MLmodel'] },
  };

  it('is the best trial’s', async () => {
    const named = await source(sweep, 'h', at('model'));
    assert.deepEqual([named.job.name, named.runId, named.uri], ['h', 'h_2', 'azureml://jobs/h_2/outputs/model']);
    assert.equal(
      (await source(sweep, 'h', at('artifacts', 'model'))).uri,
      'azureml://jobs/h_2/outputs/artifacts/paths/model',
    );
  });

  it('is the job’s when only that has the output', async () => {
    const automl: World = {
      jobs: { a: job({ best_model: 'mlflow_model' }, 'AutoML') },
      runs: { a: { runType: 'automl', tags: { automl_best_child_run_id: 'a_1' } }, a_1: {} },
    };
    const { runId, uri } = await source(automl, 'a', at('best_model'));
    assert.deepEqual([runId, uri], ['a', 'azureml://jobs/a/outputs/best_model']);
  });
});

describe('an MLflow model', () => {
  it('is a folder with MLmodel in it', () => {
    requireMlflow(['MLmodel', 'data/x'], 'outputs/model');
    assert.throws(() => requireMlflow(['model/MLmodel', 'x'], 'outputs'), {
      code: 'ModelNotMlflow',
      message: "'outputs' is not an MLflow model, because the file MLmodel is not in it. It is in 'outputs/model'.",
    });
    assert.throws(() => requireMlflow([''], 'outputs/net.bin'), /'outputs\/net\.bin' is not an MLflow model.*in it\.$/);
  });
});

describe('a refused registration', () => {
  const refused = (message: string) =>
    new AzureError({ status: 400, code: 'UserError', message, method: 'PUT', url: 'https://arm/ws/models/m' });
  const made = { output: 'model', path: '', runId: 'j', uri: 'u' } as ModelSource;

  it('of an output without files names the output', () => {
    const explained = explainRefusal(refused("No matching artifacts found at 'azureml://jobs/j/outputs/model'."), made);
    assert.match(String(explained), /The output 'model' of the run j has no files, so there is nothing to register/);
    const inside = explainRefusal(refused('No artifacts matching best found from Job.'), { ...made, path: 'best' });
    assert.match(String(inside), /has no files at 'best'/);
  });

  it('of any other kind stays what it is', () => {
    const error = refused('Quota exceeded');
    assert.equal(explainRefusal(error, made), error);
  });
});

describe('the own version of a retried registration', () => {
  it('is found although the list lags behind', async () => {
    const properties = {
      'lineage.job': 'j',
      'lineage.run': 'j',
      'lineage.output': 'model',
      'lineage.pipelineRun': 'build/1',
    };
    const { workspace } = fakeWorkspace(({ below }) => {
      if (/versions\?/.test(below)) return { value: [] };
      if (/versions\/3/.test(below)) return { id: '/m/3', name: '3', properties: { modelUri: 'u', properties } };
      return { properties: { latestVersion: '3', nextVersion: '4' } };
    });
    assert.equal((await findOwnModel(workspace, 'm', properties))?.name, '3');
    assert.equal(await findOwnModel(workspace, 'm', { ...properties, 'lineage.pipelineRun': 'build/2' }), undefined);
  });
});
