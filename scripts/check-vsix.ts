/** What must be true of the packed extension: that everything staged went in, and that it is small. */
import { findStagedTaskFolders } from './check-extension.ts';
import { kindOf } from './layout.ts';
import type { Problem } from './problem.ts';
import type { Files } from './stage.ts';

export const MAX_VSIX_BYTES = 8 * 1024 * 1024;

/**
 * Problems of a VSIX.
 * @param vsix the package's entries by part name
 * @param bytes size of the whole file
 * @param staged what was packed
 */
export function checkVsix(vsix: Files, bytes: number, staged: Files): Problem[] {
  const problems: Problem[] = [];
  const report = (file: string, message: string, fix: string) => problems.push({ file, message, fix });
  if (bytes > MAX_VSIX_BYTES) {
    report('*.vsix', `has ${bytes} bytes, more than ${MAX_VSIX_BYTES}`, 'see the bundle sizes of npm run build');
  }
  for (const [path, content] of staged) {
    if (path === 'vss-extension.json') continue;
    const packed = vsix.get(path);
    if (!packed) report(path, 'is not in the VSIX', 'name it, or a folder above it, in files of vss-extension.json');
    else if (!Buffer.from(packed).equals(Buffer.from(content)))
      report(path, 'changed while it was packed', 'pack again');
  }
  for (const name of ['extension.vsixmanifest', 'extension.vsomanifest', '[Content_Types].xml']) {
    if (!vsix.has(name)) report(name, 'is not in the VSIX', 'check the output of tfx');
  }
  const manifest = vsix.get('extension.vsomanifest');
  if (!manifest) return problems;
  const { contributions = [] } = JSON.parse(Buffer.from(manifest).toString('utf8'));
  const contributed = new Set<string>(contributions.map((contribution: any) => contribution.properties?.name));
  for (const folder of findStagedTaskFolders(vsix)) {
    const slug = folder.split('/').slice(0, 2).join('/');
    if (!contributed.has(slug)) report('extension.vsomanifest', `does not contribute ${slug}`, 'pack again');
    for (const name of requiredFiles(vsix.get(`${folder}/task.json`))) {
      if (!vsix.has(`${folder}/${name}`)) report(`${folder}/${name}`, 'is not in the VSIX', 'npm run build');
    }
  }
  return problems;
}

/** What a task's folder must hold; Azure DevOps carries out server tasks and gates, so they have no code. */
function requiredFiles(task: Uint8Array | undefined): string[] {
  const isServer = task !== undefined && kindOf(JSON.parse(Buffer.from(task).toString('utf8'))) !== 'agent';
  return ['task.json', 'icon.png', ...(isServer ? [] : ['index.js'])];
}
