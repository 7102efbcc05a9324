import assert from 'node:assert/strict';
import type { ModelProperties, ModelVersion } from '../../../lib/azureml/models.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { type VerdictRecord, verdictTags } from '../../../lib/lineage/verdict-tags.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Inputs } from '../../../tasks/register-model/v1/inputs.ts';
import { bringNewerVerdict } from '../../../tasks/register-model/v1/newer-verdict.ts';

const judged = (verdict: VerdictRecord['verdict'], judgedStep: string, second: number, judgedBy = 'run 1') =>
  verdictTags({
    ...{ verdict, failedRules: [], step: '', baseline: 'none', judgedBy, judgedStep },
    judgedAt: `2026-01-01T00:00:0${second}Z`,
  });

/** Whether a version with these tags would get the verdict of its job. */
async function isBrought(own: Record<string, string>, ofJob: Record<string, string>): Promise<boolean> {
  let said = 0;
  const version = { name: '1', properties: { tags: own } } as unknown as ModelVersion;
  const inputs = { modelName: 'm', whatIf: true } as Inputs;
  await bringNewerVerdict({} as Workspace, version, { tags: ofJob } as ModelProperties, inputs, {
    say: () => said++,
  } as unknown as Pipeline);
  return said === 1;
}

describe('the verdict of a job, for a version that was registered before', () => {
  it('is brought when it is later, also by the same step', async () => {
    assert.equal(await isBrought(judged('pass', 'gate', 1), judged('fail', 'gate', 2)), true);
    assert.equal(await isBrought(judged('fail', 'gate', 1), judged('pass', 'gate', 2)), true);
    assert.equal(await isBrought({}, judged('pass', 'gate', 2)), true);
  });

  it('is not brought when the version was judged after it, or nothing was judged', async () => {
    assert.equal(await isBrought(judged('pass', 'gate', 3), judged('fail', 'gate', 2)), false);
    assert.equal(await isBrought(judged('pass', 'gate', 1), {}), false);
  });

  it('does not hide a worse one that another step of the run gave to the version', async () => {
    assert.equal(await isBrought(judged('fail', 'gateVersion', 1), judged('pass', 'gateJob', 2)), false);
    assert.equal(await isBrought(judged('fail', 'gateVersion', 1), judged('pass', 'gateJob', 2, 'run 2')), true);
  });
});
