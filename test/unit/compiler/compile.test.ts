import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileOptions, compileJob } from '../../../lib/compiler/compile-job.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { mainName, type Plan } from '../../../lib/plan/plan.ts';
import { writeFiles } from '../../../sandbox/test/files.ts';

const WS = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

describe('compiling job files', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'compile-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const compile = (files: Record<string, string>, more: Partial<CompileOptions> = {}): Plan => {
    writeFiles(root, files);
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
  const propertiesOf = (plan: Plan): any => (plan.main.body as any).properties;

  describe('of a command', () => {
    const command =
      'command: python train.py --data ${{inputs.data}}\nenvironment: azureml:sklearn:3\ncompute: azureml:cpu\n';

    it('leaves labels of registries and of curated environments to the service', () => {
      for (const environment of [
        'azureml:AzureML-AutoML@prod',
        'azureml://registries/azureml/environments/sklearn-1.5/labels/newest',
      ]) {
        const plan = compile({ 'jobs/job.yml': `command: make\nenvironment: ${environment}\ncompute: azureml:cpu\n` });
        assert.equal(propertiesOf(plan).environmentId, environment);
        assert.deepEqual(
          plan.requirements.map(({ kind }) => kind),
          ['computes'],
        );
      }
    });

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

    it('keeps the capitals of a name', () => {
      const plan = compile({ 'jobs/job.yml': `${command}inputs: {data: x}\nname: Train_Churn-2\n` });
      assert.deepEqual([mainName(plan), propertiesOf(plan).displayName], ['Train_Churn-2', 'Train_Churn-2']);
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

    it('names the experiment by what the service takes of the folder’s name', () => {
      const named = (folder: string): string => {
        const file = join(root, folder, 'job.yml');
        return propertiesOf(compile({ [`${folder}/job.yml`]: `${command}inputs: {data: x}\n` }, { file }))
          .experimentName;
      };
      assert.deepEqual(['jobs (v1.2)', 'my jobs', '.azureml', 'ジョブ'].map(named), [
        'jobs-v1-2',
        'myjobs',
        'azureml',
        'Default',
      ]);
    });

    it('sends environment variables as text', () => {
      const plan = compile({
        'jobs/job.yml': `${command}inputs: {data: x}\nenvironment_variables: {N: 1, B: yes, T: x}\n`,
      });
      assert.deepEqual(propertiesOf(plan).environmentVariables, { N: '1', B: 'True', T: 'x' });
    });

    it("has the api-version of Microsoft's client unless a field needs another", () => {
      assert.equal(
        compile({ 'jobs/job.yml': `${command}inputs: {data: x}\noutputs: {o: {name: m}}` }).main.apiVersion,
        '2025-01-01-preview',
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

  describe('of a file with problems', () => {
    it('reports at most twenty of them', () => {
      const wrong = Array.from({ length: 30 }, (_, i) => `wrong_${i}: 1\n`).join('');
      const error = errorOf({ 'jobs/job.yml': `command: x\nenvironment: azureml:e:1\n${wrong}` });
      assert.match(error.message, /has 30 problems/);
      assert.equal(error.problems.length, 20);
    });
  });
});
