// Compiles the sandbox into dist, which is what the package holds: Node does not run TypeScript in node_modules.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const dist = join(folder, 'dist');
rmSync(dist, { recursive: true, force: true });

const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
const { bin } = JSON.parse(readFileSync(typescript, 'utf8'));
const { status } = spawnSync(process.execPath, [join(dirname(typescript), bin.tsc), '-p', folder], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);

/** What is loaded as it is: CommonJS of worker threads and preloads, Python. */
const resources = /\.(cjs|py)$/;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
  if (/^(dist|test|node_modules)\b/.test(path) || !entry.isFile() || !resources.test(path)) continue;
  cpSync(join(folder, path), join(dist, path));
}
