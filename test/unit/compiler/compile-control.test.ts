import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling steps that move data or control others', () => {
  const folder = compileFolderPerTest();

  const file = (jobs: string): string =>
    `type: pipeline\nsettings: {default_compute: azureml:cpu}\ninputs: {flag: true, raw: {path: azureml:d:1}}\njobs:\n${jobs}`;
  const jobsOf = (jobs: string, more: Record<string, string> = {}): any =>
    bodyOf(folder.compile({ 'file.yml': file(jobs), ...more })).properties.jobs;
  const component =
    'type: command\nname: c\ncommand: x\nenvironment: azureml:e:1\ninputs: {d: {type: uri_file}, n: {type: integer, default: 1}}\noutputs: {o: {type: uri_file}, more: {type: boolean, is_control: true}}\n';

  it('copy_data becomes a component', () => {
    const plan = folder.compile({
      'file.yml': file(
        '  a:\n    type: data_transfer\n    task: copy_data\n    data_copy_mode: fail_if_conflict\n    compute: azureml:adf\n    inputs: {f: "${{parent.inputs.raw}}"}\n    outputs: {o: {type: uri_folder}}\n',
      ),
    });
    const spec = (plan.steps[0] as any).request.body.properties.componentSpec;
    assert.deepEqual([spec.type, spec.task, spec.data_copy_mode], ['data_transfer', 'copy_data', 'fail_if_conflict']);
    assert.equal(bodyOf(plan).properties.jobs.a.data_copy_mode, 'fail_if_conflict');
  });

  it('import_data and export_data run components of Microsoft’s registry', () => {
    const { a, b } = jobsOf(
      '  a:\n    type: data_transfer\n    task: import_data\n    source: {type: database, connection: azureml:c, query: select 1}\n  b:\n    type: data_transfer\n    task: export_data\n    compute: azureml:adf\n    sink: {type: database, connection: azureml:c, table_name: t}\n    inputs: {source: {type: uri_file, path: azureml:d:1}}\n',
    );
    assert.equal(a.componentId, 'azureml://registries/azureml/components/import_data_database/versions/0.0.1');
    assert.deepEqual(a.outputs, { sink: { job_output_type: 'mltable' } });
    assert.deepEqual(a.source, { type: 'database', connection: 'azureml:c', query: 'select 1' });
    assert.equal(b.componentId, 'azureml://registries/azureml/components/export_data_database/versions/0.0.1');
    assert.equal(b.computeId, `${WS}/computes/adf`);
  });

  it('do_while names ports of its body', () => {
    const { loop } = jobsOf(
      `  body: {component: ./c.yml, inputs: {d: {type: uri_file, path: azureml:d:1}}}
  loop:
    type: do_while
    body: \${{parent.jobs.body}}
    condition: \${{parent.jobs.body.outputs.more}}
    mapping: {"\${{parent.jobs.body.outputs.o}}": "\${{parent.jobs.body.inputs.d}}"}
    limits: {max_iteration_count: 5}
`,
      { 'c.yml': component },
    );
    assert.deepEqual(loop, {
      type: 'do_while',
      body: '${{parent.jobs.body}}',
      condition: 'more',
      mapping: { o: ['d'] },
      limits: { max_iteration_count: 5 },
      _source: 'YAML.JOB',
    });
  });

  it('parallel_for gives its body what the body lacks', () => {
    const { each } = jobsOf(
      `  body: {component: ./c.yml}
  each:
    type: parallel_for
    body: \${{parent.jobs.body}}
    items: [{d: {type: uri_file, path: "azureml://datastores/s/paths/ä"}, n: 1}]
    max_concurrency: 3
`,
      { 'c.yml': component },
    );
    assert.equal(
      each.items,
      '[{"d": {"uri": "azureml://datastores/s/paths/\\u00e4", "job_input_type": "uri_file"}, "n": 1}]',
    );
    assert.equal(each.max_concurrency, 3);
  });

  it('if_else has steps in its blocks', () => {
    const step = '{command: x, environment: azureml:e:1}';
    const { a } = jobsOf(
      `  a: {type: if_else, condition: "\${{parent.inputs.flag}}", true_block: "\${{parent.jobs.b}}", false_block: ["\${{parent.jobs.c}}", "\${{parent.jobs.d}}"]}\n  b: ${step}\n  c: ${step}\n  d: ${step}\n`,
    );
    assert.deepEqual(
      [a.condition, a.true_block, a.false_block],
      ['${{parent.inputs.flag}}', '${{parent.jobs.b}}', ['${{parent.jobs.c}}', '${{parent.jobs.d}}']],
    );
  });
});
