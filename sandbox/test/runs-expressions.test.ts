import assert from 'node:assert/strict';
import { expandCommand, parseBinding } from '../azureml/execution/expressions.ts';
import { inOrder } from '../azureml/execution/pipeline-plan.ts';
import { readDistribution, trialParameters } from '../azureml/execution/search-space.ts';
import { durationSeconds, readInput, readOutput } from '../azureml/execution/spec.ts';

describe('expressions of jobs in the sandbox', () => {
  const values = { 'inputs.x': '1', 'outputs.o': '/out', 'inputs.a.b': 'deep' };

  const commands: [string, string][] = [
    ['run ${{inputs.x}} ${{ outputs.o }} ${{inputs.a.b}}', 'run 1 /out deep'],
    ['run $[[--x ${{inputs.x}}]] $[[--y ${{inputs.y}}]]', 'run --x 1 '],
    ['run $[[--both ${{inputs.x}} ${{inputs.y}}]]', 'run '],
    ['echo $HOME ${OTHER} {inputs.x} $((1+1))', 'echo $HOME ${OTHER} {inputs.x} $((1+1))'],
  ];
  for (const [command, expected] of commands) {
    it(`resolves ${command}`, () => assert.equal(expandCommand(command, values), expected));
  }

  it('names the expression that has no value', () => {
    assert.throws(() => expandCommand('run ${{inputs.gone}}', values), /\$\{\{inputs\.gone\}\}/);
  });

  it('reads bindings of a whole value and nothing else', () => {
    assert.deepEqual(parseBinding('${{parent.inputs.group.x}}'), { kind: 'parentInput', name: 'group.x' });
    assert.deepEqual(parseBinding('${{ parent.jobs.a.outputs.b }}'), { kind: 'jobOutput', job: 'a', name: 'b' });
    assert.equal(parseBinding('x ${{parent.inputs.y}}'), undefined);
    assert.equal(parseBinding('${{inputs.y}}'), undefined);
  });

  it('orders steps after those they wait for, and names the steps of a circle', () => {
    const step = (name: string, ...dependsOn: string[]) => ({ name, dependsOn });
    const names = inOrder([step('c', 'b'), step('b', 'a'), step('a')]).map((each) => each.name);
    assert.deepEqual(names, ['a', 'b', 'c']);
    assert.throws(() => inOrder([step('a', 'b'), step('b', 'a'), step('c')]), /'a', 'b'/);
  });

  it('reads durations, inputs and outputs in both spellings', () => {
    assert.deepEqual(['PT1H30M', 'P1DT1S', 'PT0.5S', 'x', undefined].map(durationSeconds), [
      5400,
      86401,
      0.5,
      undefined,
      undefined,
    ]);
    assert.deepEqual(readInput({ job_input_type: 'literal', value: 5 }), {
      type: 'literal',
      mode: undefined,
      value: '5',
    });
    assert.equal(readInput({ jobInputType: 'uri_file', uri: 'u' }).uri, 'u');
    assert.equal(readOutput({ jobOutputType: 'mlflow_model', assetName: 'm' }).assetName, 'm');
    assert.deepEqual(readOutput({ type: 'literal', value: '${{parent.outputs.y}}' }, 'uri_file').type, 'uri_file');
  });
});

describe('sampling of sweeps', () => {
  const lr = readDistribution('lr', ['uniform', [0.1, 0.2]]);
  const kind = readDistribution('kind', { type: 'choice', values: ['a', 'b'] });

  it('walks through a grid and stops at the number of trials', () => {
    const depth = readDistribution('depth', ['quniform', [1, 3, 1]]);
    const rows = trialParameters({ kind, depth }, 'grid', 100, 1);
    assert.equal(rows.length, 6);
    assert.deepEqual(rows[4], { kind: 'b', depth: '2' });
    assert.equal(trialParameters({ kind, depth }, 'grid', 4, 1).length, 4);
  });

  it('draws the same random samples for the same seed, within the bounds', () => {
    const rows = trialParameters({ lr, kind }, 'random', 50, 7);
    assert.deepEqual(rows, trialParameters({ lr, kind }, 'random', 50, 7));
    assert.notDeepEqual(rows, trialParameters({ lr, kind }, 'random', 50, 8));
    assert.ok(rows.every((row) => Number(row.lr) >= 0.1 && Number(row.lr) < 0.2 && 'ab'.includes(row.kind!)));
    assert.ok(new Set(rows.map((row) => row.lr)).size > 40);
  });

  it('refuses a grid over a continuous distribution, and an unknown one', () => {
    assert.throws(() => trialParameters({ lr }, 'grid', 3, 1), /'lr' is uniform/);
    assert.throws(() => readDistribution('x', ['beta', [1]]), /unknown distribution 'beta'/);
  });
});
