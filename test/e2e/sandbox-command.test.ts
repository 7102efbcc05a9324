import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ROOT } from '../../scripts/layout.ts';

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

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
    assert.equal(await isOpen(Number(new URL(url).port)), false);
  });
});
