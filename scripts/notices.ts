/** Names the packages inside the bundles together with their licences, as those licences ask for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface BundledPackage {
  name: string;
  version: string;
  licence: string;
  text: string;
}

/**
 * THIRD-PARTY-NOTICES.txt for the bundled files (paths relative to the root, as esbuild's metafile lists them).
 * Throws when a package declares no licence.
 */
export function thirdPartyNotices(bundledFiles: string[], root: string): string {
  const folders = new Set(bundledFiles.map(packageFolder).filter((folder) => folder !== undefined));
  const byVersion = new Map(
    [...folders].map((folder) => readPackage(join(root, folder))).map((p) => [`${p.name} ${p.version}`, p]),
  );
  const packages = [...byVersion.values()].sort(
    (a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version),
  );
  const list = packages.map((p) => `${p.name} ${p.version} (${p.licence})`).join('\n');
  const texts = packages.map((p) => `${'-'.repeat(80)}\n${p.name} ${p.version}\n\n${p.text.trim()}\n`).join('\n');
  return `Model Bridge bundles the following packages.\n\n${list}\n\n${texts}`;
}

/** `node_modules/@azure/identity/dist/x.js` -> `node_modules/@azure/identity`; nested packages keep their own folder. */
export function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string | { type: string };
  };
  const licence = typeof license === 'object' ? license.type : license;
  if (!licence) throw new Error(`${name} ${version} declares no licence: it must not be bundled.`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  const text =
    file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : `License: ${licence}`;
  return { name, version, licence, text };
}
