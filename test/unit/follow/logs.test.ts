import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AzureClient } from '../../../lib/azure/client.ts';
import { neutral } from '../../../lib/core/neutral.ts';
import { cleanLine, createLineCutter } from '../../../lib/follow/lines.ts';
import { logMark, selectLogs } from '../../../lib/follow/log-files.ts';
import { createLogReader, readTail } from '../../../lib/follow/log-reader.ts';
import { blobAnswer } from './fake-job.ts';

interface Range {
  first: number;
  last: number;
}

const client = (download: (range: Range) => unknown): AzureClient =>
  ({ download: async (_: string, range: Range) => download(range) }) as unknown as AzureClient;
const blob = (bytes: Buffer, created?: string): AzureClient => client((range) => blobAnswer(bytes, range, created));

describe('log lines', () => {
  it('are the same however the bytes are cut', () => {
    const text = fc.array(fc.constantFrom('a', 'ä', '日', '\n', '\n', ' ', '##', '[x]'), { maxLength: 60 });
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, sizes, (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const lines: string[] = [];
        const cutter = createLineCutter((line) => lines.push(line));
        for (let i = 0, n = 0; i < bytes.length; n++) {
          const size = cuts[n % cuts.length]!;
          cutter.push(bytes.subarray(i, i + size));
          i += size;
        }
        cutter.end();
        const expected = parts.join('').split('\n');
        if (expected.at(-1) === '') expected.pop();
        assert.deepEqual(lines, expected.map(cleanLine));
      }),
    );
  });

  it('lose colours, controls and what a progress bar has overwritten', () => {
    const shown = [
      '\u001b[31mred\u001b[0m',
      '10%\r100%',
      'win\r',
      '\u0007bell',
      '\u001b]0;title\u0007text',
      'tab\tstop',
    ];
    assert.deepEqual(shown.map(cleanLine), ['red', '100%', 'win', 'bell', 'text', 'tab\tstop']);
  });

  it('can not be commands of the agent, whatever hides them', () => {
    const tries = [
      '##vso[task.complete result=Succeeded]',
      'x ##VSO[task.setvariable variable=a]b',
      '##[error]faked',
      '#\u0000#\u0000v\u0000s\u0000o\u0000[\u0000t',
      '#\u001b[0m#vso[task.debug]',
      '##\u200bvso[task.debug]',
      '\ufeff##vso[task.debug]',
      'old\r##vso[task.debug]',
      '#\u0008##vso[a]',
    ];
    for (const line of tries) assert.doesNotMatch(cleanLine(line), /##(vso)?\[/i, JSON.stringify(line));
    const parts = fc.constantFrom('#', '##', 'vso', 'VSO', '[', '\u0000', '\u001b[0m', '\r', '\u200b', 'x');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (line) => {
        assert.doesNotMatch(cleanLine(line.join('')), /##(vso)?\[/i);
      }),
      { numRuns: 5_000 },
    );
    assert.equal(neutral('##vso[x] and ##[y]'), '##_vso[x] and ##_[y]');
    assert.equal(neutral('a ## heading [link]'), 'a ## heading [link]');
  });

  it('of any length take bounded memory', () => {
    const lines: string[] = [];
    const cutter = createLineCutter((line) => lines.push(line));
    const chunk = Buffer.alloc(1_000_000, 'x');
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = used();
    for (let i = 0; i < 200; i++) cutter.push(chunk);
    assert.ok(used() - before < 50_000_000);
    cutter.push(Buffer.from('\nnext\n'));
    assert.match(lines[0]!, /^x{16000} \.\.\. \(a line of 200000000 bytes\)$/);
    assert.equal(lines[1], 'next');
  });
});

