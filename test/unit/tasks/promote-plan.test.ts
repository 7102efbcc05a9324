import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { claimsOf } from '../../../tasks/promote-model/v1/claims.ts';
import type { Inputs } from '../../../tasks/promote-model/v1/inputs.ts';
import {
  changesOf,
  type Found,
  planPromotion,
  promotionTable,
  requireVerdict,
} from '../../../tasks/promote-model/v1/plan.ts';

const WS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/dev';

function version(number: string, more: Partial<ModelVersion['properties']> = {}, root = WS): ModelVersion {
  return {
    id: `${root}/models/churn/versions/${number}`,
    name: number,
    properties: { modelUri: 'u', modelType: 'custom_model', tags: {}, properties: {}, stage: 'Development', ...more },
  };
}

const inputs = (more: Partial<Inputs> = {}): Inputs =>
  ({ modelName: 'churn', previousStage: 'Archived', tags: {}, requireVerdict: [], ...more }) as Inputs;

const found = (more: Partial<Found> = {}): Found => {
  const source = more.source ?? version('3');
  const last = { version: '3', model: source };
  return { source, sourcePlace: 'dev', sourceGuid: 'guid', hops: [], companions: [], holders: [], last, ...more };
};

describe('the plan of a promotion', () => {
  it('gives the stage to the new version before the others lose it', () => {
    const holders = [version('2', { stage: 'production' }), version('1', { stage: 'Production' })];
    const { transitions } = planPromotion(found({ holders }), inputs({ stage: 'Production' }));
    assert.deepEqual(
      transitions.map(({ version: number, change, isDone }) => [number, change.stage, change.tags, isDone]),
      [
        ['3', 'Production', { stage: 'Production' }, false],
        ['2', 'Archived', { stage: 'Archived' }, false],
        ['1', 'Archived', { stage: 'Archived' }, false],
      ],
    );
  });

  it('knows the stage of a version by its tag where nobody has set the field', () => {
    const tagged = version('2', { tags: { stage: 'production' } });
    const moved = version('1', { stage: 'Archived', tags: { stage: 'Production' } });
    const { transitions } = planPromotion(found({ holders: [tagged, moved] }), inputs({ stage: 'Production' }));
    assert.deepEqual(
      transitions.map(({ version: number, change }) => [number, change.stage]),
      [
        ['3', 'Production'],
        ['2', 'Archived'],
        ['1', undefined],
      ],
    );
    assert.equal(transitions[1]!.shown, 'stage production -> Archived');
    const own = version('3', { tags: { stage: 'Production' } });
    const plan = planPromotion(found({ source: own }), inputs({ stage: 'Production' }));
    assert.equal(changesOf(plan), 1, 'the field is not set yet');
  });

  it('has nothing to do for a version that has it all', () => {
    const source = version('3', { stage: 'Production', tags: { stage: 'Production', champion: 'true', a: 'b' } });
    const all = inputs({ stage: 'Production', exclusiveTag: { name: 'champion', value: 'true' }, tags: { a: 'b' } });
    const plan = planPromotion(found({ source, holders: [source], last: { version: '3', model: source } }), all);
    assert.equal(changesOf(plan), 0);
  });

  it('takes only what was exclusive from a version that is not in the stage', () => {
    const holders = [version('1', { stage: 'Testing', tags: { champion: 'true', team: 'risk' } })];
    const { transitions } = planPromotion(
      found({ holders }),
      inputs({ stage: 'Production', exclusiveTag: { name: 'champion', value: 'true' } }),
    );
    assert.deepEqual(transitions[1]!.change, { stage: undefined, tags: {}, removedTags: ['champion'] });
    assert.equal(transitions[1]!.shown, 'tag champion removed');
  });

  it('knows its own copies, and never replaces what somebody else has put there', () => {
    const registry = 'azureml://registries/r';
    const hop = (present: ModelVersion | undefined) => ({
      kind: 'registry' as const,
      place: "the registry 'r'",
      name: 'churn',
      version: '3',
      present,
    });
    const made = { 'lineage.job': 'j', 'lineage.commit': 'c' };
    const source = version('3', { properties: made });
    const isDone = (properties: Partial<ModelVersion['properties']>): boolean =>
      planPromotion(found({ source, hops: [hop(version('3', properties, registry))] }), inputs()).copies[0]!.isDone;
    assert.ok(isDone({ properties: { 'lineage.copiedFrom': source.id.toUpperCase() } }), 'it says so');
    assert.ok(
      isDone({ originAssetId: 'azureml://locations/l/workspaces/GUID/models/churn/versions/3' }),
      'the registry does',
    );
    assert.ok(isDone({ properties: made }), 'it was made by the same job');
    const others: Partial<ModelVersion['properties']>[] = [
      {},
      { properties: { ...made, 'lineage.job': 'other' } },
      { properties: { ...made, 'lineage.copiedFrom': `${WS}/models/churn/versions/2` } },
      { properties: made, originAssetId: 'azureml://locations/l/workspaces/guid/models/churn/versions/2' },
    ];
    for (const other of others) assert.throws(() => isDone(other), /is not a copy of/, JSON.stringify(other));
    const plan = planPromotion(found({ source, hops: [hop(undefined)] }), inputs());
    assert.deepEqual([plan.copies[0]!.isDone, changesOf(plan)], [false, 1]);
  });

  it('leaves one version in the stage, whatever there was', () => {
    const stages = fc.constantFrom('Production', 'production', 'Development', 'Archived', undefined);
    fc.assert(
      fc.property(fc.array(stages, { maxLength: 8 }), fc.nat(8), (all, chosen) => {
        const versions = [...all, 'Development'].map((stage, i) => version(String(i + 1), { stage: stage ?? null }));
        const source = versions[chosen % versions.length]!;
        const holders = versions.filter(({ properties }) => /^production$/i.test(properties.stage ?? ''));
        const { transitions } = planPromotion(
          found({ source, holders, last: { version: source.name, model: source } }),
          inputs({ stage: 'Production' }),
        );
        const after = new Map(versions.map(({ name, properties }) => [name, properties.stage]));
        for (const { version: number, change } of transitions) {
          after.set(number, change.stage);
          assert.ok(
            [...after.values()].some((stage) => /^production$/i.test(stage ?? '')),
            'at every moment',
          );
        }
        const inStage = [...after].filter(([, stage]) => /^production$/i.test(stage ?? '')).map(([name]) => name);
        assert.deepEqual(inStage, [source.name]);
      }),
    );
  });

  it('requires a verdict that is permitted', () => {
    const judged = (verdict?: string) => version('3', { tags: verdict ? { 'gate.verdict': verdict } : {} });
    requireVerdict(judged(), inputs());
    requireVerdict(judged('pass'), inputs({ requireVerdict: ['pass', 'noBaseline'] }));
    assert.throws(() => requireVerdict(judged('fail'), inputs({ requireVerdict: ['pass'] })), /the verdict 'fail'/);
    assert.throws(() => requireVerdict(judged(), inputs({ requireVerdict: ['pass'] })), /has no verdict/);
    assert.throws(() => requireVerdict(judged('noBaseline'), inputs({ requireVerdict: ['pass'] })), {
      fix: /Set requireVerdict to pass, noBaseline/,
    });
  });
});

