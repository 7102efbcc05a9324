import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { errorTexts } from '../../scripts/error-texts.ts';
import { findTasks, ROOT, readTask } from '../../scripts/layout.ts';

const REPOSITORY = 'https://github.com/model-bridge/model-bridge';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

const PAGES = [
  'README.md',
  'overview.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'examples/app-with-model/README.md',
  'examples/breast-cancer/README.md',
  'sandbox/README.md',
  ...filesBelow('docs', '.md'),
];

/** The text without code, in which brackets are no links and `#` begins no heading. */
function prose(text: string): string {
  return text
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1\s*$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()<>]/g, ''));
}

/** Anchors that GitHub gives a page: its headings, and `<a id>`. */
function anchorsOf(path: string): Set<string> {
  const text = prose(read(path));
  const headings = [...text.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, title]) =>
    title!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!)]);
}

/** Links of a page that lead into this repository, as path and anchor. */
function ownLinks(page: string): { link: string; path: string; anchor: string }[] {
  const links = [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.flatMap((link) => {
    const own = link.startsWith(`${REPOSITORY}/blob/main/`) || link.startsWith(`${REPOSITORY}/tree/main/`);
    if (/^[a-z]+:/.test(link) && !own) return [];
    const [target = '', anchor = ''] = link.split('#');
    if (own) return [{ link, path: target.replace(/^.*?\/(?:blob|tree)\/main\//, ''), anchor }];
    return [{ link, path: target === '' ? page : normalize(join(dirname(page), target)), anchor }];
  });
}

interface Snippet {
  page: string;
  text: string;
}

function yamlSnippets(): Snippet[] {
  return PAGES.flatMap((page) =>
    [...read(page).matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, text]) => ({ page, text: text! })),
  );
}

/** Every mapping in a value that has a `task`. */
function tasksIn(value: unknown): { task: string; inputs?: Record<string, unknown> }[] {
  if (Array.isArray(value)) return value.flatMap(tasksIn);
  if (value === null || typeof value !== 'object') return [];
  const own = typeof (value as { task?: unknown }).task === 'string' ? [value as { task: string }] : [];
  return [...own, ...Object.values(value).flatMap(tasksIn)];
}

describe('the documentation', () => {
  it('has links that lead somewhere', () => {
    const wrong = PAGES.flatMap((page) =>
      ownLinks(page).flatMap(({ link, path, anchor }) => {
        if (!existsSync(join(ROOT, path))) return [`${page}: ${link} leads to no file`];
        if (anchor && !anchorsOf(path).has(anchor)) return [`${page}: ${link} leads to no heading`];
        return [];
      }),
    );
    assert.deepEqual(wrong, []);
    assert.ok(PAGES.flatMap(ownLinks).length > 100);
  });

  it('can be reached from the README', () => {
    const linked = new Set(ownLinks('README.md').map(({ path }) => path));
    assert.deepEqual(
      filesBelow('docs', '.md').filter((page) => !linked.has(page)),
      [],
    );
  });

  it('has every page that an error or a task names', async () => {
    const named = [...read('lib/pipelines/pages.ts').matchAll(/^ {2}(\w+): '([\w/-]+)',$/gm)];
    assert.ok(named.length > 10);
    const codes = (await errorTexts()).map(({ code }) => code);
    assert.deepEqual(
      named.map(([, code]) => code).filter((code) => !codes.includes(code!)),
      [],
      'codes that no error has',
    );
    const linked = filesBelow('lib/pipelines', '.ts').flatMap((file) =>
      [...read(file).matchAll(/\$\{DOCS\}\/([\w/-]+)\.md/g)].map(([, page]) => page!),
    );
    const tasks = findTasks().map(({ slug }) => `tasks/${slug}`);
    const pages = [...named.map(([, , page]) => page!), ...linked, ...tasks];
    assert.deepEqual(
      [...new Set(pages)].filter((page) => !existsSync(join(ROOT, 'docs', `${page}.md`))),
      [],
    );
  });

  it('uses in its YAML only what the tasks take', () => {
    const manifests = new Map(findTasks().map(({ folder }) => [readTask(folder).name, readTask(folder)]));
    const wrong: string[] = [];
    let found = 0;
    for (const { page, text } of yamlSnippets()) {
      const document = parseDocument(text);
      for (const error of document.errors) wrong.push(`${page}: ${error.message}`);
      for (const { task, inputs = {} } of tasksIn(document.toJS())) {
        const [name = '', major] = task.split('@');
        if (!name.startsWith('AzureML')) continue; // an in-box task
        found++;
        const manifest = manifests.get(name);
        if (!manifest || String(manifest.version.Major) !== major) {
          wrong.push(`${page}: there is no task ${task}`);
          continue;
        }
        const names = manifest.inputs.map((input) => [input.name, ...(input.aliases ?? [])]);
        for (const key of Object.keys(inputs))
          if (!names.flat().some((known) => known.toLowerCase() === key.toLowerCase()))
            wrong.push(`${page}: ${task} has no input ${key}`);
        for (const [index, input] of manifest.inputs.entries())
          if (input.required && input.defaultValue === undefined && !names[index]!.some((known) => known in inputs))
            wrong.push(`${page}: ${task} lacks the input ${input.name}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(found >= 10);
  });
});
