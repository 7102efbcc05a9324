import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { bodyOf, compileFolder } from './compile-folder.ts';

/** A file of each kind with a mistake of form, and beside it one of a path, a reference or a binding. */
const FILES: Record<string, string[]> = {
  'command: [x]\ncode: none\nenvironment: azureml:e\n': ['command', 'code', 'environment'],
  'type: sweep\ntrial: {command: x, code: none, environment: azureml:e:1}\nobjective: {goal: best, primary_metric: m}\nsearch_space: {x: {type: choice, values: [1]}}\nlimits: {max_total_trials: 1}\n':
    ['objective.goal', 'trial.code'],
  'type: spark\nentry: {file: a.py}\ncode: none\nargs: 5\nresources: {instance_type: x, runtime_version: "3.4"}\nconf: {spark.driver.cores: 1, spark.driver.memory: 2g, spark.executor.cores: 1, spark.executor.memory: 2g, spark.executor.instances: 1}\n':
    ['args', 'resources.instance_type', 'code'],
  'type: automl\ntask: classification\nprimary_metric: good\ntraining_data: {type: mltable, path: none}\ntarget_column_name: y\ncompute: azureml:c\n':
    ['primary_metric', 'training_data.path'],
  'type: pipeline\njobs:\n  a: {comand: x, command: x, code: none, environment: azureml:e:1, compute: azureml:c}\n  b: {component: none.yml, compute: [c]}\n':
    ['jobs.a', 'jobs.a.code', 'jobs.b.compute', 'jobs.b.component'],
  'type: pipeline\nsettings: {default_compute: azureml:c}\njobs:\n  a: {type: sweep, trial: none.yml, objective: {goal: best, primary_metric: m}, limits: {max_total_trials: 1}, search_space: {x: {type: choice, values: [1]}}}\n':
    ['jobs.a.objective.goal', 'jobs.a.trial'],
  '$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\nname: c\ninputs: {x: {type: nmber}}\ncommand: echo ${{inputs.y}}\ncode: none\nenvironment: azureml:e:1\n':
    ['inputs.x.type', 'command', 'code'],
  '$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: e\ntags: x\nimage: i\nconda_file: none.yml\n':
    ['tags', 'conda_file'],
  '$schema: https://azuremlschemas.azureedge.net/latest/data.schema.json\nname: d\ntype: uri_files\npath: none\n': [
    'type',
    'path',
  ],
};

