import assert from 'node:assert/strict';
import { differencesOf, removalsOf } from '../../../lib/plan/differences.ts';

const fields = (planned: unknown, present: unknown): string[] =>
  differencesOf(planned, present).map(({ field }) => field);
const removed = (planned: unknown, present: unknown): string[] =>
  removalsOf(planned, present).map(({ field }) => field);

describe('differences', () => {
  it('overlook what the service writes in its own words', () => {
    const output = (uri: string, present: string) => fields({ modelUri: uri }, { modelUri: present });
    const store = 'azureml://subscriptions/s/resourceGroups/rg/workspaces/ws/datastores';
    const stored = `${store}/workspaceblobstore/paths/azureml/job-1/files/best`;
    assert.deepEqual(output('azureml://jobs/job-1/outputs/files/paths/best', stored), []);
    assert.deepEqual(output('azureml://jobs/job-1/outputs/files/paths/worst', stored), ['modelUri']);
    assert.deepEqual(output('azureml://jobs/job-2/outputs/files/paths/best', stored), ['modelUri']);
    assert.deepEqual(fields({ vmSize: 'Standard_DS3_v2' }, { vmSize: 'STANDARD_DS3_V2' }), []);
    assert.deepEqual(fields({ vmSize: 'Standard_DS3_v2' }, { vmSize: 'STANDARD_DS4_V2' }), ['vmSize']);
    assert.deepEqual(fields({ access: 'NotSpecified' }, { access: 'Enabled' }), []);
  });

  it('are also what was taken out of a file, where the service fills in nothing', () => {
    const spec = (inputs: object, more: object = {}) => ({ properties: { componentSpec: { inputs, ...more } } });
    const present = spec(
      { a: { type: 'string', default: '1', optional: 'False' }, b: { type: 'string' } },
      { code: 'c' },
    );
    assert.deepEqual(
      removed(spec({ a: { type: 'string', default: '1' }, b: { type: 'string' } }, { code: 'c' }), present),
      [],
    );
    assert.deepEqual(removed(spec({ a: { type: 'string' } }), present).sort(), [
      'properties.componentSpec.code',
      'properties.componentSpec.inputs.a.default',
      'properties.componentSpec.inputs.b',
    ]);
    assert.deepEqual(removed({ properties: { image: 'i' } }, { properties: { image: 'i', condaFile: '{}' } }), [
      'properties.condaFile',
    ]);
    assert.deepEqual(
      removed({ properties: { tags: {} } }, { properties: { tags: { other: 'x' }, condaFile: '' } }),
      [],
    );
  });
});
