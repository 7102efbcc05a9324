import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { AzureError } from '../../../lib/azure/failures.ts';
import { mergeMetrics } from '../../../lib/azureml/job-metrics.ts';
import { metricValue } from '../../../lib/azureml/metrics.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Clock } from '../../../lib/core/clock.ts';
import { createLogReader, selectLogs, wholeLines } from '../../../lib/follow/logs.ts';
import { pollingInterval } from '../../../lib/follow/polling.ts';
import { hasEnded } from '../../../lib/follow/status.ts';
import { watchJob } from '../../../lib/follow/watch.ts';

/** Time that passes only when somebody sleeps. */
function fakeClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep(milliseconds) {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

/** A workspace whose run history answers what the script says, look after look. */
function scripted(looks: (string | Error)[], children: object[][] = [], logs: Record<string, string> = {}): Workspace {
  let look = -1;
  const client = {
    send({ url }: { url: string }) {
      const path = new URL(url).pathname;
      if (path.endsWith('/runs/job/details')) {
        look = Math.min(look + 1, looks.length - 1);
        const status = looks[look]!;
        if (status instanceof Error) return Promise.reject(status);
        const logFiles = logs.job === undefined ? {} : { 'user_logs/std_log.txt': 'https://blob/job' };
        return Promise.resolve({
          body: { runId: 'job', status, logFiles, error: { error: { code: 'UserError', message: 'it broke' } } },
        });
      }
      if (path.endsWith('/children'))
        return Promise.resolve({ body: { value: children[Math.min(look, children.length - 1)] ?? [] } });
      const id = path.split('/').at(-2)!;
      return Promise.resolve({
        body: {
          runId: id,
          status: 'Completed',
          logFiles: { 'user_logs/std_log.txt': `https://blob/${id}` },
          error: { error: { message: `${id} broke` } },
        },
      });
    },
    download: (url: string, range: Range) => bytesOf(Buffer.from(logs[new URL(url).pathname.slice(1)] ?? ''), range),
  };
  return { client, historyUrl: 'https://api/history' } as unknown as Workspace;
}

interface Range {
  first: number;
  last: number;
}

/** A blob's answer to a range, as storage streams it. */
const bytesOf = (bytes: Buffer, { first, last }: Range): Promise<{ status: number; stream: Readable }> =>
  Promise.resolve({ status: 206, stream: Readable.from([bytes.subarray(first, last + 1)]) });

interface Heard {
  statuses: string[];
  lines: string[];
  tables: string[];
  others: string[];
}

async function watch(workspace: Workspace, signal = new AbortController().signal) {
  const heard: Heard = { statuses: [], lines: [], tables: [], others: [] };
  const result = await watchJob(workspace, 'job', {
    clock: fakeClock(),
    signal,
    listener: {
      status: (status) => heard.statuses.push(status),
      steps: (steps) => heard.tables.push(steps.map(({ label, status }) => `${label}:${status}`).join(' ')),
      log: (step, lines) => heard.lines.push(...lines.map((line) => `${step ?? ''}>${line}`)),
      stillThere: (status) => heard.others.push(`still ${status}`),
      unreachable: () => heard.others.push('unreachable'),
    },
  });
  return { result, heard };
}

describe('watching a job', () => {
  it('goes on through every state that is no end, known or not', async () => {
    const states = [
      'NotStarted',
      'Provisioning',
      'NotResponding',
      'Paused',
      'Unknown',
      'SomethingNew',
      'Running',
      'Finalizing',
      'CancelRequested',
      'Completed',
    ];
    const { result, heard } = await watch(scripted(states));
    assert.deepEqual(heard.statuses, states);
    assert.equal(result.status, 'Completed');
  });

  it('shows steps only when one of them changed', async () => {
    const step = (status: string) => [{ runId: 'a', displayName: 'Train', status, runType: 'azureml.StepRun' }];
    const { heard } = await watch(
      scripted(
        ['Running', 'Running', 'Running', 'Completed'],
        [step('Queued'), step('Queued'), step('Running'), step('Completed')],
      ),
    );
    assert.deepEqual(heard.tables, ['Train:Queued', 'Train:Running', 'Train:Completed']);
  });

  it('prints every line of a log once, the last one too', async () => {
    const { heard } = await watch(scripted(['Running', 'Running', 'Completed'], [], { job: 'one\ntwo\nthree' }));
    assert.deepEqual(heard.lines, ['>one', '>two', '>three']);
  });

  it('tells failed steps with their error and the end of their log', async () => {
    const steps = [[{ runId: 'a', displayName: 'Train', status: 'Failed', runType: 'azureml.StepRun' }]];
    const { result } = await watch(scripted(['Running', 'Failed'], steps, { a: 'x\nTraceback' }));
    assert.deepEqual(result.failures, [{ label: 'Train', error: 'a broke', logTail: ['x', 'Traceback'] }]);
  });

  it('survives failures that pass and gives signs of life', async () => {
    const down = new AzureError({ status: 503, code: 'Busy', message: 'busy', method: 'GET', url: 'https://x' });
    const { heard } = await watch(scripted(['Running', down, down, ...Array<string>(80).fill('Running'), 'Completed']));
    assert.deepEqual(heard.statuses, ['Running', 'Completed']);
    assert.deepEqual(heard.others.slice(0, 2), ['unreachable', 'unreachable']);
    assert.ok(heard.others.includes('still Running'));
  });

  it('gives up when failures go on, and at once for what does not pass', async () => {
    const down = new AzureError({ status: 503, code: 'Busy', message: 'busy', method: 'GET', url: 'https://x' });
    const forbidden = new AzureError({ status: 403, code: 'No', message: 'no', method: 'GET', url: 'https://x' });
    await assert.rejects(watch(scripted([down])), /503/);
    await assert.rejects(watch(scripted(['Running', forbidden])), /403/);
  });

  it('stops when the run is cancelled', async () => {
    const cancel = new AbortController();
    cancel.abort(new Error('cancelled'));
    await assert.rejects(watch(scripted(['Running']), cancel.signal), /cancelled/);
  });
});

describe('job states', () => {
  it('end in exactly three', () => {
    const all = [
      'NotStarted',
      'Starting',
      'Provisioning',
      'Preparing',
      'Queued',
      'Running',
      'Finalizing',
      'CancelRequested',
      'Completed',
      'Failed',
      'Canceled',
      'NotResponding',
      'Paused',
      'Unknown',
    ];
    assert.deepEqual(all.filter(hasEnded), ['Completed', 'Failed', 'Canceled']);
  });

  it('are asked for every 2 s at first and every minute in the end', () => {
    assert.equal(pollingInterval(0), 2000);
    assert.equal(pollingInterval(40_000), 4000);
    assert.ok(pollingInterval(92_000) > 20_000 && pollingInterval(92_000) < 40_000);
    assert.ok(pollingInterval(600_000) >= 59_000 && pollingInterval(600_000) <= 60_000);
    assert.equal(pollingInterval(0, 500), 500);
  });
});

describe('logs', () => {
  it('of the first process are chosen, else those of older layouts', () => {
    assert.deepEqual(selectLogs(['user_logs/std_log.txt', 'system_logs/x.log']), ['user_logs/std_log.txt']);
    assert.deepEqual(selectLogs(['user_logs/std_log_process_0.txt', 'user_logs/std_log_process_1.txt']), [
      'user_logs/std_log_process_0.txt',
    ]);
    assert.deepEqual(selectLogs(['azureml-logs/70_driver_log.txt', 'azureml-logs/55_x.txt']), [
      'azureml-logs/55_x.txt',
      'azureml-logs/70_driver_log.txt',
    ]);
    assert.deepEqual(selectLogs(['logs/azureml/executionlogs.txt']), ['logs/azureml/executionlogs.txt']);
    assert.deepEqual(selectLogs([]), []);
  });

  it('are cut at line ends only, so that characters stay whole', () => {
    const bytes = Buffer.from('ä\nöü');
    assert.deepEqual(wholeLines(bytes, false), { taken: 3, text: 'ä' });
    assert.deepEqual(wholeLines(bytes.subarray(0, 4), false), { taken: 3, text: 'ä' });
    assert.deepEqual(wholeLines(bytes, true), { taken: 7, text: 'ä\nöü' });
    assert.deepEqual(wholeLines(Buffer.from('no end'), false), { taken: 0, text: '' });
  });

  it('of many lines are read whole, in chunks that end with a line', async () => {
    const text = Array.from({ length: 300_000 }, (_, i) => `line ${i} ä`).join('\n');
    const bytes = Buffer.from(text);
    const client = { download: (_: string, range: Range) => bytesOf(bytes, range) };
    const lines = await createLogReader().read({ client } as unknown as Workspace, 'https://x', true);
    assert.equal(lines.length, 300_000);
    assert.equal(lines.join('\n') === text, true);
  });

  it('lose colours, controls and what a progress bar has overwritten', async () => {
    const text = '\u001b[31mred\u001b[0m\n10%\r100%\nwin\r\n\u0007bell\n';
    const client = { download: (_: string, range: Range) => bytesOf(Buffer.from(text), range) };
    const lines = await createLogReader().read({ client } as unknown as Workspace, 'https://x', false);
    assert.deepEqual(lines, ['red', '100%', 'win', 'bell']);
  });
});

describe('metrics', () => {
  it('of several steps are one list; a name that several logged keeps the step, whatever the values', () => {
    const merged = mergeMetrics([
      { step: '', metrics: { total: 3 } },
      { step: 'train', metrics: { loss: 1, auc: 0.5, f1: 1 } },
      { step: 'evaluate', metrics: { loss: 2, auc: 0.5 } },
    ]);
    assert.deepEqual(merged, {
      total: 3,
      'train/loss': 1,
      'train/auc': 0.5,
      f1: 1,
      'evaluate/loss': 2,
      'evaluate/auc': 0.5,
    });
  });

  it('that are no JSON numbers come as text', () => {
    assert.equal(metricValue(0.5), 0.5);
    assert.equal(metricValue('Infinity'), Infinity);
    assert.ok(Number.isNaN(metricValue('NaN')));
  });
});
