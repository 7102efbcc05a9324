import assert from 'node:assert/strict';
import { getNamedVersion } from '../../../lib/lineage/named-version.ts';
import type { PipelineRun } from '../../../lib/lineage/pipeline-run.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

const run = { kind: 'build', id: '7', project: 'p' } as PipelineRun;

/** A workspace with versions 1, 2, ... that these runs registered. */
function workspaceWith(...runs: string[]) {
  const versions = runs.map((id, i) => ({
    id: `/models/m/versions/${i + 1}`,
    name: String(i + 1),
    properties: { modelUri: 'u', properties: { 'lineage.pipelineRun': `build/${id}`, 'lineage.project': 'p' } },
  }));
  return fakeWorkspace(({ below }) => {
    const one = /^models\/m\/versions\/(\d+)/.exec(below)?.[1];
    if (one) return versions.find(({ name }) => name === one) ?? 404;
    if (below.startsWith('models/m/versions')) return runs.length > 0 ? { value: versions } : 404;
    return below.startsWith('models?') ? { value: [] } : 404;
  }).workspace;
}

describe('a version that is not named', () => {
  const find = (...runs: string[]) => getNamedVersion(workspaceWith(...runs), 'm', { kind: 'ofRun' }, run);

  it('is the one that this pipeline run registered, whichever is the newest', async () => {
    assert.equal((await find('6', '7', '8')).name, '2');
  });

  it('is an error when the run registered none, or several', async () => {
    const code = 'ModelVersionUnnamed';
    await assert.rejects(find('6', '8'), {
      code,
      message: /registered no version of the model m in the workspace 'ws'/,
    });
    await assert.rejects(find('7', '6', '7'), { code, message: /several versions .*: '1' and '3'\./ });
    await assert.rejects(find(), { code, message: /registered no version/ });
    const outside = getNamedVersion(workspaceWith(''), 'm', { kind: 'ofRun' }, { ...run, id: '' });
    await assert.rejects(outside, { code });
  });

  it('is as it is written otherwise', async () => {
    const version = await getNamedVersion(workspaceWith('6'), 'm', { kind: 'version', version: '1' }, run);
    assert.equal(version.name, '1');
  });
});
