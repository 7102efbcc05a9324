/**
 * Temporary files of a test run, those of killed tasks and agents too, are made in one folder, which is removed at the end.
 * Loaded by mocha before all tests, in its own process and in those of `--parallel`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OWNER = 'MODEL_BRIDGE_TEST_TEMP';

// The processes of `--parallel` inherit the folder of the first one.
if (process.env[OWNER] === undefined) {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'model-bridge-test-'));
  process.env[OWNER] = String(process.pid);
}

export function mochaGlobalTeardown(): void {
  if (process.env[OWNER] === String(process.pid))
    rmSync(process.env.TMPDIR!, { recursive: true, force: true, maxRetries: 5 });
}
