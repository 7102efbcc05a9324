import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../../scripts/layout.ts';

/** What to say instead. */
const AVOID: [words: RegExp, instead: string][] = [
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\b(?:is|are|was|were|be) told\b/i, 'is reported'],
  [/\btells (?:a|the|it|you|that)\b/i, 'says, reports'],
  // "There is no X" is plain.
  [/(?<!\b(?:there|which|what|who) )\b(?:is|are) no (?!longer\b|more\b)(?=\w)/i, 'is not a'],
  [/\black(?:s|ed|ing)?\b/i, 'is missing, does not have'],
  [/\b(?:stands?|stood|standing) (?:in\b|for\b|here\b|there\b|twice\b|beside\b)/i, 'is, appears'],
  [/\b(?:two|failed|next|every|these|first) looks?\b|\blooks? at (?:it|the|a)\b(?! (?:log|page))/i, 'check, poll'],
  [/\bmistakes?\b/i, 'problem, error'],
  [/\b(?:one|each|a|condition|pair|rule|value) a line\b/i, 'one per line'],
  [/\b(?:at once|all the same)\b/i, 'together, immediately'],
  [/\bwent on doing\b|\bgo(?:es)? on\b|\bgoing on\b/i, 'continues, keeps'],
  [/\bcould not be asked\b|\b(?:is|are) asked\b/i, 'did not answer, is requested'],
  [/\bthere already\b/i, 'exists already'],
  [/\b(?:is|are) not there\b/i, 'does not exist'],
  [/\bcan(?:'|’|no)?t be used twice\b/i, 'must be unique'],
  [/\bwithout a word\b/i, 'silently, without a message'],
  [/\bruns? its job as it is\b|\bwhen its job has completed\b/i, 'say what has to be the case'],
];

/** What is allowed in pages: names of files and folders, and code. */
const NAMES = /\bfixtures\/mistakes\b|\bcompile-mistakes\b|`[^`\n]*`/g;

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .sort();
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The text without comments: what is left of them are empty lines. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Code says sentences in strings alone; the words are not in names of variables. */
function sentences(file: string): string {
  if (file.endsWith('.ts')) return withoutComments(read(file));
  // Code blocks show what programs print and what people write.
  return read(file).replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''));
}

function findings(file: string): string[] {
  return sentences(file)
    .split('\n')
    .flatMap((line, index) => {
      const text = file.endsWith('.md') ? line.replace(NAMES, '') : line;
      return AVOID.flatMap(([words, instead]) => {
        const found = words.exec(text);
        return found ? [`${file}:${index + 1}: '${found[0]}', say: ${instead}`] : [];
      });
    });
}

describe('plain words', () => {
  const pages = ['README.md', 'overview.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

  it('are in the messages, help texts and checks', () => {
    const files = [
      ...filesBelow('lib', /\.ts$/),
      ...filesBelow('tasks', /\.(?:ts|json)$/),
      ...filesBelow('scripts', /\.ts$/),
      'vss-extension.json',
    ];
    assert.ok(files.length > 200);
    assert.deepEqual(files.flatMap(findings), []);
  });

  it('are in the pages', () => {
    const files = [
      ...pages,
      ...filesBelow('docs', /\.md$/),
      ...filesBelow('lib', /\.md$/),
      ...filesBelow('examples', /\.md$/),
    ];
    assert.ok(files.length > 25);
    assert.deepEqual(files.flatMap(findings), []);
  });

  it('are told from others', () => {
    const all = [
      'It is no pipeline.',
      'Mend them.',
      'write one a line',
      'Seconds between two looks',
      'the rest is told',
    ];
    assert.deepEqual(
      all.filter((text) => !AVOID.some(([words]) => words.test(text))),
      [],
    );
    const plain = [
      'There is no job.',
      'It is no longer used.',
      'amended',
      'It looks like data.',
      'the outlook',
      'black',
    ];
    assert.deepEqual(
      plain.filter((text) => AVOID.some(([words]) => words.test(text))),
      [],
    );
  });
});
