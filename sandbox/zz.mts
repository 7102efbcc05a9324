import { spawn, spawnSync } from 'node:child_process';
import { startSandbox } from './sandbox.ts';

const sandbox = await startSandbox();
for (const part of process.argv.slice(2)) {
  await new Promise<void>((resolve) => {
    const child = spawn('/tmp/wt/recorded/.venv/bin/python', ['-W', 'ignore', `/tmp/wt/recorded/test/full/${part}`], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...sandbox.environment } as any,
      stdio: 'inherit',
    });
    child.on('close', () => resolve());
  });
}
await sandbox.stop();
