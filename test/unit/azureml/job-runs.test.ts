import assert from 'node:assert/strict';
import { findStep, getJobMetrics, jobRun, listRunMetrics } from '../../../lib/azureml/job-metrics.ts';
import { getJob, type Job, requireCompleted, STEP, studioUrl } from '../../../lib/azureml/jobs.ts';
import { findRunOutputs, type Run, runErrorText } from '../../../lib/azureml/runs.ts';
import { fakeWorkspace, type SeenRequest } from './fake-workspace.ts';

const step = (runId: string, displayName: string, more: Partial<Run> = {}): Run => ({
  runId,
  displayName,
  status: 'Completed',
  runType: 'azureml.StepRun',
  runTypeV2: { orchestrator: 'Execution' },
  ...more,
});
/** As recorded: a run of its own, completed in no time, without an orchestrator. */
const reused = (runId: string, displayName: string, worker: string): Run =>
  step(runId, displayName, {
    runTypeV2: { orchestrator: null },
    properties: { 'azureml.isreused': 'true', 'azureml.reusedrunid': worker },
  });
const sweep = (runId: string, displayName: string, best?: string): Run =>
  step(runId, displayName, {
    runType: 'hyperdrive',
    runTypeV2: { orchestrator: 'HyperDrive' },
    properties: best === undefined ? {} : { best_child_run_id: best },
  });

/** Run history and tracking: the children and the metrics of each run. */
function history(runs: Run[], children: Record<string, Run[]>, metrics: Record<string, Record<string, number>>) {
  return fakeWorkspace(({ below }: SeenRequest) => {
    const [, id = '', list] = /history\/runs\/([^/?]+)(\/children)?/.exec(below) ?? [];
    if (list) return { value: children[id] ?? [] };
    if (below.startsWith('history/runs/')) return runs.find(({ runId }) => runId === id) ?? 404;
    const run = new URLSearchParams(below.split('?')[1]).get('run_id')!;
    const found = Object.entries(metrics[run] ?? {}).map(([key, value]) => ({ key, value }));
    return { run: { data: { metrics: found } } };
  });
}

const PIPELINE: Run = {
  runId: 'job',
  status: 'Completed',
  runType: 'azureml.PipelineRun',
  runTypeV2: { orchestrator: 'Pipeline' },
};

