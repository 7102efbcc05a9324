import assert from 'node:assert/strict';
import { encodings, redact } from '../../../lib/pipelines/agent.ts';

describe('secrets', () => {
  it('are known in every form in which an address or a document may have them', () => {
    const secret = 'ab+c/d="e';
    const forms = encodings(secret);
    for (const form of ['ab+c/d="e', 'ab%2Bc%2Fd%3D%22e', 'ab%2bc%2fd%3d%22e', 'ab+c/d=\\"e'])
      assert.equal(redact(`x ${form} y`, forms), 'x *** y', form);
    assert.equal(redact(Buffer.from(secret).toString('base64'), forms), '***');
  });
});