describe('all mistakes of a file', () => {
  let folder: ReturnType<typeof compileFolder>;
  beforeEach(() => {
    folder = compileFolder();
  });
  afterEach(() => folder.remove());

  for (const [text, fields] of Object.entries(FILES))
    it(`are told at once: ${fields.join(', ')}`, () => {
      const problems = folder.problems({ 'file.yml': text });
      const told = problems.map((problem) => /'([\w.]+)'/.exec(problem.replace(/^\S+ /, ''))?.[1]);
      assert.deepEqual([...told].sort(), [...fields].sort(), problems.join('\n'));
    });

  it('a folder where a file is wanted is told, and sent as Azure ML’s tools do', () => {
    const plan = folder.compile({
      'file.yml': 'command: x\nenvironment: azureml:e:1\ninputs: {d: {type: uri_file, path: d}}\n',
      'd/x': '1',
    });
    assert.match(plan.warnings[0]!.message, /'inputs\.d' is of type uri_file, but 'd' is a folder/);
    assert.match(bodyOf(plan).properties.inputs.d.uri, /LocalUpload\/\w+\/d$/);
  });

  it('bindings stand in steps of pipelines only', () => {
    assert.deepEqual(
      folder.problems({
        'file.yml': 'command: x\nenvironment: azureml:e:1\nlimits: {timeout: "${{parent.inputs.t}}"}\n',
      }),
      [
        "file.yml:3:19: 'limits.timeout' must be a whole number (bindings are filled in only in steps of pipelines), but is '${{parent.inputs.t}}'.",
      ],
    );
  });

  it('of several kinds of values all are named', () => {
    const automl =
      'type: automl\ntask: classification\nprimary_metric: accuracy\ntraining_data: {type: mltable, path: azureml:d:1}\ntarget_column_name: y\ncompute: azureml:c\nn_cross_validations: 1.5\n';
    assert.deepEqual(folder.problems({ 'file.yml': automl }), [
      "file.yml:7:22: 'n_cross_validations' must be 'auto' or a whole number, but is the number 1.5.",
    ]);
  });

  it('an input with a mistake is there all the same', () => {
    const job = 'command: echo ${{inputs.d}}\nenvironment: azureml:e:1\ninputs: {d: {path: ./none}}\n';
    assert.deepEqual(folder.problems({ 'file.yml': job }), [
      "file.yml:3:20: 'inputs.d.path' is the local path './none', which does not exist next to the file.",
    ]);
  });

  it('a command uses what there is', () => {
    assert.deepEqual(folder.problems({ 'file.yml': 'command: echo ${{input.lr}}\nenvironment: azureml:e:1\n' }), [
      "file.yml:1:10: 'command' uses ${{input.lr}}, which means nothing; it can use 'inputs', 'outputs', 'search_space', 'parent' or 'system'. Did you mean 'inputs'?",
    ]);
  });

  it('unknown fields are passed on at every depth when they are allowed', () => {
    const plan = folder.compile(
      {
        'file.yml':
          'command: x\nnew_1: 1\nenvironment: {image: i, new_2: 2}\nlimits: {timeout: 5, new_3: {a: 3}}\ninputs: {a: {path: azureml:d:1, new_4: 4}}\nservices: {s: {type: ssh, new_5: 5}}\nresources: {instance_count: 1}\n',
      },
      { allowUnknownFields: true },
    );
    const { properties } = bodyOf(plan);
    const environment = plan.steps[0]!.kind === 'environment' ? (plan.steps[0]!.request.body as any).properties : {};
    assert.deepEqual(
      [
        properties.new_1,
        environment.new_2,
        properties.limits.new_3,
        properties.inputs.a.new_4,
        properties.services.s.new_5,
      ],
      [1, 2, { a: 3 }, 4, 5],
    );
    assert.equal(plan.warnings.length, 5);
  });

  it('a job without a type, or with a wrong one, is checked as what it looks like', () => {
    const jobs = 'jobs:\n  a: {component: none.yml, compute: azureml:c}\n';
    assert.deepEqual(folder.problems({ 'file.yml': jobs }), [
      "file.yml:1:1: The file has 'jobs' but lacks 'type: pipeline'; without a type a file is a command job.",
      "file.yml:2:18: 'jobs.a.component': There is no file 'none.yml'.",
    ]);
    assert.deepEqual(folder.problems({ 'file.yml': `type: pipline\n${jobs}` }), [
      "file.yml:1:7: 'type' is 'pipline'; supported job types are 'command', 'pipeline', 'finetuning', 'automl', 'spark' or 'sweep'. Did you mean 'pipeline'?",
      "file.yml:3:18: 'jobs.a.component': There is no file 'none.yml'.",
    ]);
    assert.match(
      folder.problems({ 'file.yml': 'type: parallel\ntask: {}\n' })[0]!,
      /'parallel' is a type of steps: put it into a pipeline/,
    );
  });

  it('what an override has put there is told as its', () => {
    const problems = folder.problems(
      { 'file.yml': 'command: x\nenvironment: azureml:e:1\n' },
      { overrides: parseOverrides('limits.timeout=soon\ncomand=y\nresources={instance_count: many}') },
    );
    assert.deepEqual(problems, [
      "file.yml:1:1: 'limits.timeout' must be a whole number, but is 'soon'. (Set by the override 'limits.timeout=soon'.)",
      "file.yml:1:1: The file has the unknown field 'comand'. Did you mean 'command'? (Set by the override 'comand=y'.)",
      "file.yml:1:1: 'resources.instance_count' must be a whole number, but is 'many'. (Set by the override 'resources={instance_count: many}'.)",
    ]);
  });

  it('mistakes of several overrides are all told', () => {
    const problems = folder.problems(
      { 'file.yml': 'command: x\nenvironment: azureml:e:1\n' },
      { overrides: parseOverrides('limits.timeout=soon\ncode=./none') },
    );
    assert.equal(problems.length, 2, problems.join('\n'));
  });

  it('unknown fields of steps of every kind are passed on or told', () => {
    const plan = folder.compile(
      {
        'c.yml': 'command: echo ${{inputs.x}}\nenvironment: azureml:e:1\ninputs: {x: {type: number}}\n',
        'file.yml':
          'type: pipeline\nsettings: {default_compute: azureml:c}\njobs:\n  s: {type: sweep, trial: ./c.yml, objective: {goal: minimize, primary_metric: m, new_1: 1}, limits: {max_total_trials: 1, new_2: 2}, search_space: {x: {type: choice, values: [1]}}}\n  i: {type: if_else, condition: true, true_block: "${{parent.jobs.s}}", new_3: 3}\n  t: {type: data_transfer, task: import_data, source: {type: database, query: q, connection: azureml:c}, outputs: {sink: {type: mltable, path: azureml://datastores/workspaceblobstore/paths/x/}}, new_4: 4}\n  l: {type: automl, task: classification, primary_metric: accuracy, training_data: {type: mltable, path: azureml:d:1}, target_column_name: y, new_5: 5}\n  c: {command: x, environment: azureml:e:1, new_6: 6}\n',
      },
      { allowUnknownFields: true },
    );
    const { s, i, t, l, c } = bodyOf(plan).properties.jobs;
    assert.deepEqual([s.objective.new_1, s.limits.new_2, i.new_3, t.new_4, l.new_5, c.new_6], [1, 2, 3, 4, 5, 6]);
  });

  it('text that looks like data is sent as text, with a warning', () => {
    const plan = folder.compile({ 'file.yml': 'command: x\nenvironment: azureml:e:1\ninputs: {d: azureml:iris:3}\n' });
    assert.deepEqual(
      plan.warnings.map(({ message }) => message),
      ["'inputs.d' is the text 'azureml:iris:3'; for data write {type: uri_folder, path: 'azureml:iris:3'}."],
    );
  });

  it('symbolic links stay in the repository', () => {
    mkdirSync(join(folder.root, 'src'));
    symlinkSync('/etc', join(folder.root, 'out'));
    symlinkSync('/etc/hostname', join(folder.root, 'conda.yml'));
    symlinkSync('/etc', join(folder.root, 'src/etc'));
    assert.deepEqual(
      folder.problems({ 'file.yml': 'command: x\ncode: out\nenvironment: {image: i, conda_file: conda.yml}\n' }),
      [
        "file.yml:2:7: 'code' is 'out', a symbolic link that leads out of the repository.",
        "file.yml:3:37: 'environment.conda_file' is 'conda.yml', a symbolic link that leads out of the repository.",
      ],
    );
    const [problem] = folder.problems({ 'file.yml': 'command: x\ncode: src\nenvironment: azureml:e:1\n' });
    assert.match(
      problem!,
      /file\.yml:2:7: 'code' can't be read: The symbolic link '.*etc' leads out of the repository/,
    );
  });

  it('local paths are relative', () => {
    assert.deepEqual(
      folder.problems({
        'file.yml':
          'command: x\ncode: /etc\nenvironment: {image: i, conda_file: "C:\\\\env.yml"}\ninputs: {d: {type: uri_file, path: "file:///etc/hosts"}}\n',
      }),
      [
        "file.yml:4:36: 'inputs.d.path' is the absolute path '///etc/hosts'; local paths are relative to the file they stand in, for example './src'.",
        "file.yml:2:7: 'code' is the absolute path '/etc'; local paths are relative to the file they stand in, for example './src'.",
        "file.yml:3:37: 'environment.conda_file' is the absolute path 'C:\\env.yml'; local paths are relative to the file they stand in, for example './src'.",
      ],
    );
  });
});