describe('the runs of a job', () => {
  it('of a reused step give the metrics and the outputs of the run that did the work', async () => {
    const children = { job: [reused('new', 'Train', 'old'), step('eval', 'Evaluate')] };
    const { workspace, requests } = history([PIPELINE], children, { old: { auc: 0.9 }, eval: { loss: 0.1 } });
    assert.deepEqual(await getJobMetrics(workspace, 'job'), { auc: 0.9, loss: 0.1 });
    assert.deepEqual(await getJobMetrics(workspace, 'job', 'train'), { auc: 0.9 });
    assert.deepEqual(await findStep(workspace, 'job', 'Train'), {
      runId: 'new',
      step: 'Train',
      worker: 'old',
      status: 'Completed',
    });
    // Steps are asked neither for children nor, when they were reused, for metrics of their own.
    assert.ok(!requests.some(({ below }) => /runs\/(new|eval)\/children|run_id=new/.test(below)));
  });

  it('are found by the key of their step, through the component that the job names', async () => {
    const component = (id: string) => ({ properties: { 'azureml.moduleid': id } });
    const children = [
      step('r1', 'Train it', component('c1')),
      step('r2', 'B', component('c2')),
      step('r3', 'C', component('c2')),
    ];
    const jobs = {
      train: { componentId: '/ws/components/azureml_anonymous/versions/c1' },
      one: { componentId: '/ws/components/x/versions/c2' },
      two: { componentId: '/ws/components/x/versions/c2', display_name: 'C' },
    };
    const { workspace } = fakeWorkspace(({ below }) => {
      if (below.startsWith('jobs/'))
        return { id: '/ws/jobs/job', name: 'job', properties: { jobType: 'Pipeline', jobs } };
      return { value: children };
    });
    assert.equal((await findStep(workspace, 'job', 'train')).runId, 'r1');
    assert.equal((await findStep(workspace, 'job', 'two')).runId, 'r3');
    // Two steps are of this component, and nothing says which of them has the key.
    await assert.rejects(findStep(workspace, 'job', 'one'), /has 2 steps that 'one' may be/);
    await assert.rejects(findStep(workspace, 'job', 'constructor'), /There is no step 'constructor'/);
  });

  it('inside an inner pipeline do not pass for the step that has their name or their component', async () => {
    const of = (id: string) => ({ properties: { 'azureml.moduleid': id } });
    const inner = { ...step('inner', 'Inner'), runTypeV2: { orchestrator: 'Pipeline' } };
    const child = (run: Run, parentRunId: string): Run => ({ ...run, parentRunId });
    const children: Record<string, Run[]> = {
      job: [child(inner, 'job'), child(step('outer', 'Evaluate it', of('c1')), 'job')],
      inner: [child(step('nested', 'evaluate', of('c1')), 'inner')],
    };
    const jobs = { evaluate: { componentId: '/ws/components/azureml_anonymous/versions/c1' }, inner: {} };
    const { workspace } = fakeWorkspace(({ below }) => {
      if (below.startsWith('jobs/'))
        return { id: '/ws/jobs/job', name: 'job', properties: { jobType: 'Pipeline', jobs } };
      return { value: children[/runs\/([^/]+)\/children/.exec(below)![1]!] ?? [] };
    });
    assert.equal((await findStep(workspace, 'job', 'Evaluate it')).runId, 'outer');
    assert.equal((await findStep(workspace, 'job', 'nested')).runId, 'nested');
    await assert.rejects(findStep(workspace, 'job', 'evaluate'), /has 2 steps that 'evaluate' may be/);
    children.inner = [child(step('nested', 'Score', of('c1')), 'inner')];
    assert.equal((await findStep(workspace, 'job', 'evaluate')).runId, 'outer');
  });

  it('of a sweep give the metrics of its best trial, and none of the others', async () => {
    const trials = [step('job_0', 'trial 0'), step('job_1', 'trial 1')];
    const metrics = { job_0: { acc: 0.7 }, job_1: { acc: 0.9 } };
    const { workspace } = history([{ ...sweep('job', 'Tune', 'job_1') }], { job: trials }, metrics);
    assert.deepEqual(await getJobMetrics(workspace, 'job'), { acc: 0.9 });
    assert.equal((await jobRun(workspace, 'job')).worker, 'job_1');
  });

  it('of a sweep inside a pipeline do so too, by the step’s name', async () => {
    const children = { job: [sweep('tune', 'Tune', 'tune_1')], tune: [step('tune_0', 'a'), step('tune_1', 'b')] };
    const metrics = { tune_0: { acc: 0.7 }, tune_1: { acc: 0.9 } };
    const { workspace } = history([PIPELINE], children, metrics);
    assert.deepEqual(await listRunMetrics(workspace, 'job'), [
      { step: '', status: 'Completed', metrics: {}, runs: ['job'] },
      { step: 'Tune', status: 'Completed', metrics: { acc: 0.9 }, runs: ['tune_1', 'tune'] },
    ]);
    assert.deepEqual(await getJobMetrics(workspace, 'job', 'Tune'), { acc: 0.9 });
    const found = await findStep(workspace, 'job', 'Tune');
    assert.deepEqual(found, { runId: 'tune', step: 'Tune', worker: 'tune_1', status: 'Completed' });
  });

  it('of AutoML give those of the trial that its tag names', async () => {
    const automl: Run = {
      runId: 'job',
      status: 'Completed',
      runType: 'automl',
      tags: { automl_best_child_run_id: 'job_7' },
    };
    const { workspace } = history([automl], {}, { job_7: { AUC_weighted: 0.99 } });
    assert.deepEqual(await getJobMetrics(workspace, 'job'), { AUC_weighted: 0.99 });
  });

  it('without a best trial give the sweep’s own metrics only', async () => {
    const { workspace } = history([sweep('job', 'Tune')], { job: [step('job_0', 'a')] }, { job_0: { acc: 0.7 } });
    assert.deepEqual(await getJobMetrics(workspace, 'job'), {});
  });
});

