import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { type BuildResult, build } from 'esbuild';
import { ROOT } from '../../scripts/layout.ts';
import { isReplacement, leavingOut } from '../../scripts/left-out.ts';

const bundle = (contents: string) =>
  build({
    stdin: { contents, resolveDir: ROOT },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    plugins: [leavingOut],
    logLevel: 'silent',
  });

describe('what bundles do without', () => {
  let whole: BuildResult<{ write: false; metafile: true }>;
  before(async () => {
    whole = await bundle(`import * as tl from 'azure-pipelines-task-lib/task.js';
      import '@azure/storage-blob';
      import '@azure/identity';
      const attempt = (call) => { try { call(); return 'fine'; } catch (error) { return error.message; } };
      const said = {
        tool: attempt(() => tl.tool('node')),
        newEnough: attempt(() => tl.assertAgent('3.8.12')),
        tooOld: attempt(() => tl.assertAgent('3.10.0')),
      };
      console.log(JSON.stringify(said));`);
  });

  /** What the bundle prints, which runs in a process of its own because the task library listens for uncaught errors. */
  const run = (): Record<string, string> => {
    const { stdout } = spawnSync(process.execPath, ['-'], {
      input: `const __importMetaUrl = 'file:///bundle.js';${whole.outputFiles[0]!.text}`,
      env: { AGENT_VERSION: '3.9.0' },
      encoding: 'utf8',
    });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, string>;
  };

  it('says so when it is called after all, and compares versions of the agent as before', () => {
    const { tool, newEnough, tooOld } = run();
    assert.match(tool!, /Starting programs is not part of this bundle/);
    assert.equal(newEnough, 'fine');
    assert.match(tooOld!, /3\.10\.0/);
  });

  it('fails the build when a library does not have it any more', async () => {
    await assert.rejects(bundle(`import 'azure-pipelines-task-lib/task.js';`), ({ message }: Error) => {
      assert.match(message, /Found nothing to leave out for this reason: A task never opens a browser/);
      assert.doesNotMatch(message, /Tasks start no other programs/);
      return true;
    });
  });

  it('is told from what is in a bundle', () => {
    const parts = Object.keys(whole.metafile.inputs).filter((input) => /[\\/](q|open|semver)[\\/]/.test(input));
    assert.ok(parts.length >= 2);
    assert.deepEqual(
      parts.filter((input) => !isReplacement(input)),
      [],
    );
  });
});
