/**
 * `npm run build`: bundles every task into one CommonJS file and stages everything that the extension ships in
 * build/extension. Only files that changed are written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildResult, build as esbuild, type Metafile, type Plugin } from 'esbuild';
import { extensionVersion, findTasks, kindOf, ROOT, readTask, STAGE, type TaskFolder } from './layout.ts';
import { isReplacement, leavingOut } from './left-out.ts';
import { bundleMessages } from './messages.ts';
import { thirdPartyNotices } from './notices.ts';
import { resourceStrings } from './resjson.ts';
import { type Files, listFiles, syncFolder } from './stage.ts';

export interface Bundle {
  task: TaskFolder;
  /** Path below build/extension. */
  path: string;
  bytes: number;
  gzipBytes: number;
}

/** Brings build/extension up to date and returns the tasks' bundles. Throws when a task misses a file or does not compile. */
export async function build(): Promise<Bundle[]> {
  const tasks = findTasks();
  const missing = missingFiles(tasks);
  if (missing.length > 0) throw new Error(`Nothing was built, files are missing:\n  ${missing.join('\n  ')}`);

  // Server tasks and gates are carried out by Azure DevOps: they have no code.
  const withCode = tasks.filter((task) => kindOf(readTask(task.folder)) === 'agent');
  const { outputFiles, metafile } = await bundle(
    withCode.map((task) => `${taskPath(task)}/index.ts`),
    [leavingOut, devOpsApart],
  );
  const files: Files = new Map();
  for (const file of outputFiles) files.set(relative(STAGE, file.path).split(sep).join('/'), file.contents);
  const devops = await bundle([DEVOPS_CLIENTS], []);
  for (const task of withCode)
    if (usesDevOps(files.get(`${taskPath(task)}/index.js`)!))
      files.set(`${taskPath(task)}/${DEVOPS_FILE}`, devops.outputFiles[0]!.contents);
  for (const task of tasks) {
    const messages = withCode.includes(task) ? await taskMessages(task, metafile) : undefined;
    for (const [name, content] of taskFiles(task, messages)) files.set(`${taskPath(task)}/${name}`, content);
  }
  for (const name of ['overview.md', 'LICENSE', 'CHANGELOG.md']) addFile(files, name);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'vss-extension.json'), 'utf8')) as Record<string, unknown>;
  files.set('vss-extension.json', json({ ...manifest, version: extensionVersion() }));
  for (const name of listFiles(join(ROOT, 'images'))) if (name.endsWith('.png')) addFile(files, `images/${name}`);
  const bundled = [metafile, devops.metafile]
    .flatMap(({ inputs }) => Object.keys(inputs))
    .filter((input) => !isReplacement(input));
  files.set('THIRD-PARTY-NOTICES.txt', Buffer.from(thirdPartyNotices(bundled, ROOT)));
  syncFolder(STAGE, files);
  // The bundles are CommonJS; without this, Node would read them as this package's ES modules when run from here.
  writeFileSync(join(STAGE, '../package.json'), '{ "type": "commonjs" }\n');

  return withCode.map((task) => {
    const path = `${taskPath(task)}/index.js`;
    const content = files.get(path)!;
    return { task, path, bytes: content.length, gzipBytes: gzipSync(content).length };
  });
}

/** What the build needs of the tasks and does not find, as paths from the root. */
export function missingFiles(tasks: readonly TaskFolder[]): string[] {
  if (tasks.length === 0) return ['tasks/<name>/v1/task.json'];
  return tasks.flatMap((task) => {
    const has = (name: string): boolean => existsSync(join(task.folder, name));
    const code = has('task.json') && kindOf(readTask(task.folder)) !== 'agent' ? [] : ['index.ts'];
    return ['task.json', 'icon.png', ...code].filter((name) => !has(name)).map((name) => `${taskPath(task)}/${name}`);
  });
}

function taskPath(task: TaskFolder): string {
  return `tasks/${task.slug}/${task.major}`;
}

/** @param entryPoints paths from the root */
async function bundle(
  entryPoints: string[],
  plugins: Plugin[],
): Promise<BuildResult<{ write: false; metafile: true; entryPoints: string[] }>> {
  return esbuild({
    absWorkingDir: ROOT,
    entryPoints,
    outbase: ROOT,
    outdir: STAGE,
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: 'node',
    // Azure's packages come in two flavours; taking the ES modules throughout keeps both from being bundled.
    mainFields: ['module', 'main'],
    plugins,
    format: 'cjs',
    // The agent runs a Node24 handler on Node 20 unless a feature flag is set.
    target: 'node20',
    legalComments: 'none',
    // A CommonJS bundle has no value for import.meta.url, which some of Azure's packages use.
    define: { 'import.meta.url': '__importMetaUrl', EXTENSION_VERSION: JSON.stringify(extensionVersion()) },
    banner: { js: 'const __importMetaUrl=require("url").pathToFileURL(__filename).href;' },
    logLevel: 'warning',
  });
}

/** The clients of Azure DevOps, and the file that they are in a task that may load them. */
const DEVOPS_CLIENTS = 'lib/devops/clients.ts';
const DEVOPS_FILE = 'devops.js';

/** Leaves the clients out of the bundle of a task, which Node reads at every start, and loads them from beside it. */
const devOpsApart: Plugin = {
  name: 'devops-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/clients\.ts$/ }, ({ kind, resolveDir }) =>
      kind === 'dynamic-import' && resolveDir === join(ROOT, 'lib/devops')
        ? { path: `./${DEVOPS_FILE}`, external: true }
        : undefined,
    );
  },
};

function usesDevOps(code: Uint8Array): boolean {
  return Buffer.from(code).includes(`"./${DEVOPS_FILE}"`);
}

function addFile(files: Files, path: string): void {
  files.set(path, readFileSync(join(ROOT, path)));
}

async function taskMessages(task: TaskFolder, { outputs }: Metafile): Promise<Record<string, string>> {
  const output = Object.entries(outputs).find(([name]) => name.endsWith(`${taskPath(task)}/index.js`));
  return bundleMessages(Object.keys(output?.[1].inputs ?? {}));
}

/**
 * What a task ships besides its code: task.json with the messages that it says, its icon, and the file that translations
 * are made from. @param messages undefined for a task without code
 */
export function taskFiles(task: TaskFolder, messages: Record<string, string> | undefined): Files {
  const manifest = { ...readTask(task.folder), ...(messages ? { messages } : {}) };
  return new Map([
    ['task.json', json(manifest)],
    ['icon.png', readFileSync(join(task.folder, 'icon.png'))],
    ['Strings/resources.resjson/en-US/resources.resjson', json(resourceStrings(manifest))],
  ]);
}

function json(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** The bundles' sizes as lines of text. */
export function sizeTable(bundles: Bundle[]): string {
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(0)} KB`.padStart(9);
  const rows = bundles.map((b) => `${b.task.slug.padEnd(20)}${b.task.major.padEnd(6)}${kb(b.bytes)}${kb(b.gzipBytes)}`);
  return [`${'task'.padEnd(20)}${'major'.padEnd(6)}${'bundle'.padStart(9)}${'gzipped'.padStart(9)}`, ...rows].join(
    '\n',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const start = Date.now();
  try {
    const bundles = await build();
    console.log(sizeTable(bundles));
    console.log(`Staged in ${relative(process.cwd(), STAGE)} (${((Date.now() - start) / 1000).toFixed(1)} s).`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
