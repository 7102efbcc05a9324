import assert from 'node:assert/strict';
import { getChosenModel, listHolders, stageOf, versionOf } from '../../../lib/azureml/model-choice.ts';
import { fakeWorkspace } from './fake-workspace.ts';

const version = (name: string, stage: string | null, tags: Record<string, string> = {}) => ({
  id: `/ws/models/m/versions/${name}`,
  name,
  properties: { modelUri: 'u', modelType: 'custom_model', tags, stage },
});

describe('the stage of a version', () => {
  it('is the field, and the tag where the field is empty or the one of every version', () => {
    const of = (stage: string | null, tags?: Record<string, string>): string =>
      stageOf(version('1', stage, tags) as unknown as Parameters<typeof stageOf>[0]);
    assert.equal(of('Production', { stage: 'Staging' }), 'Production');
    assert.equal(of('Development', { stage: 'Staging' }), 'Staging');
    assert.equal(of(null, { stage: 'Staging' }), 'Staging');
    assert.equal(of('Development'), 'Development');
    assert.equal(of(null), '');
  });

  it('is had by versions that say it by either', async () => {
    const all = [
      version('1', 'Development', { stage: 'production' }),
      version('2', 'Production'),
      version('3', 'Archived', { stage: 'Production' }),
      version('4', 'Development'),
    ];
    const { workspace } = fakeWorkspace(({ below }) => {
      const [path, query = ''] = below.split('?');
      if (path === 'models/m/versions') {
        // The filter of the service knows the field alone; the newest ones in the list are others.
        const stage = new URLSearchParams(query).get('stage');
        const isNewest = query.includes('orderBy');
        return { value: isNewest ? [] : all.filter((one) => stage === null || one.properties.stage === stage) };
      }
      return all.find(({ name }) => path === `models/m/versions/${name}`) ?? 404;
    });
    assert.deepEqual((await listHolders(workspace, 'm', 'Production')).map(versionOf), ['2', '1']);
    await assert.rejects(getChosenModel(workspace, 'm', { kind: 'stage', stage: 'Staging' }), {
      code: 'ModelNotFound',
      message:
        /is in the stage 'Staging'\. There are versions in 'production', 'Production', 'Archived' and 'Development'\.$/,
    });
  });
});
