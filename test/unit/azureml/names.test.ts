import assert from 'node:assert/strict';
import { experimentName, jobName } from '../../../lib/azureml/names.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { parsed } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

const problemOf = (input: string, value: string): UserError => {
  try {
    const inputs = { text: () => value } as unknown as TaskInputs;
    parsed(inputs, input, input === 'jobName' ? jobName : experimentName);
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  return assert.fail('no error');
};

describe('names that are given to the task', () => {
  it('are those that the service takes', () => {
    for (const name of ['train-7', 'T_1', 'a'.repeat(255)]) assert.equal(jobName(name), name);
    assert.equal(experimentName('a'.repeat(256)).length, 256);
  });

  it('are errors of their input, with a name that would do', () => {
    const { message, fix } = problemOf('jobName', 'train-20260131.1');
    assert.match(
      message,
      /^The input jobName is not valid: it is 'train-20260131\.1', but a job's name must consist of/,
    );
    assert.equal(fix, "Write for example 'train-20260131-1'.");
    assert.match(problemOf('experimentName', 'my experiment').message, /^The input experimentName is not valid/);
    assert.throws(() => jobName('a'.repeat(256)), /at most 255/);
  });
});
