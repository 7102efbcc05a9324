/** Packs the sandbox and talks to an installed copy of it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** Runs `npm pack` and answers the path of the tarball, which is written into the folder. */
export function packSandbox(folder: string): string {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: packageFolder,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  // npm prints an array or, since version 12, an object with one entry per package.
  const [entry] = Object.values(JSON.parse(packed)) as { filename: string }[];
  return join(folder, entry!.filename);
}

/** Starts the program, asks for the discovery document once it is ready, and stops the program. */
export async function startAskStop(
  [program, ...args]: [string, ...string[]],
  folder: string,
): Promise<{ discovery: object; code: number }> {
  const environmentFile = join(folder, 'sandbox.env');
  const child = spawn(program, [...args, '--env-file', environmentFile], { cwd: folder });
  try {
    let output = '';
    const ended = once(child, 'close').then(([code]) => code as number);
    const ready = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          output += chunk;
          if (output.includes('The sandbox is ready')) resolve();
        });
    });
    await Promise.race([ready, ended.then((code) => Promise.reject(new Error(`It ended with ${code}.\n${output}`)))]);
    const discovery = await ask(readFileSync(environmentFile, 'utf8'));
    child.kill('SIGTERM');
    return { discovery, code: await ended };
  } finally {
    child.kill('SIGKILL');
  }
}

function ask(environment: string): Promise<object> {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(environment)![1]!;
  const url = new URL('/discovery', value('ARM_CLOUD_METADATA_URL'));
  return new Promise((resolve, reject) => {
    get(url, { ca: readFileSync(value('NODE_EXTRA_CA_CERTS')), agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
}
