/** Logs beyond all measure: what is shown is cut, what is kept is whole, memory stays as it is. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, STD_LOG } from './story.ts';

/** A heap that is a twentieth of the log. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=48' };
const GIGABYTE = 1_000_000_000;
const LINE = Buffer.from(`${'x'.repeat(999)}\n`);

describe('a huge log', () => {
  const fake = fakeAzurePerTest();
  /** Serves ranges of a log that is nowhere as a whole. @param byte the content at a position that is a multiple of 100 */
  const serve = (size: number, piece: Buffer) =>
    fake().on(requests.LOG, ({ headers }) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range!)!.map(Number);
      if (first! >= size) return { status: 416, body: '', headers: { 'Content-Range': `bytes */${size}` } };
      const end = Math.min(last!, size - 1);
      const before = first! % piece.length;
      const body = Buffer.alloc(before + end - first! + 1, piece).subarray(before);
      return { status: 206, body, headers: { 'Content-Range': `bytes ${first}-${end}/${size}` } };
    });
  const stream = () => {
    fake().logs.set(STD_LOG, 'present');
    fake().addJob('train', 'Completed');
    return runBuiltTask('stream-job', fake(), FOLLOW, { env: SMALL_HEAP });
  };

  it('of 1 GB is cut, and kept as a file of the run', async () => {
    serve(GIGABYTE, LINE);
    const run = await stream();
    assert.deepEqual([run.result, run.killedBy, run.exitCode], ['Succeeded', null, 0], run.raw.slice(-3_000));
    assert.match(run.log, /further lines are not shown here; the whole log is kept as a file of this run/);
    assert.ok(run.log.length < 12_000_000);
    const path = /The whole log of the job: (\S+)/.exec(run.log)![1]!;
    assert.equal(statSync(path).size, GIGABYTE);
  }).timeout(240_000);

  it('that is one line of 500 MB is cut within the line', async () => {
    serve(GIGABYTE / 2, Buffer.from('y'));
    const run = await stream();
    assert.deepEqual([run.result, run.killedBy, run.exitCode], ['Succeeded', null, 0], run.raw.slice(-3_000));
    assert.match(run.log, /\| y{1000,16000} \.\.\. \(a line of 500000000 bytes\)/);
  }).timeout(240_000);

  it('is cut while the job runs, without reading the rest again and again', async () => {
    const azure = fake();
    serve(100_000_000, LINE);
    azure.logs.set(STD_LOG, 'present');
    addRunningJob(azure, { reads: 4 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW, { env: SMALL_HEAP });
    assert.equal(run.result, 'Succeeded', run.raw.slice(-3_000));
    // 3 to be shown, 25 and the end of it to be kept.
    assert.ok(azure.received(requests.LOG).length < 40, String(azure.received(requests.LOG).length));
  });

  it('that can’t be kept is a warning, and the job’s end stays what it is', async () => {
    let nth = 0;
    const size = 20_000_000;
    fake().on(requests.LOG, ({ headers }) => {
      if (++nth > 4) return { status: 403, body: '' };
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range!)!.map(Number);
      const body = Buffer.alloc(last! - first! + 1, LINE);
      return { status: 206, body, headers: { 'Content-Range': `bytes ${first}-${last}/${size}` } };
    });
    const run = await stream();
    assert.equal(run.result, 'Succeeded', run.raw.slice(-3_000));
    assert.match(run.log, /##\[warning\]The whole log of the job could not be kept/);
    assert.doesNotMatch(run.log, /The whole log of the job: /);
  });

  it('of a failed job ends with its last lines in the error’s group', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, `${LINE.toString().repeat(12_000)}Traceback: the cause\n`);
    azure.addJob('train', 'Failed');
    const run = await runBuiltTask('stream-job', azure, FOLLOW, { env: SMALL_HEAP });
    assert.equal(run.result, 'Failed');
    const group = run.log.slice(run.log.search(/##\[group\].*: last lines/));
    assert.match(group, /Traceback: the cause/);
    const path = /The whole log of the job: (\S+)/.exec(run.log)![1]!;
    assert.ok(readFileSync(path, 'utf8').endsWith('Traceback: the cause\n'));
  });
});
