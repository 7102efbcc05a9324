import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureError } from '../../../lib/azure/failures.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { startMemory } from '../../../lib/pipelines/start-memory.ts';
import { sendAndReport } from '../../../tasks/submit-job/v1/send.ts';

const url = 'https://management.azure.com/start';

describe('the request that starts a job', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'start-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Sends a request that fails so. */
  async function failing(error: Error, isCancelled = false) {
    const run = new AbortController();
    const warned: unknown[] = [];
    const pipeline = {
      signal: run.signal,
      say: () => {},
      warn: (text: unknown) => warned.push(text),
      message: () => 'unclear',
      setOutput: () => {},
    };
    const send = async () => {
      if (isCancelled) run.abort();
      throw error;
    };
    const ports = { pipeline, clock: { now: () => 0, sleep: async () => {} } };
    const inputs = { whatIf: false, target: {}, following: { memory: folder, stepId: 'step', cancelJob: true } };
    const sent = sendAndReport(
      () => ({ request: { method: 'POST', url, audience: 'arm' } }),
      () => 'j',
      { client: { send } } as never,
      inputs as never,
      ports as never,
    );
    await assert.rejects(sent, (thrown) => thrown === error);
    return { warned, started: startMemory(folder, 'step').read() };
  }

  const refused = new AzureError({ status: 403, code: 'Forbidden', message: 'no', method: 'POST', url });
  const broken = new AzureError({ status: 500, code: 'Broken', message: 'no', method: 'POST', url });

  it('has started nothing when the sign-in is refused, so that a retry may send it', async () => {
    const { started } = await failing(new UserError({ code: 'SignInFailed', message: 'no' }));
    assert.deepEqual(started, { count: 0, job: '' });
    assert.deepEqual((await failing(broken)).started, { count: 1 });
  });

  it('warns in a cancelled run of a job that may run, and not of one that was refused', async () => {
    assert.deepEqual((await failing(refused, true)).warned, []);
    assert.deepEqual((await failing(broken, true)).warned, ['unclear']);
  });
});
