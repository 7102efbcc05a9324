import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CompileOptions, compileJob } from '../../../lib/compiler/compile-job.ts';
import { formatProblem, UserError } from '../../../lib/core/errors.ts';
import { mainName, type Plan } from '../../../lib/plan/plan.ts';

const WS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

describe('compiling job files', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'compile-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const compile = (files: Record<string, string>, more: Partial<CompileOptions> = {}): Plan => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    return compileJob({ file: join(root, 'jobs/job.yml'), shownFrom: root, workspace: WS, jobName: 'j-1', ...more });
  };
  const errorOf = (files: Record<string, string>, more: Partial<CompileOptions> = {}): UserError => {
    try {
      compile(files, more);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error;
    }
    throw new Error('no error');
  };
  const problemsOf = (files: Record<string, string>): string[] => errorOf(files).problems.map(formatProblem);
  const propertiesOf = (plan: Plan): any => (plan.main.body as any).properties;

  describe('of a command', () => {
    const command =
      'command: python train.py --data ${{inputs.data}}\nenvironment: azureml:sklearn:3\ncompute: azureml:cpu\n';

    it('gives the job, its code and what it needs', () => {
      const plan = compile({
        'jobs/job.yml': `${command}code: ../src\ninputs:\n  data: {type: uri_file, path: azureml:iris@latest, mode: ro_mount}\n  lr: 1.0e-5\n  flag: true\nlimits: {timeout: 3600}\nresources: {instance_count: 2}\n`,
        'src/train.py': 'print(1)',
      });
      const properties = propertiesOf(plan);
      assert.deepEqual(plan.requirements.map(({ kind, name, version }) => [kind, name, version]).sort(), [
        ['computes', 'cpu', ''],
        ['data', 'iris', '@latest'],
        ['environments', 'sklearn', '3'],
      ]);
      assert.equal(plan.steps.length, 1);
      assert.equal(properties.jobType, 'Command');
      assert.equal(properties.environmentId, `${WS}/environments/sklearn/versions/3`);
      assert.equal(properties.computeId, `${WS}/computes/cpu`);
      assert.equal(properties.codeId, (plan.steps[0] as { request: { path: string } }).request.path);
      assert.deepEqual(properties.inputs, {
        data: { jobInputType: 'uri_file', uri: `${WS}/data/iris/versions/@latest`, mode: 'ReadOnlyMount' },
        lr: { jobInputType: 'literal', value: '1e-05' },
        flag: { jobInputType: 'literal', value: 'True' },
      });
      assert.deepEqual(properties.limits, { jobLimitsType: 'Command', timeout: 'PT1H' });
      assert.deepEqual(properties.resources, { instanceCount: 2, properties: {} });
      assert.equal(properties.experimentName, 'jobs');
      assert.equal(plan.main.path, `${WS}/jobs/j-1`);
    });

    it('is the same bytes every time', () => {
      const files = {
        'jobs/job.yml': `${command}code: ../src\ninputs: {data: ../src/a.txt}\n`.replace(
          'data: ../src/a.txt',
          'data: {type: uri_file, path: ../src/a.txt}',
        ),
        'src/a.txt': 'a',
      };
      // But for the time at which the files were written, which is this test's doing.
      const bytes = (): string => JSON.stringify(compile(files), (key, value) => (key === 'modified' ? 0 : value));
      assert.equal(bytes(), bytes());
    });

    it('uploads local data once, named after its content', () => {
      const plan = compile({
        'jobs/job.yml': `${command}inputs:\n  data: {type: uri_folder, path: ../d}\n  more: {path: ../d}\n`,
        'd/x.csv': '1',
      });
      assert.deepEqual(
        plan.steps.map(({ kind }) => kind),
        ['upload'],
      );
      assert.match(
        propertiesOf(plan).inputs.data.uri,
        /^azureml:\/\/datastores\/workspaceblobstore\/paths\/LocalUpload\/[0-9a-f]{64}\/d\/$/,
      );
    });

    it('makes an anonymous environment from a description', () => {
      const plan = compile({
        'jobs/job.yml': 'command: run\ncompute: cpu\nenvironment:\n  image: ubuntu\n  conda_file: conda.yml\n',
        'jobs/conda.yml': 'dependencies:\n  - python=3.11\n',
      });
      const [step] = plan.steps;
      assert.equal(step?.kind, 'environment');
      const body = (step as { request: { body: any } }).request.body;
      assert.deepEqual(body.properties, {
        image: 'ubuntu',
        condaFile: 'dependencies:\n  - python=3.11\n',
        isAnonymous: true,
      });
      assert.equal(propertiesOf(plan).environmentId, (step as { request: { path: string } }).request.path);
    });

    it('takes name, experiment, tags and provenance from the task', () => {
      const plan = compile(
        { 'jobs/job.yml': `${command}inputs: {data: x}\nname: own\ntags: {a: "1"}\nproperties: {p: q}\n` },
        {
          fixedJobName: 'given',
          experimentName: 'e',
          tags: { b: '2' },
          provenance: { 'mlflow.source.git.commit': 'c' },
        },
      );
      const { displayName, experimentName, tags, properties } = propertiesOf(plan);
      assert.deepEqual(
        { name: mainName(plan), displayName, experimentName, tags, properties },
        {
          name: 'given',
          displayName: 'given',
          experimentName: 'e',
          tags: { a: '1', b: '2' },
          properties: { p: 'q', 'mlflow.source.git.commit': 'c' },
        },
      );
    });

    it('names the experiment after the folder, and after the repository where the folder is the sources', () => {
      const files = { 'job.yml': `${command}inputs: {data: x}\n` };
      const at = { file: join(root, 'job.yml'), sourcesName: 'churn' };
      assert.equal(propertiesOf(compile(files, at)).experimentName, 'churn');
      assert.equal(
        propertiesOf(compile({ 'jobs/job.yml': files['job.yml'] }, { sourcesName: 'churn' })).experimentName,
        'jobs',
      );
    });

    it('sends environment variables as text', () => {
      const plan = compile({
        'jobs/job.yml': `${command}inputs: {data: x}\nenvironment_variables: {N: 1, B: yes, T: x}\n`,
      });
      assert.deepEqual(propertiesOf(plan).environmentVariables, { N: '1', B: 'True', T: 'x' });
    });

    it('uses the preview version only for what needs it', () => {
      assert.equal(
        compile({ 'jobs/job.yml': `${command}inputs: {data: x}\noutputs: {o: {name: m}}` }).main.apiVersion,
        '2026-05-01',
      );
      assert.equal(
        compile({ 'jobs/job.yml': `${command}inputs: {data: x}\noutputs: {o: {name: m, version: 2}}` }).main.apiVersion,
        '2024-01-01-preview',
      );
    });
  });

  describe('of a pipeline', () => {
    const component =
      'type: command\ndisplay_name: Prep\ncommand: p ${{inputs.raw}} ${{inputs.n}} ${{outputs.out}}\nenvironment: azureml:e:1\ninputs:\n  raw: {type: uri_folder}\n  n: {type: number, default: 5}\noutputs:\n  out: {type: uri_folder}\n';
    const pipeline = `type: pipeline
inputs: {lr: 0.1}
outputs: {model: {type: mlflow_model, mode: upload}}
settings: {default_compute: azureml:cpu}
jobs:
  prep:
    component: ./prep.yml
    inputs: {raw: {path: ../data}}
  train:
    command: t \${{inputs.d}} \${{inputs.lr}} \${{inputs.n}} \${{outputs.m}}
    environment: azureml:e:1
    inputs:
      d: \${{parent.jobs.prep.outputs.out}}
      lr: \${{parent.inputs.lr}}
      n: 3
    outputs: {m: "\${{parent.outputs.model}}"}
`;
    const files = { 'jobs/job.yml': pipeline, 'jobs/prep.yml': component, 'data/x': '1' };

    it('turns inline commands and component files into anonymous components', () => {
      const plan = compile(files);
      assert.deepEqual(
        plan.steps.map(({ kind, label }) => `${kind} ${label}`),
        ['component Prep', 'upload data', 'component train'],
      );
      const specs = plan.steps.flatMap((step) =>
        step.kind === 'component' ? [(step.request.body as any).properties.componentSpec] : [],
      );
      assert.deepEqual(specs[0].inputs, { raw: { type: 'uri_folder' }, n: { type: 'number', default: '5.0' } });
      assert.deepEqual(specs[1].inputs, {
        d: { type: 'uri_folder' },
        lr: { type: 'number' },
        n: { type: 'integer', default: '3' },
      });
      assert.deepEqual(specs[1].outputs, { m: { type: 'mlflow_model', mode: 'upload' } });
    });

    it('writes nodes in snake case and the job in camel case', () => {
      const { jobs, settings, inputs, outputs } = propertiesOf(compile(files));
      assert.deepEqual(jobs.train.inputs.d, { job_input_type: 'literal', value: '${{parent.jobs.prep.outputs.out}}' });
      assert.deepEqual(jobs.train.outputs, { m: { type: 'literal', value: '${{parent.outputs.model}}' } });
      assert.equal(jobs.prep.inputs.raw.job_input_type, 'uri_folder');
      assert.equal(settings.default_compute, `${WS}/computes/cpu`);
      assert.deepEqual(inputs, { lr: { jobInputType: 'literal', value: '0.1' } });
      assert.deepEqual(outputs, { model: { jobOutputType: 'mlflow_model', mode: 'Upload' } });
      assert.equal(compile(files).main.mlToken, true);
    });

    it('names a component after its content', () => {
      const path = (text: string): string =>
        (compile({ ...files, 'jobs/prep.yml': text }).steps[0] as any).request.path;
      assert.equal(path(component), path(`# only a comment\n${component}`));
      assert.notEqual(path(component), path(component.replace('command: p', 'command: q')));
    });
  });

  describe('of files with mistakes tells', () => {
    const base = 'command: x\nenvironment: azureml:e:1\n';

    it('a file that is not there', () =>
      assert.match(errorOf({ 'x.yml': '' }).message, /There is no file 'jobs\/job.yml'/));

    it('broken YAML, with the place', () =>
      assert.match(problemsOf({ 'jobs/job.yml': 'a: [1\nb: 2' })[0]!, /^jobs\/job.yml:\d+:\d+: /));

    it('an unknown field with the nearest one', () =>
      assert.deepEqual(problemsOf({ 'jobs/job.yml': `${base}enviroment_variables: {}\n` }), [
        "jobs/job.yml:3:1: The file has the unknown field 'enviroment_variables'. Did you mean 'environment_variables'?",
      ]));

    it('a wrong type', () =>
      assert.deepEqual(problemsOf({ 'jobs/job.yml': `${base}resources: {instance_count: many}\n` }), [
        "jobs/job.yml:3:29: 'resources.instance_count' must be a whole number, but is 'many'.",
      ]));

    it('what a field of another type takes', () =>
      assert.deepEqual(
        problemsOf({
          'jobs/job.yml': `${base}tags: {n: 7}
inputs:
  a: {type: uri_folder, path: azureml:d:1, mode: eval_mount}
  b: {type: uri_folder, path: azureml:d:1, description: x}
distribution: {type: mpi, worker_count: 1}
`,
        }),
        [
          "jobs/job.yml:3:11: 'tags.n' must be text (in quotes if it looks like a number), but is the number 7.",
          "jobs/job.yml:5:50: 'inputs.a.mode' must be 'ro_mount', 'download' or 'direct', but is 'eval_mount'.",
          "jobs/job.yml:6:44: 'inputs.b' has the unknown field 'description'. Allowed are 'type', 'path', 'mode' or 'datastore'.",
          "jobs/job.yml:7:27: 'distribution' has the unknown field 'worker_count'. Allowed are 'type' or 'process_count_per_instance'.",
        ],
      ));

    it('a missing field', () =>
      assert.match(problemsOf({ 'jobs/job.yml': 'command: x\n' })[0]!, /lacks the required field 'environment'/));

    it('an unknown job type', () =>
      assert.match(
        problemsOf({ 'jobs/job.yml': 'type: comand\n' })[0]!,
        /1:7: 'type' is 'comand'; supported job types are .*Did you mean 'command'\?/,
      ));

    it('a name that no job can have', () => {
      assert.match(
        problemsOf({ 'jobs/job.yml': `${base}name: my job\n` })[0]!,
        /3:7: 'name' is 'my job'; a job's name has letters/,
      );
      assert.match(errorOf({ 'jobs/job.yml': base }, { fixedJobName: 'a/b' }).problems[0]!.message, /'name' is 'a\/b'/);
    });

    it('a reference without a version and a reference that is none', () => {
      assert.match(
        problemsOf({ 'jobs/job.yml': 'command: x\nenvironment: azureml:e\n' })[0]!,
        /names the environment 'e' without a version; write 'azureml:e:1' or 'azureml:e@latest'/,
      );
      assert.match(problemsOf({ 'jobs/job.yml': 'command: x\nenvironment: azureml:e@stable\n' })[0]!, /label 'stable'/);
    });

    it('an empty code folder and one that is not there', () => {
      mkdirSync(join(root, 'empty'));
      assert.match(
        problemsOf({ 'jobs/job.yml': `${base}code: ../empty\n` })[0]!,
        /3:7: 'code' is the folder '..\/empty', which is empty/,
      );
      assert.match(problemsOf({ 'jobs/job.yml': `${base}code: ../nowhere\n` })[0]!, /which does not exist/);
    });

    it('a command that uses what is not declared', () =>
      assert.match(
        problemsOf({ 'jobs/job.yml': 'command: x ${{inputs.dat}}\nenvironment: azureml:e:1\ninputs: {data: 1}\n' })[0]!,
        /'command' uses \$\{\{inputs.dat\}\}, but there is no such input. Did you mean 'data'\?/,
      ));

    const node = (more: string): Record<string, string> => ({
      'jobs/job.yml': `type: pipeline\nsettings: {default_compute: serverless}\ninputs: {lr: 1}\njobs:\n${more}`,
      'jobs/c.yml':
        'command: x ${{inputs.rate}}\nenvironment: azureml:e:1\ninputs: {rate: {type: number}, note: {type: string, optional: true}}\noutputs: {o: {type: uri_folder}}\n',
    });

    it('a component input that is not declared, and one that is missing', () => {
      const problems = problemsOf(node('  a:\n    component: ./c.yml\n    inputs: {rat: 1}\n'));
      assert.match(
        problems[0]!,
        /7:14: 'jobs.a.inputs' has the input 'rat', which the component does not declare. Did you mean 'rate'\?/,
      );
      assert.match(problems[1]!, /'jobs.a' lacks the input 'rate'/);
    });

    it('bindings that lead nowhere', () => {
      const problems = problemsOf(
        node(
          '  a:\n    component: ./c.yml\n    inputs: {rate: "${{parent.inputs.rl}}", note: "${{parent.jobs.b.outputs.p}}"}\n  b:\n    component: ./c.yml\n    inputs: {rate: "${{parent.jobs.tran.outputs.o}}", note: "${{inputs.lr}}"}\n',
        ),
      );
      assert.match(problems[0]!, /the pipeline has no input 'rl'/);
      assert.match(problems[1]!, /the step 'b' has no output 'p'/);
      assert.match(problems[2]!, /there is no step 'tran'/);
      assert.match(problems[3]!, /write \$\{\{parent.inputs.lr\}\}/);
    });

    it('steps that wait for each other', () => {
      const problems = problemsOf(
        node(
          '  a:\n    component: ./c.yml\n    inputs: {rate: "${{parent.jobs.b.outputs.o}}"}\n  b:\n    component: ./c.yml\n    inputs: {rate: "${{parent.jobs.a.outputs.o}}"}\n',
        ),
      );
      assert.match(problems.at(-1)!, /The steps wait for each other: a needs b needs a/);
    });

    it('a pipeline without any compute', () => {
      const files = { 'jobs/job.yml': 'type: pipeline\njobs: {a: {command: x, environment: azureml:e:1}}\n' };
      assert.match(problemsOf(files)[0]!, /'a' has no 'compute'/);
    });

    it('mistakes in a component file at their place in that file', () => {
      const files = {
        'jobs/job.yml': 'type: pipeline\njobs: {a: {component: ./c.yml, compute: cpu}}\n',
        'jobs/c.yml': 'command: x\ninputs: {a: {type: nubmer}}\nenvironment: azureml:e:1\n',
      };
      assert.match(problemsOf(files)[0]!, /^jobs\/c.yml:2:20: 'inputs.a.type' must be/);
    });

    it('fields, references, paths and commands of one file together', () => {
      const job = 'command: x ${{inputs.a}}\nenvironment: azureml:e\nlimits: {timeout: soon}\ncode: ./nowhere\n';
      assert.equal(problemsOf({ 'jobs/job.yml': job }).length, 4);
    });

    it('all of them at once, at most twenty', () => {
      const wrong = Array.from({ length: 30 }, (_, i) => `wrong_${i}: 1\n`).join('');
      const error = errorOf({ 'jobs/job.yml': base + wrong });
      assert.match(error.message, /has 30 mistakes/);
      assert.equal(error.problems.length, 20);
    });
  });
});
