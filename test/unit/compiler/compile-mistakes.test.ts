import assert from 'node:assert/strict';
import { bodyOf, compileFolder } from './compile-folder.ts';

/** A file of each kind with a wrong form, and beside it a wrong path, reference or binding. What is said about them is in test/fixtures/mistakes. */
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

describe('all problems of a file', () => {
  let folder: ReturnType<typeof compileFolder>;
  beforeEach(() => {
    folder = compileFolder();
  });
  afterEach(() => folder.remove());

  for (const [text, fields] of Object.entries(FILES))
    it(`are reported together: ${fields.join(', ')}`, () => {
      const problems = folder.problems({ 'file.yml': text });
      const told = problems.map((problem) => /'([\w.]+)'/.exec(problem.replace(/^\S+ /, ''))?.[1]);
      assert.deepEqual([...told].sort(), [...fields].sort(), problems.join('\n'));
    });

  it('a folder where a file is expected is sent as Azure ML’s tools do', () => {
    const plan = folder.compile({
      'file.yml': 'command: x\nenvironment: azureml:e:1\ninputs: {d: {type: uri_file, path: d}}\n',
      'd/x': '1',
    });
    assert.equal(plan.warnings.length, 1);
    assert.match(bodyOf(plan).properties.inputs.d.uri, /LocalUpload\/\w+\/d$/);
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

  it('unknown fields of steps of every kind are passed on', () => {
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
});
