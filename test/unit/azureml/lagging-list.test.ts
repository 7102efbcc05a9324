import assert from 'node:assert/strict';
import { findNewestVersionWith, listHolders } from '../../../lib/azureml/model-choice.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { fakeWorkspace } from './fake-workspace.ts';

const version = (name: string, more: object = {}) => ({
  id: `/models/m/versions/${name}`,
  name,
  properties: { modelUri: 'u', modelType: 'custom_model', ...more },
});

/** @param listed what the list says, newest first; @param now what each version is */
function workspaceWith(listed: object[], now: ReturnType<typeof version>[], latest: string | null) {
  return fakeWorkspace(({ below }) => {
    const [path = ''] = below.split('?');
    if (path === 'models/m/versions') return { value: listed };
    if (path === 'models/m') return { properties: { latestVersion: latest } };
    return now.find(({ name }) => path === `models/m/versions/${name}`) ?? 404;
  });
}

const holds = ({ properties }: ModelVersion): boolean => properties.tags?.champion === 'true';
const champion = { tags: { champion: 'true' } };

describe('a list that lags behind', () => {
  it('does not hide versions that were registered since', async () => {
    const now = [version('9', champion), version('8', { stage: 'Production' }), version('7')];
    const { workspace } = workspaceWith([version('7')], now, '9');
    assert.equal((await findNewestVersionWith(workspace, 'm', holds))?.name, '9');
    assert.deepEqual(
      (await listHolders(workspace, 'm', 'production')).map(({ name }) => name),
      ['8'],
    );
  });

  it('does not hide who has a tag now, nor show who had it', async () => {
    const { workspace } = workspaceWith(
      [version('3', champion), version('2'), version('1')],
      [version('3'), version('2', champion), version('1')],
      '3',
    );
    assert.equal((await findNewestVersionWith(workspace, 'm', holds))?.name, '2');
  });

  it('does not show what was archived or deleted since', async () => {
    const { workspace } = workspaceWith(
      [version('3'), version('2'), version('1', { isArchived: true })],
      [version('2', { isArchived: true }), version('1')],
      '3',
    );
    assert.equal((await findNewestVersionWith(workspace, 'm', () => true))?.name, '1');
  });

  it('is read to its end, but each version only as far as needed', async () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      version(String(60 - index), index === 55 ? champion : { isArchived: index % 2 === 0 }),
    );
    const { workspace, requests } = workspaceWith(all, all, '60');
    assert.equal((await findNewestVersionWith(workspace, 'm', holds))?.name, '5');
    assert.ok(requests.length < 30, String(requests.length));
    const none = await findNewestVersionWith(workspace, 'm', () => false);
    assert.equal(none, undefined);
  });
});
