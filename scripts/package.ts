/**
 * `npm run package`: builds, checks everything that the packer would let pass, writes build/model-bridge-<version>.vsix
 * and checks what is in it.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import AdmZip from 'adm-zip';
import { build, sizeTable } from './build.ts';
import { checkExtension } from './check-extension.ts';
import { checkVsix } from './check-vsix.ts';
import { extensionVersion, ROOT, STAGE } from './layout.ts';
import type { Problem } from './problem.ts';
import { type Files, listFiles } from './stage.ts';

/** Builds and packs the extension; returns the VSIX's path. Throws a `PackagingError` with all problems found. */
export async function pack(): Promise<string> {
  const bundles = await build();
  console.log(sizeTable(bundles));
  const staged = readFolder(STAGE);
  const problems = checkExtension(staged);
  if (problems.length > 0) throw new PackagingError(problems);

  const vsix = join(ROOT, `build/model-bridge-${extensionVersion()}.vsix`);
  const warnings = await runTfx(vsix);
  const content = readFileSync(vsix);
  problems.push(...warnings, ...checkVsix(readZip(content), content.length, staged));
  if (problems.length > 0) throw new PackagingError(problems);
  console.log(`${relative(process.cwd(), vsix)}  ${(content.length / 1024).toFixed(0)} KB, every check passed.`);
  return vsix;
}

export class PackagingError extends Error {
  constructor(problems: Problem[]) {
    const lines = problems.map(({ file, message, fix }) => `  ${file}: ${message}\n    fix: ${fix}`);
    super(`${problems.length} problem(s) in the extension:\n${lines.join('\n')}`);
  }
}

/** tfx says "Completed" after mistakes too, so each of its warnings counts as a problem. */
async function runTfx(vsix: string): Promise<Problem[]> {
  const tfx = join(ROOT, 'node_modules/tfx-cli/_build/tfx-cli.js');
  const args = ['extension', 'create', '--manifest-globs', 'vss-extension.json', '--output-path', vsix, '--no-prompt'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [tfx, ...args, '--no-color'], { cwd: STAGE });
  return `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => /^\s*(warning|error):/i.test(line))
    .map((line) => ({ file: 'vss-extension.json', message: line.trim(), fix: 'see what tfx means' }));
}

function readFolder(folder: string): Files {
  return new Map(listFiles(folder).map((path) => [path, readFileSync(join(folder, path))]));
}

function readZip(content: Buffer): Files {
  const entries = new AdmZip(content).getEntries().filter((entry) => !entry.isDirectory);
  return new Map(entries.map((entry) => [decodeURIComponent(entry.entryName), entry.getData()]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await pack();
  } catch (error) {
    console.error(error instanceof PackagingError ? error.message : error);
    process.exitCode = 1;
  }
}
