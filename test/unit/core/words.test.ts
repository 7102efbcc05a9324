import assert from 'node:assert/strict';
import { allOf, notFound, oneOf } from '../../../lib/core/words.ts';

describe('lists of words', () => {
  it('join the last one, whatever the words have in them', () => {
    assert.equal(allOf(['model m version 1', 'job j']), "'model m version 1' and 'job j'");
    assert.equal(allOf(['this or that', 'b', 'c']), "'this or that', 'b' and 'c'");
    assert.equal(oneOf(['a b', 'c']), "'a b' or 'c'");
    assert.equal(allOf(['a', 'b', 'c'], 2), "'a', 'b' and 1 more");
    assert.equal(allOf(['a']), "'a'");
  });
});

describe('what is not found', () => {
  it('is one sentence with the nearest name and all that there are', () => {
    assert.equal(
      notFound('schedule', 'nightli', "in the workspace 'ws'", ['nightly', 'weekly']),
      "There is no schedule 'nightli' in the workspace 'ws'. Did you mean 'nightly'? There are 'nightly' and 'weekly'.",
    );
    assert.match(notFound('step', 'x', "in the job 'j'", ['train']), /in the job 'j'\. There is 'train'\.$/);
    assert.match(notFound('step', 'x', "in the job 'j'", []), /There are none\.$/);
  });

  it('does not take one version for a misspelling of another', () => {
    assert.equal(
      notFound('version', '9', "of the model 'm'", ['1', '2']),
      "There is no version '9' of the model 'm'. There are '1' and '2'.",
    );
  });
});
