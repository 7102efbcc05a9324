import assert from 'node:assert/strict';
import { mainName, type Plan, withJobName } from '../../../lib/plan/plan.ts';
import { compileFolder, WS } from '../compiler/compile-folder.ts';

const PIPELINE = `type: pipeline
settings: {default_compute: azureml:cpu}
jobs:
  train: {command: echo 1, environment: {image: i}}
`;

describe('the name of a planned job', () => {
  const folder = compileFolder();
  after(() => folder.remove());

  it('changes as if the file had been compiled under the other name', () => {
    const under = (jobName: string): Plan => folder.compile({ 'file.yml': PIPELINE }, { jobName });
    const first = under('train-1-abc');
    const before = JSON.stringify(first);
    assert.equal(mainName(first), 'train-1-abc');
    assert.deepEqual(withJobName(first, 'train-1-abc-r2'), under('train-1-abc-r2'));
    assert.equal(JSON.stringify(first), before, 'the plan itself stays as it is');
  });

  it('leaves a display name of the user’s alone', () => {
    const plan = withJobName(folder.compile({ 'file.yml': `display_name: Mine\n${PIPELINE}` }), 'j-2');
    assert.equal(plan.main.path, `${WS}/jobs/j-2`);
    assert.equal((plan.main.body as { properties: { displayName: string } }).properties.displayName, 'Mine');
  });
});
