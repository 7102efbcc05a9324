import assert from 'node:assert/strict';
import { copyBody } from '../../../tasks/promote-model/v1/copy-body.ts';
import { type Inputs, readInputs } from '../../../tasks/promote-model/v1/inputs.ts';
import { type Places, requirePermissions } from '../../../tasks/promote-model/v1/places.ts';
import type { Companion } from '../../../tasks/promote-model/v1/plan.ts';
import { taskInputs } from './task-inputs.ts';

/** Reads the inputs of a promotion with these besides the ones that every promotion has. */
const read = (values: Record<string, string | undefined>): Inputs =>
  readInputs(taskInputs({ modelName: 'm', modelVersion: 'latest', ...values }));

describe('the inputs of a promotion', () => {
  it('are errors when no variable has the name that they have', () => {
    const unset = { stage: '$(x)', previousStage: '$(x)', targetModelName: 'm-$(x)', tags: 'a=$(x)' };
    for (const [name, text] of Object.entries({ ...unset, exclusiveTag: 'champion=$(x.y)' }))
      assert.throws(() => read({ stage: 'Production', [name]: text }), {
        code: 'InputMissing',
        message: new RegExp(`The input ${name} (?:is|has) '\\$\\(x`),
      });
    assert.deepEqual(read({ tags: 'cost=5 $ (net)' }).tags, { cost: '5 $ (net)' });
  });

  it('say which version: an empty one is that of this run, not the newest one; an unset variable is an error', () => {
    const version = (modelVersion: string | undefined) => read({ stage: 'Production', modelVersion }).version;
    assert.deepEqual(version(undefined), { kind: 'ofRun' });
    assert.deepEqual(version('latest'), { kind: 'latest' });
    assert.throws(() => version('$(register.modelVersion)'), { code: 'InputMissing', message: /modelVersion is '\$/ });
  });

  it('name verdicts of the gate alone', () => {
    assert.deepEqual(read({ stage: 'A', requireVerdict: 'Pass, nobaseline' }).requireVerdict, ['pass', 'noBaseline']);
    assert.deepEqual(read({ stage: 'A' }).requireVerdict, []);
    assert.throws(() => read({ stage: 'A', requireVerdict: 'passed' }), {
      code: 'InputInvalid',
      message: /input requireVerdict is not valid: it has 'passed', .* allowed are 'pass', 'noBaseline' or 'fail'/,
    });
  });

  it('give the version before another stage', () => {
    for (const more of [{ stage: 'Production', previousStage: 'production' }, { stage: 'Archived' }])
      assert.throws(() => read(more), { code: 'InputInvalid', message: /stage and previousStage are both/ });
    assert.equal(read({ stage: 'Production' }).previousStage, 'Archived');
  });

  it('name what goes along only where something is copied', () => {
    const from = { sourceRegistryName: 'r', targetWorkspaceName: 'prod' };
    assert.deepEqual(read({ ...from, environments: 'e:1' }).environments, [{ name: 'e', version: '1' }]);
    assert.deepEqual(read({ ...from, components: 'c:1' }).components, [{ name: 'c', version: '1' }]);
    assert.deepEqual(read({ ...from, environments: ',' }).environments, []);
    for (const components of ['c:1', 'auto'])
      assert.throws(() => read({ stage: 'Production', components }), {
        code: 'InputInvalid',
        message: /input components/,
      });
  });
});

describe('a copy', () => {
  it('does not have the tag that one version has at a time', () => {
    const tags = { champion: 'true', team: 'risk', stage: 'Production' };
    const source = { id: 'm', name: '1', properties: { modelUri: 'u', modelType: 'custom_model', tags } };
    assert.deepEqual(copyBody(source, undefined, { name: 'champion', value: 'true' }).tags, { team: 'risk' });
    assert.deepEqual(copyBody(source, undefined, undefined).tags, { champion: 'true', team: 'risk' });
  });
});

describe('the permissions of a promotion', () => {
  const PROVIDER = 'Microsoft.MachineLearningServices/workspaces';
  const places = (...actions: string[]): Places => {
    const send = async () => ({ body: { value: [{ actions: actions.map((one) => `${PROVIDER}/${one}`) }] } });
    const last = { client: { cloud: { armUrl: 'https://arm' }, send }, path: '/ws', label: 'prod' };
    return { second: last, last, registry: undefined } as unknown as Places;
  };
  const environment = (isPresent: boolean): Companion[] => [
    { kind: 'environments', place: 'prod', name: 'e', version: '1', isPresent },
  ];

  it('are those for environments too, when one is copied', async () => {
    const inputs = { tags: {} } as Inputs;
    const models = places('models/*');
    await requirePermissions(models, inputs, environment(true));
    await assert.rejects(requirePermissions(models, inputs, environment(false)), {
      code: 'Forbidden',
      message: /may not write environments in prod/,
    });
    await requirePermissions(places('models/*', 'environments/write'), inputs, environment(false));
  });
});
