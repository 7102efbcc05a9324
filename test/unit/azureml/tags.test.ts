import assert from 'node:assert/strict';
import { changeTags } from '../../../lib/azureml/tags.ts';
import { fakeWorkspace } from './fake-workspace.ts';

const JOB = {
  id: '/ws/jobs/j',
  name: 'j',
  properties: {
    jobType: 'Command',
    status: 'Completed',
    command: 'x',
    tags: { team: 'risk' },
    services: { Studio: { endpoint: 'https://ml' } },
    properties: { a: 'b' },
  },
};
const mark = (tags: Record<string, string>): Record<string, string> => ({ ...tags, mark: 'yes' });

describe('changing tags', () => {
  it('sends back all that was read with other tags, in the version that it was read in', async () => {
    const { workspace, requests } = fakeWorkspace(() => JOB);
    assert.equal(await changeTags(workspace, ['jobs', 'j'], mark), true);
    const put = requests.find(({ method }) => method === 'PUT')!;
    assert.deepEqual(put.body, { properties: { ...JOB.properties, tags: { team: 'risk', mark: 'yes' } } });
    const versions = requests.slice(-2).map(({ below }) => new URLSearchParams(below.split('?')[1]).get('api-version'));
    assert.deepEqual(versions, ['2025-01-01-preview', '2025-01-01-preview']);
  });

  it('sends nothing when they stay as they are', async () => {
    const { workspace, requests } = fakeWorkspace(() => JOB);
    assert.equal(await changeTags(workspace, ['jobs', 'j'], (tags) => ({ ...tags })), true);
    assert.ok(requests.every(({ method }) => method === 'GET'));
  });

  it('says when there is nothing that has tags: what does not exist, and steps of a pipeline', async () => {
    const missing = fakeWorkspace(() => 404);
    assert.equal(await changeTags(missing.workspace, ['jobs', 'j'], mark), false);
    const step = fakeWorkspace(() => ({ id: '/ws/jobs/s', name: 's' }));
    assert.equal(await changeTags(step.workspace, ['jobs', 's'], mark), false);
    assert.ok([...missing.requests, ...step.requests].every(({ method }) => method === 'GET'));
  });
});
