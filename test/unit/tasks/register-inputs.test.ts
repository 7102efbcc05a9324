import assert from 'node:assert/strict';
import { type Inputs, readInputs } from '../../../tasks/register-model/v1/inputs.ts';
import { taskInputs } from './task-inputs.ts';

/** Reads the inputs of a registration with these besides the ones that every registration has. */
const read = (values: Record<string, string>): Inputs =>
  readInputs(taskInputs({ jobName: 'j', modelName: 'm', ...values }));

describe('the inputs of a registration', () => {
  it('say in exactly one way where the model is', () => {
    const output = (name: string, path: string) => ({ kind: 'output', output: name, path });
    assert.deepEqual(read({ outputName: 'model' }).place, output('model', ''));
    assert.deepEqual(read({ outputName: 'files', path: 'best/net.bin' }).place, output('files', 'best/net.bin'));
    assert.deepEqual(read({ outputName: 'files/best' }).place, output('files', 'best'));
    assert.deepEqual(read({ path: 'outputs/model' }).place, output('artifacts', 'outputs/model'));
    assert.deepEqual(read({ modelUri: 'runs:/r/m' }).place, { kind: 'uri', uri: 'runs:/r/m' });
  });

  it('are errors when they say it twice or not at all', () => {
    assert.throws(() => read({}), { code: 'InputMissing', message: /outputName, path and modelUri are empty/ });
    assert.throws(() => read({ outputName: '$(nobody.sets)' }), { code: 'InputMissing', message: /outputName/ });
    for (const [more, names] of [
      [{ outputName: 'model' }, 'modelUri and outputName'],
      [{ path: 'model' }, 'modelUri and path'],
      [{ step: 'Train' }, 'modelUri and step'],
    ] as const)
      assert.throws(() => read({ modelUri: 'runs:/r/m', ...more }), {
        code: 'InputInvalid',
        message: `The inputs ${names} both say where the model is.`,
      });
    assert.throws(() => read({ outputName: 'files/best', path: 'net.bin' }), /path and outputName both/);
  });

  it('take the type of the output unless one is given', () => {
    assert.equal(read({ outputName: 'o' }).modelType, 'auto');
    for (const modelType of ['mlflow', 'custom', 'triton'])
      assert.equal(read({ outputName: 'o', modelType }).modelType, modelType);
  });

  it('refuse versions that no model can have', () => {
    assert.equal(read({ outputName: 'o' }).modelVersion, undefined);
    assert.equal(read({ outputName: 'o', modelVersion: '7' }).modelVersion, '7');
    for (const modelVersion of ['1.2.0', '20261127.1', 'v1', 'latest', '0', '01'])
      assert.throws(() => read({ outputName: 'o', modelVersion }), {
        code: 'ModelVersionInvalid',
        message: `The input modelVersion is not valid: '${modelVersion}' is not a whole number above 0, as versions of models are.`,
      });
  });
});
