import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fixedTexts, literals } from './message-templates.ts';
import { MISTAKES, messagesOf, readMistake, writeMistake } from './mistakes.ts';

const names = readdirSync(MISTAKES)
  .filter((name) => name.endsWith('.yml'))
  .sort();

describe('messages about files', () => {
  for (const name of names)
    it(name.replace(/\.yml$/, '').replaceAll('-', ' '), () => {
      const { yaml, messages } = readMistake(name);
      const found = messagesOf(name, yaml);
      if (process.env.UPDATE_GOLDEN) writeMistake(name, yaml, found);
      else assert.equal(found, messages);
      assert.notEqual(found, '', 'a file of this folder has something to say');
    });

  it('every sentence of the compiler is among them', () => {
    const shown = names.map((name) => readMistake(name).messages).join('\n');
    const lib = resolve(import.meta.dirname, '../../../lib');
    const missing = ['compiler', 'snapshot']
      .flatMap((folder) => fixedTexts(`${lib}/${folder}`))
      .filter(({ file }) => !OF_DOWNLOADS.includes(file))
      .filter(({ text }) => !shown.includes(text) && !ELSEWHERE.includes(text))
      .map(({ file, text }) => `${file}: ${text}`);
    assert.deepEqual(missing, []);
  });
});

/** What lib/snapshot says about files that come from storage. */
const OF_DOWNLOADS = ['copy.ts', 'download.ts', 'local-names.ts', 'model-folder.ts'];

/** What is not read in a message about a file. */
const ELSEWHERE: readonly string[] = [
  // Names of kinds, and of components of Microsoft's registry.
  'Kubernetes online deployment',
  'managed online deployment',
  'online deployment',
  'batch deployment',
  'online endpoint',
  'batch endpoint',
  'job schedule',
  'import_data database',
  'import_data file_system',
  'export_data database',
  // Who runs tests as root can read every file.
  "', which can't be read:",
  // Folders without files are reported by the field that names them; see snapshot.test.ts and upload.test.ts for the others.
  "' is empty, or its ignore file excludes everything in it.",
  'Add files to it, change its .amlignore or .gitignore, or remove the reference to it.',
  "' has more than",
  'files and folders, or more than',
  'folders behind symbolic links.',
  'Exclude what the job does not need in',
  "' changed during the upload.",
  'Run the job again while nothing writes to the file.',
];

describe('finding sentences in the sources', () => {
  it('takes strings and templates apart, and overlooks comments and patterns', () => {
    const code =
      'a = "it\'s \\"one\\""; /* "no" */ b = `two ${c ? "three" : `four ${d}`} five`; e = /["`]/.test(f) // "no"\n;';
    assert.deepEqual(literals(code).sort(), ['', ' five', 'four ', 'it\'s "one"', 'three', 'two ']);
  });
});
