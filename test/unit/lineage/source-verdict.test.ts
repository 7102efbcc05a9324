import assert from 'node:assert/strict';
import type { Job } from '../../../lib/azureml/jobs.ts';
import type { ModelMaker, ModelSource } from '../../../lib/lineage/model-lineage.ts';
import { sourceVerdict } from '../../../lib/lineage/source-verdict.ts';
import { boundStep, stepsAround } from '../../../lib/lineage/step-flow.ts';
import { modelPart, type Part, type VerdictRecord, verdictTags } from '../../../lib/lineage/verdict-tags.ts';

const reads = (...outputs: string[]) => ({
  inputs: Object.fromEntries(
    outputs.map((output) => [output, { job_input_type: 'literal', value: `\${{parent.jobs.${output}}}` }]),
  ),
});

/** Two branches, each with a step that judges its model; `report` reads what `evaluate_a` wrote. */
const jobs = {
  prepare: { componentId: '/components/prepare/versions/1' },
  train_a: { display_name: 'Train A', ...reads('prepare.outputs.rows'), outputs: bound('model') },
  evaluate_a: { display_name: 'Evaluate A', ...reads('train_a.outputs.model') },
  report: reads('evaluate_a.outputs.table'),
  train_b: { display_name: 'Train B', ...reads('prepare.outputs.rows') },
  evaluate_b: { display_name: 'Evaluate B', ...reads('train_b.outputs.model') },
  plot_b: { display_name: 'Plot B', ...reads('train_b.outputs.curve') },
};

function bound(output: string) {
  return { model: { type: 'literal', value: `\${{ parent.outputs.${output} }}` } };
}

const job = (tags: Record<string, string> = {}): Job => ({
  id: '/jobs/j',
  name: 'j',
  properties: { jobType: 'Pipeline', jobs, tags },
});

describe('the steps around an output', () => {
  const around = (step: string, output?: string) => [...stepsAround(job(), { step, output })].sort();

  it('are the one that made it and those that read it, directly or by way of others', () => {
    assert.deepEqual(around('train_a', 'model'), ['evaluate_a', 'report', 'train_a']);
    assert.deepEqual(around('train_b', 'model'), ['evaluate_b', 'train_b']);
    assert.deepEqual(around('evaluate_a', undefined), ['evaluate_a', 'report']);
  });

  it('of an output of the pipeline are those of the step that it is bound to', () => {
    assert.deepEqual(around('', 'model'), around('train_a', 'model'));
    assert.deepEqual(around('', 'report'), []);
    assert.deepEqual(around('', undefined), []);
  });

  it('begin for an output of the pipeline at the one step that it is bound to', () => {
    assert.equal(boundStep(job(), 'model'), 'train_a');
    for (const output of ['report', '', 'mode']) assert.equal(boundStep(job(), output), undefined, output);
    const twice = { ...jobs, train_b: { ...jobs.train_b, outputs: bound('model') } };
    assert.equal(boundStep({ properties: { jobType: 'Pipeline', jobs: twice } }, 'model'), undefined);
  });

  it('are none of a step that the job does not name, and of a job without steps', () => {
    assert.deepEqual(around('inner', 'model'), []);
    assert.deepEqual([...stepsAround({ properties: { jobType: 'Command' } }, { step: 'x', output: 'y' })], []);
  });
});

