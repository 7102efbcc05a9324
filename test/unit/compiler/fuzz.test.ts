import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { compileFile } from '../../../lib/compiler/compile-file.ts';
import { jsonOf, parseYaml } from '../../../lib/compiler/yaml/yaml.ts';
import { formatProblem, UserError } from '../../../lib/core/errors.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { writeFiles } from '../../../sandbox/test/files.ts';
import { WS } from './compile-folder.ts';
import { changeText, changeTree, textChange, treeChange } from './fuzz-changes.ts';
import { corpusFiles, FILES } from './fuzz-files.ts';

/** More runs than usual, to look for what the usual ones have not found: `FUZZ=20`. */
const runs = (usual: number): number => usual * Number(process.env.FUZZ ?? 1);

const planOf = (file: string, shownFrom: string): Plan =>
  compileFile({ file, shownFrom, workspace: WS, location: 'x', jobName: 'j', allowUnknownFields: false });

/** Compiles the file; whatever is thrown but a `UserError` is a bug, and so is a message that shows our own insides. */
function compile(file: string, shownFrom: string): 'compiled' | 'refused' {
  try {
    const plan = planOf(file, shownFrom);
    // Twice the same file is twice the same bytes.
    assert.equal(JSON.stringify(planOf(file, shownFrom)), JSON.stringify(plan));
    return 'compiled';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const line of [error.message, ...error.problems.map(formatProblem)])
      assert.doesNotMatch(line, /\[object |\bundefined\b|\bNaN:/, line);
    return 'refused';
  }
}

