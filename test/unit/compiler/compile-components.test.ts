import assert from 'node:assert/strict';
import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { bodyOf, compileFolderPerTest } from './compile-folder.ts';

const SCHEMA = '$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n';

describe('compiling components', () => {
  const folder = compileFolderPerTest();

  const command = (more: string): string => `${SCHEMA}name: c\ncommand: x\nenvironment: azureml:e:1\n${more}\n`;
  const problems = (more: string): string[] => folder.problems({ 'file.yml': command(more) });
  const componentOf = ({ steps }: Plan): any =>
    steps.flatMap((step) => (step.kind === 'component' ? [step.request.body] : []))[0];

  it('names of inputs may have dots', () => {
    assert.deepEqual(problems('inputs: {group.a: {type: string}}\noutputs: {inputs: {type: uri_folder}}'), []);
  });

  it('defaults may be written as text or, for numbers, as switches', () => {
    for (const input of [
      '{type: number, default: true}',
      '{type: integer, default: "3"}',
      '{type: boolean, default: yes}',
    ])
      assert.deepEqual(problems(`inputs: {x: ${input}}`), [], input);
  });

  it('what a parallel component can not use is left out with a warning', () => {
    const plan = folder.compile({
      'file.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/parallelComponent.schema.json\nname: p\ntype: parallel\nidentity: {type: managed}\ninputs: {d: {type: uri_folder}}\ninput_data: ${{inputs.d}}\ntask: {type: run_function, entry_script: a.py, environment: azureml:e:1}\n',
    });
    assert.equal(bodyOf(plan).properties.componentSpec.identity, undefined);
    assert.equal(plan.warnings.length, 1);
  });

  it('tags and properties of a version are text', () => {
    const plan = folder.compile({
      'file.yml': 'type: pipeline\nsettings: {default_compute: azureml:c}\njobs: {a: {component: ./c.yml}}\n',
      'c.yml': command('tags: {release: 1, none: null}\nproperties: {team: data}'),
    });
    const { properties } = componentOf(plan);
    assert.deepEqual([properties.tags, properties.properties], [{ release: '1' }, { team: 'data' }]);
  });

  it('the compute of a job is that of all steps inside of its pipeline components', () => {
    const plan = folder.compile({
      'file.yml': 'type: pipeline\ncompute: azureml:c\njobs: {a: {component: ./p.yml}}\n',
      'c.yml': command(''),
      'p.yml': 'name: p\ntype: pipeline\njobs: {b: {component: ./c.yml}}\n',
    });
    assert.equal(bodyOf(plan).properties.jobs.a.type, 'pipeline');
  });

  it('values of a step may be written in other ways than the component declares', () => {
    const plan = folder.compile({
      'file.yml':
        'type: pipeline\nsettings: {default_compute: azureml:c}\ninputs: {three: 3, rows: {type: uri_folder, path: azureml:r:1}}\njobs:\n  a: {component: ./c.yml, inputs: {n: "2.5", i: "${{parent.inputs.three}}", b: yes, d: "${{parent.inputs.rows}}"}}\n',
      'c.yml': command('inputs: {n: {type: number}, i: {type: integer}, b: {type: boolean}, d: {type: mlflow_model}}'),
    });
    assert.deepEqual(plan.warnings, []);
  });

  it('an override is no other version than the one that is written', () => {
    const version = (written: string): string =>
      folder
        .compile({ 'file.yml': command('') }, { overrides: parseOverrides(`version=${written}`) })
        .main.path.replace(/.*\//, '');
    for (const written of ['20260131.10', '0012', '1.10', '1e3', '12:30', '7']) assert.equal(version(written), written);
  });
});
