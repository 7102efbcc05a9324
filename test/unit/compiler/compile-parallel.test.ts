import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest } from './compile-folder.ts';

describe('compiling parallel steps', () => {
  const folder = compileFolderPerTest();

  const file = (step: string): string =>
    `type: pipeline\nsettings: {default_compute: azureml:cpu}\ninputs: {n: 5}\njobs:\n  p:\n    type: parallel\n${step}`;
  const task = 'task: {type: run_function, code: ./src, entry_script: a.py, environment: azureml:e:1}';
  const inline = (more: string): string =>
    file(`    inputs: {d: {type: mltable, path: ./table}}\n    input_data: \${{inputs.d}}\n    ${task}\n${more}`);
  const files = { 'src/a.py': '1', 'src/__pycache__/a.pyc': '2', 'table/MLTable': 'x' };
  const compiled = (more: string): { step: any; spec: any } => {
    const plan = folder.compile({ ...files, 'file.yml': inline(more) });
    const step = plan.steps.find(({ kind }) => kind === 'component') as any;
    return { step: bodyOf(plan).properties.jobs.p, spec: step.request.body.properties.componentSpec };
  };

  it('written in place have the task in the step and in its component', () => {
    const { step, spec } = compiled(
      '    mini_batch_size: 10kb\n    partition_keys: [a, "ü"]\n    retry_settings: {max_retries: 2}\n',
    );
    assert.equal(step.task.entry_script, 'a.py');
    assert.match(step.task.code, /^azureml:.*\/codes\//);
    assert.deepEqual(spec.task, step.task);
    assert.equal(step.mini_batch_size, 10240);
    assert.equal(spec.mini_batch_size, '10240');
    assert.equal(step.partition_keys, '["a", "\\u00fc"]');
    assert.deepEqual(step.retry_settings, { max_retries: 2 });
    assert.equal(step.inputs.d.uri.endsWith('/table'), true, 'tables end in no slash');
  });

  it('leave the cache of Python out of their code', () => {
    const plan = folder.compile({ ...files, 'file.yml': inline('') });
    const code = plan.steps.find(({ kind }) => kind === 'code') as any;
    assert.deepEqual(
      code.snapshot.files.map(({ name }: { name: string }) => name),
      ['a.py'],
    );
  });

  it('keep bindings of the pipeline to themselves', () => {
    const { step, spec } = compiled(
      '    mini_batch_size: ${{parent.inputs.n}}\n    max_concurrency_per_instance: ${{parent.inputs.n}}\n',
    );
    assert.equal(step.mini_batch_size, '${{parent.inputs.n}}');
    assert.equal(spec.mini_batch_size, '0');
    assert.equal('max_concurrency_per_instance' in spec, false);
  });

  it('take from their component what they do not say', () => {
    const { p } = bodyOf(
      folder.compile({
        ...files,
        'par.yml': `type: parallel\nname: par\ninputs: {d: {type: mltable}}\ninput_data: \${{inputs.d}}\nmini_batch_size: "7"\nerror_threshold: 3\nmini_batch_error_threshold: 4\nmax_concurrency_per_instance: 5\nresources: {instance_count: 2}\n${task}\n`,
        'file.yml': file(
          '    component: ./par.yml\n    inputs: {d: {type: mltable, path: ./table}}\n    max_concurrency_per_instance: 6\n',
        ),
      }),
    ).properties.jobs;
    assert.equal(p.mini_batch_size, 7);
    assert.equal(p.max_concurrency_per_instance, 6);
    assert.equal(p.mini_batch_error_threshold, 4);
    assert.equal('error_threshold' in p, false);
    assert.deepEqual(p.resources, { instance_count: 2 });
    assert.equal(p.task.entry_script, 'a.py');
  });
});
