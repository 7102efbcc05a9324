/** Logs: no line twice, none lost, whatever happens to their files. */
import assert from 'node:assert/strict';
import { answers, cutsAnswer } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRun } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, STD_LOG } from './story.ts';

const linesOf = (run: TaskRun) =>
  run.log
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2));
const FORBIDDEN = answers(403, '<Error><Code>AuthenticationFailed</Code></Error>');

describe('the log of a job', () => {
  const fake = fakeAzurePerTest();
  const stream = (inputs = {}) => runBuiltTask('stream-job', fake(), { ...FOLLOW, ...inputs });
  const log = (text: string) => fake().logs.set(STD_LOG, text);
  /** What the log is from the so-manieth read of the job's details on. */
  const grows = (...texts: string[]) => {
    let read = 0;
    addRunningJob(fake(), { reads: texts.length * 2 });
    fake().on(requests.DETAILS, (_request, usual) => {
      const nth = Math.min(Math.floor(read++ / 2), texts.length - 1);
      log(texts[nth]!);
      if (read >= texts.length * 2 + 1)
        for (const job of fake().jobs.values()) job.status = job.properties.status = 'Completed';
      return usual();
    });
  };

  it('is shown as it grows, also when a line arrives in pieces', async () => {
    grows('one\ntw', 'one\ntwo\nthree\nfo', 'one\ntwo\nthree\nfour\nfive');
    const run = await stream();
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.deepEqual(linesOf(run), ['one', 'two', 'three', 'four', 'five']);
  });

  it('that begins anew is shown from its beginning', async () => {
    grows('one\ntwo\nthree\nfour\n', 'again\n', 'again\nmore\n');
    const run = await stream();
    assert.deepEqual(
      linesOf(run).filter((line) => !line.includes('begins anew')),
      ['one', 'two', 'three', 'four', 'again', 'more'],
    );
    assert.match(run.log, /the log begins anew: the step was started again/);
  });

  it('that begins anew and is longer already is told by its creation time', async () => {
    grows('one\ntwo\n', 'again\nmore and more\n');
    fake().on(requests.LOG, (_request, usual) => {
      const answer = usual();
      const isAgain = fake().logs.get(STD_LOG)!.startsWith('again');
      const created = {
        'x-ms-creation-time': isAgain ? 'Tue, 02 Jan 2024 00:00:00 GMT' : 'Mon, 01 Jan 2024 00:00:00 GMT',
      };
      return { ...answer, headers: { ...answer.headers, ...created } };
    });
    const run = await stream();
    assert.deepEqual(
      linesOf(run).filter((line) => !line.includes('begins anew')),
      ['one', 'two', 'again', 'more and more'],
    );
  });

  it('whose address has expired is read by the next one', async () => {
    grows('one\n', 'one\ntwo\n', 'one\ntwo\nthree\n');
    let nth = 0;
    fake().on(requests.LOG, (request, usual) =>
      ++nth % 2 === 0 ? FORBIDDEN(request, usual, undefined as never) : usual(),
    );
    const run = await stream();
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.deepEqual(linesOf(run), ['one', 'two', 'three']);
    assert.deepEqual(run.issues, []);
  });

  it('is complete when the connection breaks again and again in the middle', async () => {
    const lines = Array.from({ length: 2_000 }, (_, nth) => `line ${nth}`);
    grows(lines.slice(0, 1_000).join('\n'), lines.join('\n'));
    let nth = 0;
    fake().on(requests.LOG, (...exchange) => (++nth % 2 === 1 ? cutsAnswer()(...exchange) : exchange[1]()));
    const run = await stream();
    assert.deepEqual(linesOf(run), lines);
  });

  it('that may not be read never hides how the job ended', async () => {
    for (const status of ['Completed', 'Failed']) {
      fake().addJob('train', status);
      log('x\n');
      fake().on(requests.LOG, FORBIDDEN);
      const run = await stream();
      assert.equal(run.outputs.status, status, run.raw);
      assert.equal(run.result, status === 'Completed' ? 'Succeeded' : 'Failed');
      assert.match(run.log, /##\[warning\].*could not be read to its end\. It is in Azure ML studio: https/);
    }
  });

  it('that is listed some seconds after the end is shown', async () => {
    const job = fake().addJob('train', 'Completed');
    job.startTimeUtc = new Date().toISOString();
    const begin = Date.now();
    fake().on(requests.DETAILS, (_request, usual) => {
      if (Date.now() - begin > 4_000) log('one\nlast\n');
      return usual();
    });
    const run = await stream();
    assert.deepEqual(linesOf(run), ['one', 'last'], run.raw);
    assert.doesNotMatch(run.log, /lists no log/);
  });

  it('that is never listed is said to be missing, with a link', async () => {
    for (const status of ['Completed', 'Failed']) {
      const job = fake().addJob('train', status);
      job.startTimeUtc = new Date().toISOString();
      const before = fake().received(requests.DETAILS).length;
      const run = await stream();
      assert.equal(run.outputs.status, status, run.raw);
      assert.match(run.log, /Azure ML lists no log of the job yet\. .*: https/);
      assert.ok(fake().received(requests.DETAILS).length - before <= 10);
      assert.doesNotMatch(run.raw, /lines of its log above/);
    }
  });

  it('has its last lines shown that arrive after the end', async () => {
    log('one\n');
    addRunningJob(fake(), { reads: 2 });
    let afterEnd = 0;
    fake().on(requests.LOG, (_request, usual) => {
      const isOver = fake().jobs.get('train')!.status === 'Completed';
      if (isOver && ++afterEnd === 2) log('one\nlast\n');
      return usual();
    });
    const run = await stream();
    assert.deepEqual(linesOf(run), ['one', 'last'], run.raw);
  });

  it('has its last lines shown also when the read after the end fails once', async () => {
    log('one\n');
    addRunningJob(fake(), { reads: 2, change: () => log('one\nlast\n') });
    let afterEnd = 0;
    fake().on(requests.LOG, (request, usual) => {
      const isOver = fake().jobs.get('train')!.status === 'Completed';
      return isOver && ++afterEnd <= 2 ? FORBIDDEN(request, usual, undefined as never) : usual();
    });
    assert.deepEqual(linesOf(await stream()), ['one', 'last']);
  });

  it('is shown for failed jobs alone when that is wanted', async () => {
    log('one\nTraceback: boom\n');
    fake().addJob('train', 'Failed');
    const run = await stream({ logs: 'failed' });
    assert.match(run.log, /Traceback: boom/);
    fake().addJob('train', 'Completed');
    assert.doesNotMatch((await stream({ logs: 'failed' })).log, /Traceback/);
    assert.equal((await stream({ logs: 'none' })).result, 'Succeeded');
  });
});
