/** What must be true of vss-extension.json and of the marketplace page. */
import { checkContributions, TAB } from './check-contributions.ts';
import type { StagedTask } from './check-task.ts';
import { checkIcon, type Problem, type Report, readJson } from './problem.ts';
import type { Files } from './stage.ts';

const MANIFEST = 'vss-extension.json';

/** Problems of the manifest: identity, files it names, contributions against the task folders, the page's images. */
export function checkManifest(files: Files, tasks: StagedTask[]): Problem[] {
  const problems: Problem[] = [];
  const manifest = readJson(files, MANIFEST, problems);
  if (!manifest) return problems;
  const report: Report = (message, fix) => problems.push({ file: MANIFEST, message, fix });
  checkIdentity(manifest, report);
  checkFiles(manifest, files, report);
  checkContributions(manifest, tasks, files, report);
  problems.push(...checkIcon(files, manifest.icons?.default ?? 'images/icon.png', 128));
  const page = files.get(manifest.content?.details?.path);
  if (page) problems.push(...checkPage(manifest.content.details.path, Buffer.from(page).toString('utf8'), files));
  return problems;
}

function checkIdentity(manifest: any, report: Report): void {
  if (manifest.manifestVersion !== 1) report('manifestVersion is not 1', 'set it to 1');
  for (const field of ['id', 'publisher']) {
    if (!/^[A-Za-z0-9_-]+$/.test(manifest[field] ?? '')) {
      report(`${field} '${manifest[field]}' is not allowed`, 'use letters, digits, - and _');
    }
  }
  if (!/^\d+\.\d+\.\d+$/.test(manifest.version ?? '')) {
    report(`version '${manifest.version}' is not well formed`, 'use three numbers: 1.2.3');
  }
  if (!manifest.name) report('name is missing', 'name the extension');
  const description = manifest.description ?? '';
  if (description.length < 1 || description.length > 200) {
    report(`description has ${description.length} characters`, 'use 1 to 200');
  }
  if (!manifest.targets?.some((target: any) => target.id === 'Microsoft.VisualStudio.Services')) {
    report('targets does not have Microsoft.VisualStudio.Services', 'add it: it means Azure DevOps, hosted and Server');
  }
  if (!manifest.categories?.includes('Azure Pipelines')) report("categories does not have 'Azure Pipelines'", 'add it');
  // A tab reads the run with the rights of the person who looks at it; tasks use the token of the job.
  const allowed = manifest.contributions?.some(({ type }: any) => type === TAB) ? ['vso.build'] : [];
  const scopes = (manifest.scopes ?? []).filter((scope: string) => !allowed.includes(scope));
  if (scopes.length > 0) report(`asks for the scopes ${scopes.join(', ')}`, 'remove what tasks and tab do not need');
  for (const [name, link] of Object.entries<any>(manifest.links ?? {})) {
    if (!/^https:\/\/\S+$/.test(link?.uri ?? '')) report(`links.${name} is not an https address`, 'correct its uri');
  }
}

function checkFiles(manifest: any, files: Files, report: Report): void {
  const paths = [...files.keys()];
  const named: [string, string | undefined][] = [
    ['icons.default', manifest.icons?.default],
    ['content.details', manifest.content?.details?.path],
    ['content.license', manifest.content?.license?.path],
    ...(manifest.files ?? []).map((entry: any) => ['files', entry.path] as [string, string]),
  ];
  for (const [field, path] of named) {
    if (!path) report(`${field} is missing`, 'name a file');
    else if (!paths.some((known) => known === path || known.startsWith(`${path}/`))) {
      report(`${field} names '${path}', which does not exist`, 'add the file or correct the path');
    }
  }
}

/** The marketplace shows only packaged or https images and no SVG; relative links lead nowhere there. */
function checkPage(file: string, text: string, files: Files): Problem[] {
  const problems: Problem[] = [];
  for (const [, image, target] of text.matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)[^)]*\)/g)) {
    if (target!.startsWith('https://') || target!.startsWith('#')) continue;
    const report = (message: string, fix: string) => problems.push({ file, message, fix });
    if (!image) report(`links to '${target}'`, 'use an https address: the page is shown outside of the repository');
    else if (!files.has(target!))
      report(`shows '${target}', which does not exist`, 'add the image or correct the path');
    else if (!target!.endsWith('.png')) report(`shows '${target}'`, 'use a PNG: the marketplace takes no SVG');
  }
  return problems;
}
