import assert from 'node:assert/strict';
import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { bodyOf, type CompileFolder, compileFolder } from './compile-folder.ts';

const SCHEMA = '$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n';

describe('compiling components', () => {
  let folder: CompileFolder;
  beforeEach(() => {
    folder = compileFolder();
  });
  afterEach(() => folder.remove());

  const command = (more: string, name = 'c'): string =>
    `${SCHEMA}name: ${name}\ncommand: x\nenvironment: azureml:e:1\n${more}\n`;
  const problems = (more: string, name?: string): string[] => folder.problems({ 'file.yml': command(more, name) });
  const componentOf = ({ steps }: Plan): any =>
    steps.flatMap((step) => (step.kind === 'component' ? [step.request.body] : []))[0];

  it('names are those that the service takes', () => {
    for (const name of ['My_Comp', 'my-comp', '5a', '"my comp"'])
      assert.match(problems('', name)[0]!, /^file\.yml:2:7: 'name' is '.*'; a component's name has small letters/);
    assert.deepEqual(problems('inputs: {a-b: {type: string}, c: {type: string}, C: {type: string}}'), [
      "file.yml:5:10: 'inputs.a-b': a name has letters, digits and underscores and begins with no digit.",
      "file.yml:5:50: 'inputs' has both 'c' and 'C', which are the same to Azure ML.",
    ]);
    assert.deepEqual(problems('inputs: {group.a: {type: string}}\noutputs: {inputs: {type: uri_folder}}'), []);
  });

  it('defaults and limits are of the type of their input', () => {
    const of = (input: string): string | undefined => problems(`inputs: {x: ${input}}`)[0]?.replace(/^\S+ /, '');
    assert.equal(
      of('{type: number, default: many}'),
      "'inputs.x.default' is 'many', which is no value of type number.",
    );
    assert.equal(
      of('{type: boolean, default: 1}'),
      "'inputs.x.default' is the number 1, which is no value of type boolean.",
    );
    assert.equal(of('{type: string, min: 1}'), "'inputs.x' is of type string, which has no 'min'.");
    for (const input of [
      '{type: number, default: true}',
      '{type: integer, default: "3"}',
      '{type: boolean, default: yes}',
    ])
      assert.equal(of(input), undefined, input);
  });

  it('what a parallel component can not use is left out with a warning', () => {
    const plan = folder.compile({
      'file.yml':
        '$schema: https://azuremlschemas.azureedge.net/latest/parallelComponent.schema.json\nname: p\ntype: parallel\nidentity: {type: managed}\ninputs: {d: {type: uri_folder}}\ninput_data: ${{inputs.d}}\ntask: {type: run_function, entry_script: a.py, environment: azureml:e:1}\n',
    });
    assert.equal(bodyOf(plan).properties.componentSpec.identity, undefined);
    assert.deepEqual(
      plan.warnings.map(({ message }) => message),
      ["The file has the field 'identity', which is not known; it is left out."],
    );
  });

  it('tags and properties of a version are text', () => {
    const plan = folder.compile({
      'file.yml': 'type: pipeline\nsettings: {default_compute: azureml:c}\njobs: {a: {component: ./c.yml}}\n',
      'c.yml': command('tags: {release: 1, none: null}\nproperties: {team: data}'),
    });
    const { properties } = componentOf(plan);
    assert.deepEqual([properties.tags, properties.properties], [{ release: '1' }, { team: 'data' }]);
  });

  it('a step has to be of its component’s type', () => {
    const pipeline = (step: string): Record<string, string> => ({
      'file.yml': `type: pipeline\nsettings: {default_compute: azureml:c}\njobs: {a: ${step}}\n`,
      'c.yml': command(''),
      'p.yml': 'name: p\ntype: pipeline\njobs: {b: {component: ./c.yml}}\n',
    });
    assert.deepEqual(folder.problems(pipeline('{type: command, component: ./p.yml}')), [
      "file.yml:3:38: 'jobs.a.component' is a component of type 'pipeline', but one of type 'command' runs here; give the step 'type: pipeline'.",
    ]);
    assert.equal(bodyOf(folder.compile(pipeline('{component: ./p.yml}'))).properties.jobs.a.type, 'pipeline');
    const root = 'type: pipeline\nsettings: {default_compute: azureml:c}\ncomponent: ./c.yml\n';
    assert.match(
      folder.problems({ 'file.yml': root })[0]!,
      /is a component of type 'command', but one of type 'pipeline'/,
    );
  });

  it('steps inside of pipeline components need a compute, too', () => {
    const files = (file: string): Record<string, string> => ({
      'file.yml': file,
      'c.yml': command(''),
      'p.yml':
        'name: p\ntype: pipeline\njobs: {b: {component: ./c.yml}, d: {component: ./c.yml, compute: azureml:c}}\n',
    });
    const lacks = (file: string): string | undefined => folder.problems(files(file))[0];
    assert.match(
      lacks('type: pipeline\njobs: {a: {type: pipeline, component: ./p.yml}}\n')!,
      /The step 'a\.b' has no 'compute'/,
    );
    assert.match(lacks('type: pipeline\ncomponent: ./p.yml\n')!, /^file\.yml:2:12: The step 'b' has no 'compute'/);
    assert.match(lacks('type: pipeline\njobs: {a: {component: azureml:x:1}}\n')!, /The step 'a' has no 'compute'/);
    assert.equal(lacks('type: pipeline\ncompute: azureml:c\njobs: {a: {component: ./p.yml}}\n'), undefined);
  });

  it('data in place of the long form is told when it is none', () => {
    const files = (value: string): Record<string, string> => ({
      'file.yml': `type: pipeline\nsettings: {default_compute: azureml:c}\njobs: {a: {component: ./c.yml, inputs: {d: ${value}}}}\n`,
      'c.yml': command('inputs: {d: {type: uri_folder}}'),
    });
    assert.deepEqual(folder.problems(files('5')), [
      "file.yml:3:44: 'jobs.a.inputs.d' is the number 5, but the component takes data of type uri_folder; write its path, the name of a data asset or a binding.",
    ]);
    assert.deepEqual(folder.problems(files('./nowhere')), [
      "file.yml:3:44: 'jobs.a.inputs.d' is the local path './nowhere', which does not exist next to the file.",
    ]);
  });

  it('values and bindings of a step are of the types that its component declares', () => {
    const run = (inputs: string): { problems: string[]; warnings: string[] } => {
      const files = {
        'file.yml': `type: pipeline\nsettings: {default_compute: azureml:c}\ninputs: {yes: true, word: a, three: 3, rows: {type: uri_folder, path: azureml:r:1}}\njobs:\n  a: {component: ./c.yml, inputs: {${inputs}}}\n`,
        'c.yml': command(
          'inputs: {n: {type: number, optional: true, min: 1}, i: {type: integer, optional: true}, b: {type: boolean, optional: true}, e: {type: string, optional: true, enum: [x, y]}, d: {type: mlflow_model, optional: true}}',
        ),
      };
      const problems = folder.problems(files).map((problem) => problem.replace(/^\S+ /, ''));
      const warnings = problems.length > 0 ? [] : folder.compile(files).warnings.map(({ message }) => message);
      return { problems, warnings };
    };
    assert.deepEqual(run('n: lots, i: 2.5, b: maybe').problems, [
      "'jobs.a.inputs.n' is 'lots', which is no value of type number.",
      "'jobs.a.inputs.i' is the number 2.5, which is no whole number.",
      "'jobs.a.inputs.b' is 'maybe', which is neither true nor false.",
    ]);
    assert.deepEqual(run('i: "${{parent.inputs.yes}}", b: {path: "${{parent.inputs.rows}}"}').problems, [
      "'jobs.a.inputs.i' is of type integer, but ${{parent.inputs.yes}} is of type boolean.",
      "'jobs.a.inputs.b' is of type boolean, but ${{parent.inputs.rows}} is of type uri_folder.",
    ]);
    assert.deepEqual(run('n: "2.5", i: "${{parent.inputs.three}}", b: yes, d: "${{parent.inputs.rows}}"'), {
      problems: [],
      warnings: [],
    });
    const sweep =
      'type: pipeline\nsettings: {default_compute: azureml:c}\njobs:\n  s: {type: sweep, trial: ./c.yml, inputs: {i: lots}, objective: {goal: minimize, primary_metric: m}, limits: {max_total_trials: 1}, search_space: {n: {type: choice, values: [1]}}}\n';
    assert.match(
      folder.problems({ 'file.yml': sweep })[0]!,
      /'jobs\.s\.inputs\.i' is 'lots', which is no value of type integer/,
    );
    assert.deepEqual(run('n: 0.5, e: z').warnings, [
      "'jobs.a.inputs.n' is the number 0.5, but the component's 'min' is 1.",
      "'jobs.a.inputs.e' is 'z', but the component allows 'x' or 'y'.",
    ]);
  });

  it('an override is no other version than the one that is written', () => {
    const version = (written: string): string =>
      folder
        .compile({ 'file.yml': command('') }, { overrides: parseOverrides(`version=${written}`) })
        .main.path.replace(/.*\//, '');
    for (const written of ['20260131.10', '0012', '1.10', '1e3', '12:30', '7']) assert.equal(version(written), written);
  });
});
