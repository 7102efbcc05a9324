/** Starting and stopping: what the command line promises, and what is left behind. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../sandbox.ts';
import { armClient, uploadBlob } from './http.ts';
import { isOpen, portOf } from './ports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const data = { properties: { dataType: 'uri_folder', dataUri: 'azureml://datastores/workspaceblobstore/paths/kept/' } };

describe('the life of a sandbox', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'life-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps resources, blobs, secrets and ports with --data', async () => {
    const first = await startSandbox({ data: folder });
    const arm = await armClient(first);
    assert.equal((await arm.call('PUT', 'data/kept/versions/1', data)).status, 201);
    const upload = await arm.call('POST', 'codes/kept/versions/1/startPendingUpload', {});
    const { blobUri, credential } = upload.body.blobReferenceForConsumption;
    assert.equal(await uploadBlob(first, credential.sasUri, 'src/main.py', 'pass'), 201);
    await first.stop();
    const second = await startSandbox({ data: folder });
    try {
      assert.equal(second.azuremlUrl, first.azuremlUrl);
      assert.equal(second.environment.AZURE_CLIENT_SECRET, first.environment.AZURE_CLIENT_SECRET);
      const again = await armClient(second);
      const { body } = await again.call('GET', 'data/kept/versions/1');
      assert.match(
        body.properties.dataUri,
        /^azureml:\/\/subscriptions\/.*\/datastores\/workspaceblobstore\/paths\/kept\/$/,
      );
      assert.equal((await again.call('GET', 'data/kept')).body.properties.nextVersion, '2');
      // Code is refused unless its files are there.
      const code = await again.call('PUT', 'codes/kept/versions/1', { properties: { codeUri: `${blobUri}/src` } });
      assert.equal(code.status, 201, JSON.stringify(code.body));
    } finally {
      await second.stop();
    }
  });

  it('lets one sandbox at a time work in a folder', async () => {
    const first = await startSandbox({ data: folder });
    await assert.rejects(startSandbox({ data: folder }), /in use by another sandbox \(process \d+\)/);
    await first.stop();
    // What a killed sandbox left: a process that is no more, and one whose number another process has now.
    for (const owner of ['{"pid":999999999}', `{"pid":${process.pid},"started":"1"}`, '']) {
      writeFileSync(join(folder, 'sandbox.lock'), owner);
      await (await startSandbox({ data: folder })).stop();
      assert.equal(existsSync(join(folder, 'sandbox.lock')), false);
    }
  });

  it('keeps resources and runs with the longest names', async () => {
    const name = 'n'.repeat(255);
    const first = await startSandbox({ data: folder });
    const arm = await armClient(first);
    const environment = { properties: { image: 'python' } };
    assert.equal((await arm.call('PUT', `environments/${name}/versions/${name}`, environment)).status, 201);
    const environmentId = 'azureml:AzureML-sklearn-1.5@latest';
    const job = { properties: { jobType: 'Command', command: 'true', environmentId } };
    assert.equal((await arm.call('PUT', `jobs/${name}`, job)).status, 201);
    await first.stop();
    const second = await startSandbox({ data: folder });
    try {
      const again = await armClient(second);
      assert.equal((await again.call('GET', `environments/${name}/versions/${name}`)).status, 200);
      assert.equal((await again.call('GET', `jobs/${name}`)).status, 200);
    } finally {
      await second.stop();
    }
  });

  it('runs beside another and takes a free port when the kept one is taken', async () => {
    const first = await startSandbox({ data: folder });
    const other = mkdtempSync(join(tmpdir(), 'life-'));
    try {
      const second = await startSandbox({ data: other, ports: { azureml: portOf(first.azuremlUrl) } });
      try {
        assert.notEqual(second.azuremlUrl, first.azuremlUrl);
        assert.equal((await (await armClient(second)).call('GET', 'computes')).status, 200);
        assert.equal((await (await armClient(first)).call('GET', 'computes')).status, 200);
      } finally {
        await second.stop();
      }
    } finally {
      await first.stop();
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('leaves no temporary folder and no port behind', async () => {
    const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('sandbox-'));
    const sandbox = await startSandbox();
    const used = sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!;
    assert.ok(existsSync(used));
    await sandbox.stop();
    assert.ok(!existsSync(used));
    assert.ok(temporary().every((name) => !used.includes(name)));
    for (const url of [sandbox.azuremlUrl, sandbox.identityUrl]) assert.equal(await isOpen(portOf(url)), false);
  });

  describe('on the command line', () => {
    const start = (...args: string[]) => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--', 'main.ts', ...args], { cwd: root });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      return { child, ended, output: () => output };
    };
    const until = async (condition: () => boolean, child: ChildProcess) => {
      while (!condition()) {
        if (child.exitCode !== null) throw new Error(`The sandbox ended with ${child.exitCode}.`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`writes the environment once everything answers and ends cleanly on ${signal}`, async () => {
        const file = join(folder, 'sandbox.env');
        const { child, ended, output } = start('--env-file', file);
        try {
          await until(() => output().includes('The sandbox is ready'), child);
          const lines = readFileSync(file, 'utf8').trim().split('\n');
          const environment = Object.fromEntries(
            lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
          );
          for (const name of documentedNames) assert.ok(environment[name], `${name} is missing`);
          const ports = [environment.ARM_CLOUD_METADATA_URL, environment.AZURE_AUTHORITY_HOST].map(portOf);
          for (const port of ports) assert.equal(await isOpen(port), true);
          child.kill(signal);
          assert.equal(await ended, 0, output());
          for (const port of ports) assert.equal(await isOpen(port), false);
        } finally {
          child.kill('SIGKILL');
        }
      });
    }

    it('ends even when its folder has been taken away', async () => {
      const { child, ended, output } = start('--data', join(folder, 'data'));
      try {
        await until(() => output().includes('The sandbox is ready'), child);
        rmSync(join(folder, 'data'), { recursive: true, force: true });
        child.kill('SIGTERM');
        const tooLate = new Promise<string>((resolve) => setTimeout(resolve, 20_000, 'still running').unref());
        assert.notEqual(await Promise.race([ended, tooLate]), 'still running', output());
      } finally {
        child.kill('SIGKILL');
      }
    });

    it('runs a pipeline file and answers with its result', async () => {
      const file = join(folder, 'pipeline.yml');
      writeFileSync(file, 'steps:\n- bash: echo "$(who) on $(Build.SourceBranch)"\n- bash: exit $(code)\n');
      const run = (code: string) =>
        start('run', file, '--variable', 'who=me', '--variable', `code=${code}`, '--branch', 'refs/heads/x');
      const good = run('0');
      assert.equal(await good.ended, 0, good.output());
      assert.match(good.output(), /^me on refs\/heads\/x$/m);
      const bad = run('3');
      assert.equal(await bad.ended, 1, bad.output());
      writeFileSync(file, 'steps:\n- task: NoSuchTask@1\n');
      const wrong = start('run', file);
      assert.equal(await wrong.ended, 1);
      assert.match(wrong.output(), /NoSuchTask/);
      assert.doesNotMatch(wrong.output(), /^\s+at .*\.ts:/m, 'an error in the file shows no stack');
    });

    it('runs a pipeline with groups, another repository and a task that is missing', async () => {
      const [file, groups, lib] = ['ci.yml', 'groups.yml', 'lib'].map((name) =>
        join(folder, 'project', 'ci', name),
      ) as [string, string, string];
      mkdirSync(lib, { recursive: true });
      writeFileSync(join(lib, 'steps.yml'), 'steps: [{ bash: echo "lib says $(word)" }]');
      writeFileSync(groups, 'words: { word: hello }');
      writeFileSync(
        file,
        'resources: { repositories: [{ repository: lib, type: git, name: lib }] }\nvariables: [{ group: words }]\nsteps:\n- template: steps.yml@lib\n- task: AzureCLI@2\n- bash: ls ci\n',
      );
      const options = [
        '--repository',
        join(folder, 'project'),
        '--repository-resource',
        `lib=${lib}`,
        '--variable-group',
        groups,
      ];
      const strict = start('run', file, ...options);
      assert.equal(await strict.ended, 1);
      assert.match(strict.output(), /AzureCLI.*--skip-unknown-tasks/s);
      const run = start('run', file, ...options, '--skip-unknown-tasks');
      assert.equal(await run.ended, 0, run.output());
      assert.match(run.output(), /^lib says hello$/m);
      assert.match(run.output(), /^groups\.yml$/m);
      assert.match(run.output(), /##\[warning\]Step AzureCLI did not run/);
      for (const [wrong, code] of [
        [['--repository', join(folder, 'nowhere')], 2],
        [['--repository-resource', 'lib'], 2],
        [['--variable-group', join(folder, 'nowhere')], 1],
      ] as const) {
        const refused = start('run', file, ...wrong);
        assert.equal(await refused.ended, code, refused.output());
        assert.doesNotMatch(refused.output(), /^\s+at .*\.ts:/m);
      }
    });

    it('explains itself and refuses what it does not know', async () => {
      const help = start('--help');
      assert.equal(await help.ended, 0);
      assert.match(help.output(), /--env-file PATH/);
      for (const args of [['--nonsense'], ['walk'], ['run'], ['run', 'x.yml', '--variable', 'novalue']]) {
        const wrong = start(...args);
        assert.equal(await wrong.ended, 2, args.join(' '));
        assert.match(wrong.output(), /model-bridge-sandbox run PIPELINE\.yml/);
      }
    });
  });
});

const documentedNames = [
  'ARM_CLOUD_METADATA_URL',
  'AZUREML_CURRENT_CLOUD',
  'AZURE_AUTHORITY_HOST',
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_SUBSCRIPTION_ID',
  'AZURE_RESOURCE_GROUP',
  'AZUREML_WORKSPACE_NAME',
  'MLFLOW_TRACKING_URI',
  'MLFLOW_TRACKING_TOKEN',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'PYTHONPATH',
  'AZURE_DEVOPS_ORG_URL',
  'AZURE_DEVOPS_PROJECT',
  'AZURE_DEVOPS_TOKEN',
];
