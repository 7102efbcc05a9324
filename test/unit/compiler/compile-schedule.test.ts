import assert from 'node:assert/strict';
import { bodyOf, compileFolderPerTest, WS } from './compile-folder.ts';

describe('compiling schedules of jobs', () => {
  const folder = compileFolderPerTest();

  const job =
    'type: pipeline\ndisplay_name: nightly\ntags: {x: "1"}\ninputs: {a: 1, b: 2}\nsettings: {default_compute: azureml:cpu, force_rerun: true}\njobs:\n  s: {command: "echo ${{inputs.a}}", environment: azureml:e:1, inputs: {a: "${{parent.inputs.a}}"}}\n';
  const triggerOf = (trigger: string) =>
    bodyOf(folder.compile({ 'file.yml': `name: s\ntrigger: ${trigger}\ncreate_job: azureml:j\n` })).properties.trigger;

  it('the job comes with what it needs', () => {
    const plan = folder.compile({
      'file.yml':
        'name: s\ndisplay_name: S\ntags: {n: 1}\ntrigger: {type: cron, expression: "0 * * * *"}\ncreate_job: jobs/job.yml\n',
      'jobs/job.yml': job,
    });
    assert.deepEqual(
      plan.steps.map(({ kind }) => kind),
      ['component'],
    );
    assert.equal(plan.main.path, `${WS}/schedules/s`);
    const { action, trigger, ...properties } = bodyOf(plan).properties;
    assert.deepEqual(properties, { displayName: 'S', tags: { n: 1 }, properties: {} });
    assert.deepEqual(trigger, { triggerType: 'Cron', expression: '0 * * * *', timeZone: 'UTC' });
    assert.equal(action.actionType, 'CreateJob');
    assert.equal(action.jobDefinition.displayName, 'nightly');
    assert.equal('experimentName' in action.jobDefinition, false);
    assert.deepEqual(Object.keys(action.jobDefinition.jobs), ['s']);
  });

  it("fields of create_job replace the job's", () => {
    const plan = folder.compile({
      'file.yml':
        'name: s\ntrigger: {type: cron, expression: "0 * * * *"}\ncreate_job:\n  type: pipeline\n  job: ./job.yml\n  experiment_name: e\n  inputs: {a: 3}\n  settings: {default_compute: azureml:gpu, continue_on_step_failure: true}\n',
      'job.yml': job,
    });
    const { jobDefinition } = bodyOf(plan).properties.action;
    assert.equal(jobDefinition.experimentName, 'e');
    assert.deepEqual(jobDefinition.inputs, {
      a: { jobInputType: 'literal', value: '3' },
      b: { jobInputType: 'literal', value: '2' },
    });
    assert.deepEqual(jobDefinition.settings, {
      default_compute: `${WS}/computes/gpu`,
      continue_on_step_failure: true,
      force_rerun: true,
      _source: 'YAML.JOB',
    });
  });

  it('a job by name is left to the service, with changes if there are any', () => {
    const definition = (createJob: string) =>
      bodyOf(
        folder.compile({
          'file.yml': `name: s\ntrigger: {type: cron, expression: "0 * * * *"}\ncreate_job: ${createJob}\n`,
        }),
      ).properties.action.jobDefinition;
    assert.deepEqual(definition('azureml:j'), { jobType: 'Pipeline', sourceJobId: `${WS}/jobs/j`, experimentName: '' });
    const changed = definition('{type: pipeline, job: "azureml:j", inputs: {a: 3}}');
    assert.equal(changed.sourceJobId, `${WS}/jobs/j`);
    assert.deepEqual(changed.inputs, { a: { jobInputType: 'literal', value: '3' } });
  });

  it('a recurrence has hours and minutes as lists', () => {
    assert.deepEqual(
      triggerOf(
        '{type: recurrence, frequency: Week, interval: 2, schedule: {hours: 4, minutes: [0, 30], week_days: Monday}, time_zone: Pacific Standard Time}',
      ),
      {
        triggerType: 'Recurrence',
        frequency: 'week',
        interval: 2,
        schedule: { hours: [4], minutes: [0, 30], weekDays: ['monday'] },
        timeZone: 'Pacific Standard Time',
      },
    );
    assert.deepEqual(triggerOf('{type: recurrence, frequency: day, interval: 1}').schedule, { hours: [], minutes: [] });
  });

  it('times are in the zone of the trigger; an offset is converted', () => {
    const start = (time: string) => triggerOf(`{type: cron, expression: x, start_time: ${time}}`).startTime;
    assert.equal(start('"2022-07-10T10:00:00"'), '2022-07-10 10:00:00');
    assert.equal(start('2022-07-10 10:00'), '2022-07-10 10:00:00');
    assert.equal(start('2022-07-10'), '2022-07-10 00:00:00');
    assert.equal(start('"2022-07-10T01:00:00.5+02:00"'), '2022-07-09 23:00:00');
    assert.equal(start('"2022-07-10T01:00:00Z"'), '2022-07-10 01:00:00');
  });
});