describe('the verdict on what is registered', () => {
  const record: VerdictRecord = {
    verdict: 'pass',
    failedRules: [],
    step: '',
    baseline: 'none',
    judgedBy: 'https://run/7',
    judgedStep: 'gate',
    judgedAt: '2026-01-01',
  };
  const steps = new Map([
    ['run-a', 'train_a'],
    ['run-b', 'train_b'],
    ['run-ea', 'evaluate_a'],
    ['run-eb', 'evaluate_b'],
    ['run-p', 'plot_b'],
  ]);
  const tagsOf = (part: Part, more: Partial<VerdictRecord> = {}) => verdictTags({ ...record, ...more }, part);
  const verdictOn = (tags: Record<string, string>, maker: Partial<ModelMaker>, output = 'model') => {
    const source = {
      job: job(tags),
      maker: { runs: ['run-b'], step: 'Train B', isOfJob: true, ...maker },
      output,
      steps,
    };
    const found = sourceVerdict(source as unknown as ModelSource);
    return { verdict: found.tags['gate.verdict'], others: found.others.map(({ step }) => step) };
  };

  it('is that of the job as a whole, and of the run that made it', () => {
    assert.deepEqual(verdictOn(tagsOf(''), {}), { verdict: 'pass', others: [] });
    assert.deepEqual(verdictOn(tagsOf('run-b', { step: 'Train B' }), {}), { verdict: 'pass', others: [] });
    const reused = { runs: ['run-b', 'earlier-run'] };
    assert.equal(verdictOn(tagsOf('earlier-run', { step: 'Train B' }), reused).verdict, 'pass');
  });

  it('is that of a step that read the model, also for an output of the pipeline', () => {
    const judged = {
      ...tagsOf('run-ea', { step: 'Evaluate A' }),
      ...tagsOf('run-eb', { step: 'evaluate_b', verdict: 'fail' }),
    };
    assert.equal(verdictOn(judged, {}).verdict, 'fail');
    assert.equal(verdictOn(judged, { step: 'train_a', runs: ['run-a'] }).verdict, 'pass');
    assert.equal(verdictOn(judged, { step: '', runs: ['j'] }).verdict, 'pass');
  });

  it('is not that of another step, nor of a model that was registered before; other steps are named', () => {
    const others = { ...tagsOf('run-a', { step: 'Train A' }), ...tagsOf('run-p', { step: 'Plot B' }) };
    assert.deepEqual(verdictOn(others, {}), { verdict: undefined, others: ['Train A', 'Plot B'] });
    assert.deepEqual(verdictOn(tagsOf(modelPart('m', '1')), {}), { verdict: undefined, others: [] });
    assert.deepEqual(verdictOn({}, {}), { verdict: undefined, others: [] });
  });

  it('is not that of a step inside an inner pipeline that has the name of one around the model', () => {
    const inner = tagsOf('run-inner', { step: 'Evaluate B' });
    assert.deepEqual(verdictOn(inner, {}), { verdict: undefined, others: ['Evaluate B'] });
    const outer = tagsOf('run-eb', { step: 'Evaluate B' });
    assert.equal(verdictOn({ ...inner, ...outer }, {}).verdict, 'pass');
    // A model that was made inside has a maker that the job does not name.
    const made = { runs: ['run-inner-train'], step: 'Train B' };
    assert.deepEqual(verdictOn(outer, made), { verdict: undefined, others: ['Evaluate B'] });
  });

  it('of files of another job is not that of this one', () => {
    assert.deepEqual(verdictOn(tagsOf(''), { isOfJob: false, runs: ['x'], step: '' }), {
      verdict: undefined,
      others: [''],
    });
    const sameName = tagsOf('run-eb', { step: 'Evaluate B' });
    assert.equal(verdictOn(sameName, { isOfJob: false, runs: ['x'] }).verdict, undefined);
  });

  it('is the worse one of two evaluations of one run, and else the latest', () => {
    const whole = tagsOf('', { verdict: 'fail' });
    const later = { step: 'Train B', judgedStep: 'fairness', judgedAt: '2026-01-02' };
    assert.equal(verdictOn({ ...whole, ...tagsOf('run-b', later) }, {}).verdict, 'fail');
    assert.equal(
      verdictOn({ ...whole, ...tagsOf('run-b', { ...later, judgedBy: 'https://run/8' }) }, {}).verdict,
      'pass',
    );
  });

  it('is that of every step when the files were logged without the name of an output', () => {
    assert.equal(verdictOn(tagsOf('run-p', { step: 'Plot B' }), {}, 'artifacts').verdict, 'pass');
  });
});
