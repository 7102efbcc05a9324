import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { ROOT } from '../../scripts/layout.ts';

const FOLDERS = ['lib', 'tasks', 'sandbox', 'scripts'];

type Graph = Map<string, string[]>;

/** TypeScript files and what each imports of the others, types included. */
function importsOf(folders: string[]): Graph {
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file)),
  );
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const specifiers = readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g);
      const targets = [...specifiers].map(([, name]) => posix.normalize(posix.join(posix.dirname(file), name!)));
      return [file, [...new Set(targets)].filter((target) => known.has(target))];
    }),
  );
}

/** Groups of files that reach each other (Tarjan's strongly connected components), each group sorted. */
function circles(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    lowest.set(file, index.get(file)!);
    path.push(file);
    for (const target of graph.get(file)!) {
      if (!index.has(target)) visit(target);
      if (path.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== index.get(file)) return;
    const group = path.splice(path.indexOf(file));
    if (group.length > 1 || graph.get(file)!.includes(file)) found.push(group.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

describe('imports make no circles', () => {
  it('finds a circle where there is one', () => {
    const graph: Graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
      ['e', ['e', 'a']],
    ]);
    assert.deepEqual(circles(graph), [['a', 'b', 'c'], ['e']]);
  });

  it(`in ${FOLDERS.join(', ')}`, () => {
    const graph = importsOf(FOLDERS);
    assert.ok(graph.size > 200, 'there are files to check');
    assert.deepEqual(circles(graph), []);
  });
});