describe('outputs of a run', () => {
  it('come from rundata', async () => {
    const outputs = { model: { assetId: 'azureml://locations/r/x', type: 'MLFlowModel' } };
    const { workspace, requests } = fakeWorkspace(() => ({ runMetadata: { outputs }, runDefinition: {} }));
    assert.deepEqual(await findRunOutputs(workspace, 'r'), outputs);
    assert.equal(requests[0]!.below, 'history/rundata');
    assert.deepEqual(requests[0]!.body, { runId: 'r', selectRunMetadata: true });
  });

  it('are empty when they are null, and unknown when there is no such run', async () => {
    assert.deepEqual(
      await findRunOutputs(fakeWorkspace(() => ({ runMetadata: { outputs: null } })).workspace, 'r'),
      {},
    );
    assert.equal(await findRunOutputs(fakeWorkspace(() => 404).workspace, 'r'), undefined);
  });
});

describe('the error of a run', () => {
  it('is the line that says what happened, without line ends around it', () => {
    const message = '\nError Code: ScriptExecution.X\nNative Error: y\nError Message: it broke\r\nOther: z\n';
    assert.equal(runErrorText({ error: { code: 'UserError', message } }), 'UserError: it broke');
    assert.equal(runErrorText({ error: { code: 'UserError', message: '\n  plain \n' } }), 'UserError: plain');
    assert.equal(runErrorText({ error: {} }), undefined);
  });
});

describe('a job', () => {
  const history = step('r1', 'Train', { status: 'Running', rootRunId: 'root', properties: { 'azureml.nodeid': 'a' } });

  it('that is a step of a pipeline is what run history says of it', async () => {
    const { workspace } = fakeWorkspace(({ below }) =>
      below.startsWith('jobs/') ? { id: '/jobs/r1', name: 'r1' } : history,
    );
    const job = await getJob(workspace, 'r1');
    assert.equal(job.properties.jobType, STEP);
    assert.equal(job.properties.status, 'Running');
    assert.equal(job.rootRunId, 'root');
    assert.match(studioUrl(workspace, job), /\/runs\/r1\?wsid=/);
    await assert.rejects(requireCompleted(workspace, job), /is Running/);
  });

  it('that neither ARM nor run history describes is not there', async () => {
    const { workspace } = fakeWorkspace(({ below }) =>
      below.startsWith('jobs/') ? { id: '/jobs/r1', name: 'r1' } : 404,
    );
    await assert.rejects(getJob(workspace, 'r1'), /There is no job 'r1'/);
  });
});

describe('the page of a job', () => {
  const properties = { jobType: 'Command', services: { Studio: { endpoint: 'https://ml.example/runs/j?wsid=/ws' } } };
  const { workspace } = fakeWorkspace(() => 404);

  it('names the tenant, so that guests get to the right directory', () => {
    assert.equal(studioUrl(workspace, { name: 'j', properties }), 'https://ml.example/runs/j?wsid=/ws&tid=t1');
    const named = { Studio: { endpoint: 'https://ml.example/runs/j?wsid=/ws&tid=t2' } };
    assert.equal(
      studioUrl(workspace, { name: 'j', properties: { ...properties, services: named } }),
      'https://ml.example/runs/j?wsid=/ws&tid=t2',
    );
    assert.equal(
      studioUrl({ ...workspace, tenantId: '' }, { name: 'j', properties }),
      'https://ml.example/runs/j?wsid=/ws',
    );
  });

  it('is there for steps, of which the service names none', () => {
    const page = 'https://ml.example/runs/r%201?wsid=/subscriptions/s/resourcegroups/rg/workspaces/ws&tid=t1';
    const without: Job['properties']['services'][] = [null, {}, { Studio: { endpoint: null } }];
    for (const services of without)
      assert.equal(studioUrl(workspace, { name: 'r 1', properties: { jobType: STEP, services } }), page);
  });
});
