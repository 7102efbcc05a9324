import assert from 'node:assert/strict';
import { defineMessages, english, fill, fillText } from '../../../lib/core/message.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';

const messages = defineMessages({
  Connected: 'Workspace {workspace} in {region}.',
  Percent: '{percent} % done',
  Nothing: 'Nothing to do.',
});

describe('messages', () => {
  it('have their values in the named places', () => {
    assert.equal(english(fill(messages.Connected, { region: 'eastus', workspace: 'ws' })), 'Workspace ws in eastus.');
    assert.equal(english(fill(messages.Percent, { percent: 50 })), '50 % done');
    assert.equal(english(fill(messages.Nothing)), 'Nothing to do.');
  });

  it('know their key', () => assert.equal(messages.Connected.key, 'Connected'));

  it('may have their places in another order when they are translated', () => {
    const { values } = fill(messages.Connected, { workspace: 'ws', region: 'eastus' });
    assert.equal(fillText('{region}: {workspace}', values), 'eastus: ws');
    assert.equal(fillText('{regoin}: {workspace}', values), '{regoin}: ws');
  });

  it('take values as they are, braces and dollar signs included', () => {
    const filled = fill(messages.Connected, { workspace: "{region} $& $1 $'", region: 'r' });
    assert.equal(english(filled), "Workspace {region} $& $1 $' in r.");
  });

  it('do not compile without their values', () => {
    // Never called: the compiler is what judges here, and `npm run check` fails when a line below compiles.
    const compiled = (pipeline: Pipeline): void => {
      pipeline.say(messages.Connected, { workspace: 'ws', region: 'eastus' });
      pipeline.say(messages.Nothing);
      // @ts-expect-error: a value is missing
      pipeline.say(messages.Connected, { workspace: 'ws' });
      // @ts-expect-error: a value is misspelt
      pipeline.say(messages.Connected, { workspace: 'ws', regoin: 'eastus' });
      // @ts-expect-error: there is a value too many
      pipeline.say(messages.Connected, { workspace: 'ws', region: 'eastus', zone: '1' });
      // @ts-expect-error: there are no values
      pipeline.say(messages.Connected);
      // @ts-expect-error: the message has no places
      pipeline.say(messages.Nothing, { workspace: 'ws' });
      // @ts-expect-error: there is no such message
      pipeline.say(messages.Conected, { workspace: 'ws', region: 'eastus' });
      // @ts-expect-error: an error checks its message in the same way
      fill(messages.Connected, { workspace: 'ws' });
    };
    assert.equal(typeof compiled, 'function');
  });
});