describe('reading a log', () => {
  it('takes it whole, in several requests', async () => {
    const text = Array.from({ length: 700_000 }, (_, i) => `line ${i} ä`).join('\n');
    const lines: string[] = [];
    await createLogReader((line) => lines.push(line), assert.fail).read(blob(Buffer.from(text)), 'u', true);
    assert.equal(lines.length, 700_000);
    assert.equal(lines.join('\n') === text, true);
  });

  it('goes on after a lost connection, at any byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 60 }, (_, i) => `zeile ${i} ä日`).join('\n'));
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (breaks) => {
        const left = [...breaks];
        const lines: string[] = [];
        const reader = createLogReader((line) => lines.push(line), assert.fail);
        const flaky = client((range) => {
          const size = left.shift();
          const answer = blobAnswer(bytes, range);
          if (size === undefined || !answer.stream) return answer;
          const part = bytes.subarray(range.first, range.first + size);
          const stream = (async function* () {
            yield part;
            throw new Error('connection reset');
          })();
          return { ...answer, stream };
        });
        for (let done = false; !done; ) {
          try {
            await reader.read(flaky, 'u', true);
            done = true;
          } catch (error) {
            assert.match(String(error), /connection reset/);
          }
        }
        assert.equal(lines.join('\n'), bytes.toString());
      }),
      { numRuns: 50 },
    );
  });

  it('goes on where an earlier process stopped, at the beginning of a line', async () => {
    const first = createLogReader(() => {}, assert.fail);
    await first.read(blob(Buffer.from('one\ntwo\nthr')), 'u', false);
    assert.equal(first.position(), 8);
    const lines: string[] = [];
    const second = createLogReader((line) => lines.push(line), assert.fail, first.position());
    await second.read(blob(Buffer.from('one\ntwo\nthree\n')), 'u', true);
    assert.deepEqual(lines, ['three']);
  });

  it('begins anew when the log is another one: shorter, or made later', async () => {
    const others = [
      ['fresh\n', '1'],
      ['fresh\n'.repeat(9), '2'],
    ] as const;
    for (const [next, created] of others) {
      const lines: string[] = [];
      const reader = createLogReader(
        (line) => lines.push(line),
        () => lines.push('--'),
      );
      await reader.read(blob(Buffer.from('old one\nold two\nhalf'), '1'), 'u', false);
      await reader.read(blob(Buffer.from(next), created), 'u', true);
      assert.deepEqual(lines.slice(0, 4), ['old one', 'old two', '--', 'fresh']);
    }
  });

  it('passes over what it has when the server ignores the range', async () => {
    const bytes = Buffer.from('one\ntwo\nthree\n');
    const lines: string[] = [];
    const reader = createLogReader((line) => lines.push(line), assert.fail);
    await reader.read(blob(bytes.subarray(0, 8)), 'u', false);
    const whole = client(() => ({ ...blobAnswer(bytes, { first: 0, last: 99 }), status: 200 }));
    await reader.read(whole, 'u', true);
    assert.deepEqual(lines, ['one', 'two', 'three']);
  });

  it('says when there is nothing to read', async () => {
    const reader = createLogReader(assert.fail, assert.fail);
    const gone = client(() => ({ status: 403, stream: undefined, header: () => undefined }));
    assert.equal(await reader.read(gone, 'u', true), 'unreadable');
  });

  it('takes the end of a long log alone', async () => {
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `line ${i}`).join('\n'));
    const read: number[] = [];
    const noting = client((range) => {
      read.push(range.first);
      return blobAnswer(bytes, range);
    });
    assert.deepEqual(await readTail(noting, 'u', 3), ['line 49997', 'line 49998', 'line 49999']);
    assert.ok(read[1]! > bytes.length - 70_000);
    assert.deepEqual(await readTail(blob(Buffer.from('a\nb')), 'u', 3), ['a', 'b']);
  });
});

describe('log files', () => {
  it('are those of the user’s processes, the first one unmarked; else those of older layouts', () => {
    const process = (n: number): string => `user_logs/std_log_process_${n}.txt`;
    const chosen = selectLogs([process(10), process(2), process(0)]);
    assert.deepEqual(
      chosen.map((name) => logMark(name, chosen)),
      ['', 'process_2', 'process_10'],
    );
    assert.deepEqual(selectLogs(['user_logs/std_log.txt', 'system_logs/x.log']), ['user_logs/std_log.txt']);
    const older = ['azureml-logs/55_x.txt', 'azureml-logs/70_driver_log.txt'];
    assert.deepEqual(selectLogs(older.toReversed()), older);
    assert.deepEqual(selectLogs(['logs/azureml/azureml_automl.log']), ['logs/azureml/azureml_automl.log']);
    // ReuseHash and other noise of the orchestration.
    assert.deepEqual(selectLogs(['logs/azureml/executionlogs.txt', 'logs/azureml/stderrlogs.txt']), []);
  });
});
