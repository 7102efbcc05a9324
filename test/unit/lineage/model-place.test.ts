import assert from 'node:assert/strict';
import { jobUri, parseJobUri, parseModelUri, parseOutput, parsePath } from '../../../lib/lineage/model-place.ts';

describe('the place of a model', () => {
  it('is an output, or a path inside it in either way of writing', () => {
    const cases: [text: string, output: string, path: string][] = [
      ['model', 'model', ''],
      ['/model/', 'model', ''],
      ['files/best', 'files', 'best'],
      ['files/paths/best', 'files', 'best'],
      ['files/paths/net.bin', 'files', 'net.bin'],
      ['files/deep/er/net.bin', 'files', 'deep/er/net.bin'],
      ['files/paths', 'files', ''],
      ['files/paths/paths', 'files', 'paths'],
      ['artifacts/paths/outputs/model/', 'artifacts', 'outputs/model'],
      ['artifacts', 'artifacts', ''],
    ];
    for (const [text, output, path] of cases) assert.deepEqual(parseOutput(text), { output, path }, text);
    assert.equal(parsePath('./best/model/'), 'best/model');
    assert.equal(parsePath('/best/a b'), 'best/a b');
  });

  it('never leaves the output', () => {
    for (const path of ['..', 'a/../b', 'a//b', 'a/./b', 'a\\b', '*.bin', 'a?sig=x', '/'])
      assert.throws(() => parsePath(path), { code: 'ModelPathInvalid' }, path);
    for (const output of ['../x', 'a\\b', 'azureml://jobs/j/outputs/o', 'azureml:m:1', 'https://x/y'])
      assert.throws(() => parseOutput(output), { code: 'ModelPathInvalid' }, output);
  });

  it('is the URI that az ml model create takes', () => {
    assert.equal(jobUri('j', 'artifacts', 'outputs/model'), 'azureml://jobs/j/outputs/artifacts/paths/outputs/model');
    assert.equal(jobUri('j', 'model', ''), 'azureml://jobs/j/outputs/model');
    assert.deepEqual(parseJobUri('azureml://jobs/j/outputs/files/paths/best/'), {
      run: 'j',
      output: 'files',
      path: 'best',
    });
    assert.deepEqual(parseJobUri('azureml://jobs/j/outputs/files'), { run: 'j', output: 'files', path: '' });
    assert.deepEqual(parseJobUri('runs:/r/model'), { run: 'r', output: 'artifacts', path: 'model' });
    assert.equal(parseJobUri('azureml://datastores/d/paths/p'), undefined);
  });

  it('may be a URI of one’s own', () => {
    for (const uri of [
      'azureml://datastores/workspaceblobstore/paths/models/m',
      'azureml://subscriptions/s/resourcegroups/r/workspaces/w/datastores/d/paths/p',
      'azureml://jobs/j/outputs/model',
      'runs:/r/model',
      'https://account.blob.core.windows.net/container/model',
      'wasbs://c@account.blob.core.windows.net/m',
    ])
      assert.equal(parseModelUri(uri), uri);
    for (const uri of [
      'model',
      './model',
      'C:\\model',
      'azureml:m:1',
      'file:///m',
      'http://x/y',
      'azureml://jobs/j',
      'runs:/r',
    ])
      assert.throws(() => parseModelUri(uri), { code: 'ModelUriInvalid' }, uri);
  });

  it('keeps signatures to itself', () => {
    for (const parse of [parseModelUri, parseOutput])
      assert.throws(
        () => parse('https://account.blob.core.windows.net/c/m?sv=1&sig=secret'),
        (error: Error) => !error.message.includes('secret'),
      );
  });
});
