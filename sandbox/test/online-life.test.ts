import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../contracts.ts';
import { startSandbox } from '../sandbox.ts';
import { armClient } from './http.ts';
import {
  type Arm,
  deploymentBody,
  endpointBody,
  followed,
  putCode,
  putOnline,
  score,
  scriptOf,
} from './online-workspace.ts';

/** Processes that work in the folder: those that serve its deployments, and what they have started. */
const serving = (folder: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });

/** What a script may start, and leave to itself. */
const child = 'import subprocess\nsubprocess.Popen(["sleep", "1000"])\n';

const until = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  for (const end = Date.now() + 40_000; !(await isSo()); await sleep(30))
    if (Date.now() > end) throw new Error(`It never happened that ${what}.`);
};

describe('the life of what serves online deployments', () => {
  let folder: string;
  let sandbox: Sandbox;
  let arm: Arm;
  const settings = { requestSettings: { maxConcurrentRequestsPerInstance: 100 } };

  const start = async () => {
    sandbox = await startSandbox({ data: folder });
    arm = await armClient(sandbox);
  };
  const deploy = async (path: string, script: string) =>
    putOnline(sandbox, arm, path, deploymentBody(await putCode(sandbox, arm, script), settings));
  const uriOf = async (name: string): Promise<string> =>
    (await arm.call('GET', `onlineEndpoints/${name}`)).body.properties.scoringUri;
  const keyOf = async (name: string): Promise<string> =>
    (await arm.call('POST', `onlineEndpoints/${name}/listKeys`)).body.primaryKey;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'online-life-'));
    await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('loses no request while deployments and traffic change', async () => {
    await putOnline(sandbox, arm, 'onlineEndpoints/busy', endpointBody());
    await deploy(
      'onlineEndpoints/busy/deployments/blue',
      scriptOf('blue-1', 'import time\n').replace('return', 'time.sleep(0.02)\n    return'),
    );
    await putOnline(sandbox, arm, 'onlineEndpoints/busy', endpointBody({ traffic: { blue: 100 } }));
    const [uri, key] = [await uriOf('busy'), await keyOf('busy')];
    const seen: Record<string, number> = {};
    let isOver = false;
    const ask = async () => {
      while (!isOver) {
        const answer = await score(sandbox, uri, { key });
        const from = answer.status === 200 ? answer.body.from : `${answer.status} ${answer.text}`;
        seen[from] = (seen[from] ?? 0) + 1;
      }
    };
    const clients = Array.from({ length: 4 }, ask);
    await deploy('onlineEndpoints/busy/deployments/green', scriptOf('green-1'));
    await putOnline(sandbox, arm, 'onlineEndpoints/busy', endpointBody({ traffic: { blue: 50, green: 50 } }));
    await deploy('onlineEndpoints/busy/deployments/blue', scriptOf('blue-2'));
    await putOnline(sandbox, arm, 'onlineEndpoints/busy', endpointBody({ traffic: { green: 100 } }));
    await followed(sandbox, arm, await arm.call('DELETE', 'onlineEndpoints/busy/deployments/blue'));
    await sleep(100);
    isOver = true;
    await Promise.all(clients);
    assert.deepEqual(Object.keys(seen).sort(), ['blue-1', 'blue-2', 'green-1'], JSON.stringify(seen));
  });

  it('ends with the deployment, with the endpoint and with the sandbox', async () => {
    for (const name of ['one', 'two', 'three']) {
      await putOnline(sandbox, arm, `onlineEndpoints/${name}`, endpointBody());
      await deploy(`onlineEndpoints/${name}/deployments/blue`, scriptOf(name, child));
    }
    const containers = join(folder, 'azureml', 'online');
    const each = serving(folder).length / 3;
    assert.ok(each >= 2, String(each));
    assert.equal(readdirSync(containers).length, 3);
    await followed(sandbox, arm, await arm.call('DELETE', 'onlineEndpoints/one/deployments/blue'));
    await until(() => serving(folder).length === 2 * each, 'the process of a deleted deployment ended');
    await followed(sandbox, arm, await arm.call('DELETE', 'onlineEndpoints/two'));
    await until(() => serving(folder).length === each, 'the processes of a deleted endpoint ended');
    await until(() => readdirSync(containers).length === 1, 'its files were removed');
    await sandbox.stop();
    assert.deepEqual(serving(folder), []);
    assert.ok(!existsSync(containers));
  });

  it('ends when a deployment that is just starting is overtaken by the end of the sandbox', async () => {
    await putOnline(sandbox, arm, 'onlineEndpoints/short', endpointBody());
    const code = await putCode(
      sandbox,
      arm,
      'import time\ntime.sleep(60)\ndef init():\n    pass\ndef run(data):\n    return 1\n',
    );
    await arm.call('PUT', 'onlineEndpoints/short/deployments/blue', deploymentBody(code));
    await until(() => serving(folder).length >= 1, 'the process started');
    await sandbox.stop();
    assert.deepEqual(serving(folder), []);
  });

  it('serves again after a restart with the same data', async () => {
    await putOnline(sandbox, arm, 'onlineEndpoints/again', endpointBody());
    await deploy('onlineEndpoints/again/deployments/blue', scriptOf('again'));
    await putOnline(sandbox, arm, 'onlineEndpoints/again', endpointBody({ traffic: { blue: 100 } }));
    const key = await keyOf('again');
    await sandbox.stop();
    await start();
    assert.equal(await keyOf('again'), key);
    const uri = await uriOf('again');
    await until(async () => (await score(sandbox, uri, { key })).status === 200, 'the deployment served again');
    assert.equal((await score(sandbox, uri, { key })).body.from, 'again');
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`ends when the sandbox gets ${signal}`, async () => {
      await putOnline(sandbox, arm, 'onlineEndpoints/killed', endpointBody());
      await deploy('onlineEndpoints/killed/deployments/blue', scriptOf('killed', child));
      await sandbox.stop();
      const root = fileURLToPath(new URL('..', import.meta.url));
      const args = ['--import', 'tsx', '--', 'main.ts', '--quiet', '--data', folder];
      const killed = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' });
      const ended = new Promise((resolve) => killed.once('exit', resolve));
      try {
        await until(() => serving(folder).length >= 2, 'the deployment served again');
        killed.kill(signal);
        await ended;
        await until(() => serving(folder).length === 0, 'its process ended');
      } finally {
        killed.kill('SIGKILL');
      }
    });
  }
});
