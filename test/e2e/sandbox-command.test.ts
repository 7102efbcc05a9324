import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isOpen, portOf } from '../../sandbox/test/ports.ts';
import { ROOT } from '../../scripts/layout.ts';

async function until(condition: () => boolean, child: ChildProcess): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`The sandbox ended with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('npm run sandbox', () => {
  it('names itself in the help', () => {
    const help = execFileSync('npm', ['run', '--silent', 'sandbox', '--', '--help'], { cwd: ROOT, encoding: 'utf8' });
    assert.match(help, /npm run sandbox -- run PIPELINE\.yml/);
  });

  it('leaves nothing behind when npm is stopped', async () => {
    const npm = spawn('npm', ['run', 'sandbox'], { cwd: ROOT });
    let output = '';
    npm.stdout.on('data', (chunk) => (output += chunk));
    await until(() => output.includes('The sandbox is ready'), npm);
    const url = /Azure Resource Manager\s+(https:\S+)/.exec(output)![1]!;
    const ended = once(npm, 'close');
    npm.kill('SIGTERM');
    await ended;
    assert.equal(await isOpen(portOf(url)), false);
  });
});
