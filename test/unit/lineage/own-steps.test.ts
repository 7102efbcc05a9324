import assert from 'node:assert/strict';
import type { Job } from '../../../lib/azureml/jobs.ts';
import type { Run } from '../../../lib/azureml/runs.ts';
import { listOwnSteps } from '../../../lib/lineage/own-steps.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

const anonymous = (id: string) => ({ componentId: `/ws/components/azureml_anonymous/versions/${id}` });
const keysOf = async (jobs: Job['properties']['jobs'], children: Partial<Run>[]) => {
  const { workspace, requests } = fakeWorkspace(() => ({ value: children }));
  const steps = await listOwnSteps(workspace, { name: 'j', properties: { jobType: 'Pipeline', jobs } });
  return { keys: Object.fromEntries(steps), requests: requests.length };
};
const of = (module: string) => ({ properties: { 'azureml.moduleid': module } });

describe('the own steps of a pipeline', () => {
  it('are known by their component, whatever they are called', async () => {
    const jobs = { train: { ...anonymous('c1'), display_name: 'Evaluate' }, evaluate: anonymous('c2') };
    const { keys } = await keysOf(jobs, [
      { runId: 'r1', displayName: 'Evaluate', ...of('c1') },
      { runId: 'r2', displayName: 'evaluate', ...of('c2') },
    ]);
    assert.deepEqual(keys, { r1: 'train', r2: 'evaluate' });
  });

  it('of one component are known by their names, and are left out when these are the same', async () => {
    const jobs = { a: anonymous('c'), b: { ...anonymous('c'), display_name: 'B it' }, c: { componentId: '/x/y/1' } };
    const { keys } = await keysOf(jobs, [
      { runId: 'r1', displayName: 'a', ...of('c') },
      { runId: 'r2', displayName: 'B it', ...of('c') },
      { runId: 'r3', displayName: 'c', ...of('guid') },
    ]);
    assert.deepEqual(keys, { r1: 'a', r2: 'b', r3: 'c' });
    const alike = { a: { display_name: 'X' }, b: { display_name: 'X' } };
    assert.deepEqual((await keysOf(alike, [{ runId: 'r', displayName: 'X' }])).keys, {});
  });

  it('have the runs that did their work: of a reused step an earlier one, of a sweep its best trial', async () => {
    const reused = { 'azureml.isreused': 'true', 'azureml.reusedrunid': 'old' };
    const { keys } = await keysOf({ train: {}, tune: {} }, [
      { runId: 'r1', displayName: 'train', properties: reused },
      { runId: 'r2', displayName: 'tune', properties: { best_child_run_id: 'r2_1' } },
    ]);
    assert.deepEqual(keys, { r1: 'train', old: 'train', r2: 'tune', r2_1: 'tune' });
  });

  it('are none of a job without steps, which is not asked for them', async () => {
    assert.deepEqual(await keysOf(null, [{ runId: 'r1' }]), { keys: {}, requests: 0 });
  });
});