describe('odd files', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fuzz-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (files: Record<string, string>): void => {
    writeFiles(root, files);
  };
  const refused = (text: string): void => {
    write({ 'file.yml': text });
    assert.equal(compile(join(root, 'file.yml'), root), 'refused');
  };

  it('the files that are changed are in order before', () => {
    for (const files of FILES) {
      write(files);
      assert.equal(compile(join(root, 'file.yml'), root), 'compiled', files['file.yml']);
    }
  });

  it('changed text is compiled or refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FILES), fc.array(textChange, { minLength: 1, maxLength: 4 }), (files, changes) => {
        const names = Object.keys(files).filter((name) => name.endsWith('.yml'));
        write(files);
        for (const [i, change] of changes.entries()) {
          const name = names[i % names.length]!;
          write({ [name]: changeText(fs.readFileSync(join(root, name), 'utf8'), change) });
        }
        compile(join(root, 'file.yml'), root);
      }),
      { numRuns: runs(400) },
    );
  });

  it('changed documents are compiled or refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FILES), fc.array(treeChange, { minLength: 1, maxLength: 3 }), (files, changes) => {
        const document = jsonOf(parseYaml(files['file.yml']!, 'file.yml'));
        write({ ...files, 'file.yml': stringify(changeTree(document, changes)) });
        compile(join(root, 'file.yml'), root);
      }),
      { numRuns: runs(400) },
    );
  });

  it('no file at all is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        fs.writeFileSync(join(root, 'file.yml'), bytes);
        compile(join(root, 'file.yml'), root);
      }),
      { numRuns: runs(200) },
    );
  });

  describe('take bounded time and memory:', () => {
    const cases: Record<string, () => string> = {
      'aliases of aliases': () =>
        `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`).join('\n')}`,
      'merges of merges': () =>
        `a: &a {x: 1}\n${[...'bcdefghijklmnop'].map((c, i) => `${c}: &${c} {<<: [${Array(9).fill(`*${'abcdefghijklmno'[i]}`).join(',')}], y${c}: 1}`).join('\n')}`,
      'an alias in its own anchor': () => 'command: &a [*a]',
      'many aliases of one anchor': () => `a: &a 1\nb: [${Array(100_000).fill('*a').join(',')}]`,
      'deep brackets': () => `command: ${'['.repeat(100_000)}`,
      'deep blocks': () => Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'deep lists': () => '- '.repeat(100_000),
      'many keys': () => Array.from({ length: 300_000 }, (_, i) => `k${i}: 1`).join('\n'),
      'many commas': () => `a: [${','.repeat(2_000_000)}]`,
      'many quotes': () => '"'.repeat(2_000_001),
      'one key a million times': () => 'a: 1\n'.repeat(1_000_000),
      '50 MB of text': () => 'a'.repeat(50_000_000),
      '50 MB of lines': () => 'a: 1\n'.repeat(10_000_000),
    };
    for (const [name, text] of Object.entries(cases))
      it(name, () => {
        const before = process.memoryUsage().rss;
        refused(text());
        const grown = process.memoryUsage().rss - before;
        assert.ok(grown < 800_000_000, `${Math.round(grown / 1e6)} MB`);
      });

    it('binary files, folders, devices', () => {
      fs.writeFileSync(join(root, 'file.yml'), Buffer.from([0x63, 0x3a, 0x20, 0, 1, 2]));
      assert.equal(compile(join(root, 'file.yml'), root), 'refused');
      fs.writeFileSync(join(root, 'file.yml'), Buffer.from('command: caf\xe9\nenvironment: azureml:e:1\n', 'latin1'));
      assert.equal(compile(join(root, 'file.yml'), root), 'refused');
      assert.equal(compile(root, root), 'refused');
      assert.equal(compile('/dev/zero', root), 'refused');
      refused('name: d\ntype: uri_file\npath: /dev/zero\n');
      refused('name: d\ntype: uri_folder\npath: /\n');
    });

    it('files that include each other', () => {
      write({
        'file.yml': 'type: pipeline\njobs: {a: {type: pipeline, component: ./b.yml}}\n',
        'b.yml':
          '$schema: x/pipelineComponent.schema.json\ntype: pipeline\njobs: {a: {type: pipeline, component: ./c.yml}}\n',
        'c.yml':
          '$schema: x/pipelineComponent.schema.json\ntype: pipeline\njobs: {a: {type: pipeline, component: ./b.yml}}\n',
      });
      assert.equal(compile(join(root, 'file.yml'), root), 'refused');
    });

    /**
     * Twice as much may take at most about three times as long: time of the processor, which other processes don't take,
     * of the shortest of some runs in turn.
     */
    const growsEvenly = (small: number, make: (count: number) => string): void => {
      write({ 'small.yml': make(small), 'file.yml': make(2 * small) });
      const timeOf = (name: string): number => {
        const before = process.cpuUsage();
        try {
          planOf(join(root, name), root);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      const times = Array.from({ length: 5 }, () => [timeOf('small.yml'), timeOf('file.yml')] as const);
      const shortest = (which: 0 | 1): number => Math.min(...times.map((pair) => pair[which]));
      const ratio = shortest(1) / shortest(0);
      assert.ok(ratio < 3.5, `twice as much takes ${ratio.toFixed(1)} times as long`);
    };

    for (const component of ['azureml:c:1', './c.yml'])
      it(`many steps in a row, of ${component}`, () => {
        write({
          'c.yml':
            'command: x\nenvironment: azureml:e:1\ninputs: {a: {type: uri_folder, optional: true}}\noutputs: {o: {type: uri_folder}}\n',
        });
        growsEvenly(400, (count) => {
          const row = Array.from({ length: count }, (_, i) =>
            i < count - 1
              ? `  s${i}:\n    component: ${component}\n    inputs: {a: "\${{parent.jobs.s${i + 1}.outputs.o}}"}\n`
              : `  s${i}: {component: ${component}}\n`,
          );
          return `type: pipeline\nsettings: {default_compute: azureml:c}\njobs:\n${row.join('')}`;
        });
        assert.equal(compile(join(root, 'file.yml'), root), 'compiled');
      });

    it('steps that wait for each other', () => {
      const step = (other: number) =>
        `{command: "\${{inputs.x}} \${{outputs.y}}", environment: azureml:e:1, inputs: {x: "\${{parent.jobs.s${other}.outputs.y}}"}, outputs: {y: }}`;
      growsEvenly(250, (count) => {
        const jobs = Array.from({ length: count }, (_, i) => `  s${i}: ${step((i + 1) % count)}`);
        return `type: pipeline\nsettings: {default_compute: azureml:c}\njobs:\n${jobs.join('\n')}\n`;
      });
      assert.equal(compile(join(root, 'file.yml'), root), 'refused');
    });
  });

  describe('reading', () => {
    const watched = ['readFileSync', 'openSync', 'readdirSync'] as const;
    let read: string[];
    const original = Object.fromEntries(watched.map((name) => [name, fs[name]]));
    beforeEach(() => {
      read = [];
      for (const name of watched)
        (fs as unknown as Record<string, unknown>)[name] = (path: string, ...more: unknown[]) => {
          if (typeof path === 'string') read.push(resolve(path));
          return (original[name] as (...given: unknown[]) => unknown)(path, ...more);
        };
      syncBuiltinESMExports();
    });
    afterEach(() => {
      Object.assign(fs, original);
      syncBuiltinESMExports();
    });

    it('stays in the folder of the file, unless the file has a relative path that leads out', () => {
      fc.assert(
        fc.property(fc.constantFrom(...FILES), fc.array(textChange, { maxLength: 3 }), (files, changes) => {
          const text = changes.reduce(changeText, files['file.yml']!);
          fc.pre(!text.includes('..'));
          write({ ...files, 'file.yml': text });
          read = [];
          compile(join(root, 'file.yml'), root);
          assert.ok(read.some((path) => basename(path) === 'file.yml'));
          assert.deepEqual(
            read.filter((path) => path !== root && !path.startsWith(root + sep)),
            [],
          );
        }),
        { numRuns: runs(150) },
      );
    });
  });

  const corpus = corpusFiles(process.env.MODEL_BRIDGE_CORPUS);
  if (corpus)
    it('changed files of the corpus are compiled or refused', function () {
      this.timeout(600_000);
      fc.assert(
        fc.property(
          fc.constantFrom(...corpus.names),
          fc.array(textChange, { minLength: 1, maxLength: 3 }),
          (name, changes) => {
            const text = changes.reduce(changeText, fs.readFileSync(join(corpus.root, name), 'utf8'));
            // The file's own folder may not be written to: a copy of its YAML files stands in for it.
            const folder = join(root, dirname(name));
            rmSync(root, { recursive: true, force: true });
            fs.cpSync(join(corpus.root, dirname(name)), folder, { recursive: true });
            writeFileSync(join(root, name), text);
            compile(join(root, name), root);
          },
        ),
        { numRuns: runs(300) },
      );
    });
});
