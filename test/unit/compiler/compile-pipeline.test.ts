import assert from 'node:assert/strict';
import type { Plan } from '../../../lib/plan/plan.ts';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling pipelines', () => {
  const folder = compileFolderPerTest();

  const specs = ({ steps }: Plan): any[] =>
    steps.flatMap((step) => (step.kind === 'component' ? [(step.request.body as any).properties.componentSpec] : []));
  const command = (inputs = '', outputs = 'o: {type: uri_file}'): string =>
    `type: command\nname: c\ncommand: x\nenvironment: azureml:e:1\ninputs: {${inputs}}\noutputs: {${outputs}}\nresources: {instance_count: 2, properties: {a: b}}\n`;
  const pipeline = (jobs: string, more = ''): string =>
    `type: pipeline\nsettings: {default_compute: azureml:cpu}\n${more}jobs:\n${jobs}`;

  it('keeps the display name of a step in place with the step', () => {
    const plan = folder.compile({
      'file.yml': pipeline('  a: {command: x, environment: azureml:e:1, display_name: First, description: D}\n'),
    });
    assert.equal('display_name' in specs(plan)[0], false);
    assert.equal(specs(plan)[0].description, 'D');
    assert.equal(bodyOf(plan).properties.jobs.a.display_name, 'First');
  });

  describe('with pipeline components', () => {
    const component = `$schema: s
type: pipeline
name: inner
display_name: Inner
description: What it does
inputs: {raw: {type: uri_file, mode: download}, n: {type: number, default: 3}, group.size: {type: integer, default: 1}}
outputs: {model: {type: mlflow_model}}
jobs:
  prep:
    component: ./prep.yml
    inputs: {d: '\${{parent.inputs.raw}}', n: '\${{parent.inputs.n}}'}
  train:
    command: t \${{inputs.d}} \${{inputs.raw}}
    environment: azureml:e:1
    inputs: {d: '\${{parent.jobs.prep.outputs.o}}', raw: '\${{parent.inputs.raw}}'}
    outputs: {m: '\${{parent.outputs.model}}'}
`;
    const files = {
      'inner.yml': component,
      'prep.yml': command('d: {type: uri_file}, n: {type: number, optional: true}'),
      'data.csv': '1',
    };

    it('makes anonymous components from the leaves up, each once', () => {
      const step =
        'type: pipeline\n    component: ./inner.yml\n    inputs: {raw: {type: uri_file, path: ./data.csv}}\n';
      const plan = folder.compile({ ...files, 'file.yml': pipeline(`  a:\n    ${step}  b:\n    ${step}`) });
      assert.deepEqual(
        plan.steps.filter(({ kind }) => kind === 'component').map(({ label }) => label),
        ['c', 'train', 'Inner'],
      );
      const [, train, inner] = specs(plan);
      assert.deepEqual(train.inputs, { d: { type: 'uri_file' }, raw: { type: 'uri_file', mode: 'download' } });
      assert.equal(inner.type, 'pipeline');
      assert.equal('is_deterministic' in inner, false);
      assert.deepEqual(inner.jobs.prep.resources, { instance_count: 2, properties: { a: 'b' } });
      assert.deepEqual(
        inner.inputs.n,
        { type: 'number', optional: true, default: '3.0' },
        'bound to optional inputs only',
      );
      const { jobs } = bodyOf(plan).properties;
      assert.equal(jobs.a.type, 'pipeline');
      assert.equal(jobs.a.componentId, jobs.b.componentId);
    });

    it('at the root sends their defaults and outputs with the job', () => {
      const properties = bodyOf(
        folder.compile({
          ...files,
          'file.yml':
            'type: pipeline\ncomponent: ./inner.yml\ncompute: serverless\ninputs: {raw: {type: uri_file, path: ./data.csv}, group.size: 4}\n',
        }),
      ).properties;
      assert.match(properties.componentId, /\/components\/azureml_anonymous\/versions\//);
      assert.equal(properties.displayName, 'Inner');
      assert.equal(properties.description, 'What it does');
      assert.deepEqual(Object.keys(properties.inputs).sort(), ['group.size', 'n', 'raw']);
      assert.deepEqual(properties.inputs['group.size'], { jobInputType: 'literal', value: '4' });
      assert.deepEqual(properties.outputs, { model: { jobOutputType: 'mlflow_model' } });
      assert.deepEqual(properties.jobs, {});
      assert.equal(properties.computeId, `${WS}/computes/serverless`);
    });

    it('that are registered or in a registry are referred to', () => {
      const properties = (reference: string): any =>
        bodyOf(folder.compile({ 'file.yml': `type: pipeline\ncomponent: ${reference}\ninputs: {a: 1}\n` })).properties;
      assert.equal(properties('azureml:p:3').componentId, `${WS}/components/p/versions/3`);
      assert.equal(properties('azureml:p@latest').componentId, `${WS}/components/p/versions/@latest`);
      const remote = 'azureml://registries/r/components/p/versions/1';
      assert.equal(properties(remote).componentId, remote);
    });
  });

  it('gives inline steps the types of what they are bound to', () => {
    const plan = folder.compile({
      'c.yml': command('', 'o: {type: mlflow_model}, p: {type: string}'),
      'data/x': '1',
      'file.yml': pipeline(
        `  late:
    command: x
    environment: azureml:e:1
    inputs:
      a: \${{parent.jobs.first.outputs.o}}
      b: {path: '\${{parent.inputs.data}}'}
      c: \${{parent.inputs.data}}
      d: {type: mltable, path: '\${{parent.inputs.data}}', mode: direct}
      e: 1.0
      f: {value: true}
  first: {component: ./c.yml}
`,
        'inputs: {data: {type: uri_folder, path: ./data, mode: ro_mount}, none: ""}\n',
      ),
    });
    assert.deepEqual(specs(plan).at(-1).inputs, {
      a: { type: 'mlflow_model' },
      b: { type: 'uri_folder' },
      c: { type: 'uri_folder', mode: 'ro_mount' },
      d: { type: 'mltable', mode: 'direct' },
      e: { type: 'number', default: '1.0' },
      f: { type: 'boolean', default: 'True' },
    });
    assert.deepEqual(Object.keys(bodyOf(plan).properties.inputs), ['data'], 'the service refuses empty values');
    assert.deepEqual(Object.keys(bodyOf(plan).properties.jobs), ['late', 'first']);
  });

  it('leaves out what a component does not declare when that is allowed, and passes on what it does not know', () => {
    const files = {
      'c.yml': command('n: {type: integer}'),
      'file.yml': pipeline(
        '  a: {component: ./c.yml, inputs: {n: 1, m: 2}, outputs: {q: {type: uri_folder}}, brand_new: {x: 1}}\n',
      ),
    };
    assert.equal(folder.problems(files).length, 1);
    const plan = folder.compile(files, { allowUnknownFields: true });
    const { a } = bodyOf(plan).properties.jobs;
    assert.deepEqual(a.inputs, { n: { job_input_type: 'literal', value: '1' } });
    assert.equal(a.outputs, undefined);
    assert.deepEqual(a.brand_new, { x: 1 });
    assert.deepEqual(
      plan.warnings.map(({ message }) => /(?<= )'\w+'/.exec(message)?.[0]),
      ["'brand_new'", "'m'", "'q'"],
    );
  });

  it('warns once of fields that are passed on', () => {
    const plan = folder.compile({
      'c.yml': `${command('n: {type: integer, default: 1}')}enviroment_variables: {A: 1}\n`,
      'file.yml': pipeline('  a: {component: ./c.yml}\n  b: {component: ./c.yml}\n').replace(
        'settings: {',
        'settings: {force_reruns: true, ',
      ),
    });
    assert.deepEqual(
      plan.warnings.map(({ place }) => place!.file),
      ['file.yml', 'c.yml'],
    );
  });

  it('writes identity, services and queue of a step as the API has them', () => {
    const { a } = bodyOf(
      folder.compile({
        'file.yml': pipeline(
          `  a:
    command: x
    environment: azureml:e:1
    compute: serverless
    identity: {type: managed, client_id: id}
    services: {t: {type: tensor_board, log_dir: logs, nodes: all}}
    queue_settings: {job_tier: spot, priority: high}
    environment_variables: {A: 1}
`,
        ),
      }),
    ).properties.jobs;
    assert.deepEqual(a.identity, { identity_type: 'Managed', client_id: 'id' });
    assert.deepEqual(a.services, {
      t: { job_service_type: 'TensorBoard', nodes: { nodes_value_type: 'All' }, properties: { logDir: 'logs' } },
    });
    assert.deepEqual(a.queue_settings, { job_tier: 'Spot', priority: 3 });
    assert.deepEqual(a.environment_variables, { A: 1 });
    assert.equal(a.computeId, `${WS}/computes/serverless`);
  });
});