describe('what a copy in a registry claims', () => {
  const original = version('3', { stage: 'Staging', tags: { stage: 'Staging', champion: 'true', team: 'risk' } });
  const claims = (more: Partial<ModelVersion['properties']>, exclusiveTag?: Inputs['exclusiveTag']) =>
    claimsOf(version('3', more), original, exclusiveTag);

  it('are the tags and the stage that are true of the original alone', () => {
    const champion = { name: 'champion', value: 'true' };
    assert.deepEqual(claims(original.properties, champion), ['stage', 'champion']);
    assert.deepEqual(claims(original.properties), ['stage']);
    assert.deepEqual(claims({ tags: { team: 'risk' }, stage: 'Staging' }), ['stage']);
  });

  it('are not what somebody has given the copy', () => {
    assert.deepEqual(claims({ tags: { stage: 'Approved' }, stage: 'Approved' }), []);
    assert.deepEqual(claims({ tags: { team: 'risk' } }), []);
  });

  it('are a change of the plan, also of a copy that is there already', () => {
    const shared = version(
      '3',
      { ...original.properties, properties: { 'lineage.copiedFrom': original.id } },
      'azureml://registries/r',
    );
    const hop = { kind: 'registry' as const, place: 'r', name: 'churn', version: '3' };
    const plan = (present: ModelVersion) =>
      planPromotion(found({ source: original, hops: [{ ...hop, present }] }), inputs());
    assert.equal(changesOf(plan(shared)), 1);
    assert.equal(promotionTable(plan(shared), 'churn').rows[0]!.at(-1), 'change');
    const clean = { ...shared, properties: { ...shared.properties, tags: {}, stage: 'Development' } };
    assert.equal(changesOf(plan(clean)), 0);
  });
});
