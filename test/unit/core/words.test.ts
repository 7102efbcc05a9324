import assert from 'node:assert/strict';
import { notFound } from '../../../lib/core/words.ts';

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
