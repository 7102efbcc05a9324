/** Addresses and answers that nobody expects: each is a sentence with a fix, and none is called a defect. */
import assert from 'node:assert/strict';
import { answers, cutsAnswer, dropsConnection, hangs } from './fake-azure.ts';
import { startProxy } from './proxy.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRunOptions } from './run-built-task.ts';
import { fakeAzurePerTest } from './story.ts';

const HTML = answers(200, '<html><title>Please sign in</title></html>', { 'Content-Type': 'text/html' });

describe('odd answers', () => {
  const fake = fakeAzurePerTest((azure) => azure.addJob('train', 'Completed'));
  const stream = (options: TaskRunOptions = {}) => runBuiltTask('stream-job', fake(), { jobName: 'train' }, options);

  for (const [what, behaviour] of [
    ['a proxy’s page', HTML],
    ['nothing', answers(200, '')],
    ['null', answers(200, 'null')],
    ['JSON that is cut', answers(200, '{"location": "eas')],
    ['an answer that is cut', cutsAnswer()],
  ] as const)
    it(`get through ${what}, once`, async () => {
      fake().on(requests.WORKSPACE, behaviour, { times: 1 });
      assert.equal((await stream()).result, 'Succeeded');
    });

  for (const [what, pattern, behaviour, code] of [
    ['a page in place of the workspace', requests.WORKSPACE, HTML, 'AnswerNotUnderstood'],
    ['an empty workspace', requests.WORKSPACE, answers(200, {}), 'AnswerNotUnderstood'],
    ['a list in place of the workspace', requests.WORKSPACE, answers(200, []), 'AnswerNotUnderstood'],
    ['a discovery without its api', /^GET \/discovery/, answers(200, {}), 'AnswerNotUnderstood'],
    ['a page in place of the discovery', /^GET \/discovery/, HTML, 'AnswerNotUnderstood'],
    ['a page in place of the clouds', /^GET \/metadata/, HTML, 'AnswerNotUnderstood'],
    [
      'a redirect to a portal',
      requests.WORKSPACE,
      answers(302, '', { Location: 'https://portal.example/?t=s3cret' }),
      'RedirectNotFollowed',
    ],
    [
      'a discovery of another host',
      /^GET \/discovery/,
      answers(200, { api: 'https://evil.example/?sig=s3cret' }),
      'HostNotTrusted',
    ],
    ['a discovery without TLS', /^GET \/discovery/, answers(200, { api: 'http://127.0.0.1/' }), 'HostNotTrusted'],
  ] as const)
    it(`say what is wrong with ${what}`, async () => {
      fake().on(pattern, behaviour);
      const run = await stream();
      assert.equal(run.result, 'Failed');
      assert.match(run.message, new RegExp(`\\[${code}\\]$`), run.raw);
      assert.doesNotMatch(run.raw, /s3cret(?!-key)|evil\.example\/\S*[?]/);
      assert.equal(run.killedBy, null);
    });

  for (const [what, url, code] of [
    ['http', 'http://127.0.0.1:1/', 'ConnectionUrlInvalid'],
    ['no URL', 'management', 'ConnectionUrlInvalid'],
  ] as const)
    it(`say what is wrong with the connection: ${what}`, async () => {
      const run = await stream({ connection: { url } });
      assert.match(run.message, new RegExp(`\\[${code}\\]$`), run.raw);
    });

  it('of something that does not speak TLS are said without waiting', async () => {
    const proxy = await startProxy();
    try {
      const run = await stream({ connection: { url: proxy.url.replace('http:', 'https:') } });
      assert.match(run.message, /does not speak TLS, as HTTPS needs.*\[NetworkFailed\]$/, run.raw);
    } finally {
      proxy.stop();
    }
  });

  it('that repeat a secret do not show it, also not in the result of the step', async () => {
    const error = { code: 'Odd', message: 'You sent tok.en.x, c2VjcmV0, s3cret-key and a%2bb%2fc.' };
    fake().on(requests.WORKSPACE, answers(400, { error }));
    const run = await stream({ env: { SECRET_MINE: 'a+b/c' } });
    assert.match(run.message, /You sent \*\*\*, c2VjcmV0, \*\*\* and \*\*\*\./);
    assert.equal(run.issues[0]!.message, run.message);
  });

  it('leave no process behind: it ends when its result is reported', async () => {
    fake().on(/^GET .*\/jobs\/train/, dropsConnection(), { times: 1 });
    const run = await stream();
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.deepEqual([run.killedBy, run.exitCode], [null, 0]);
    fake().on(/^GET .*\/jobs\/train/, hangs());
    const cancelled = await stream({ cancel: { request: /^GET .*\/jobs\/train/ } });
    assert.deepEqual([cancelled.result, cancelled.killedBy, cancelled.exitCode], ['Canceled', null, 0]);
  });
});
