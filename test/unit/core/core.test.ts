import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatBytes, formatDuration, isoDuration } from '../../../lib/core/duration.ts';
import { formatProblem } from '../../../lib/core/errors.ts';
import { markdownTable, textTable } from '../../../lib/core/table.ts';
import { didYouMean, editDistance, nearest, oneOf } from '../../../lib/core/words.ts';

describe('durations', () => {
  it('are told in the two largest units', () => {
    const cases: [number, string][] = [
      [0, '0 s'],
      [400, '0.4 s'],
      [9_000, '9 s'],
      [61_000, '1 min 1 s'],
      [3_600_000, '1 h'],
      [3_661_000, '1 h 1 min'],
      [90_061_000, '1 d 1 h'],
    ];
    for (const [milliseconds, text] of cases) assert.equal(formatDuration(milliseconds), text);
  });

  it('are ISO-8601 as Python spells them', () => {
    const cases: [number, string][] = [
      [0, 'P0D'],
      [30, 'PT30S'],
      [900, 'PT15M'],
      [3600, 'PT1H'],
      [7200, 'PT2H'],
      [86_400, 'P1D'],
      [90_061, 'P1DT1H1M1S'],
    ];
    for (const [seconds, text] of cases) assert.equal(isoDuration(seconds), text);
  });

  it('sizes are told in decimal units', () => {
    assert.equal(formatBytes(999), '999 bytes');
    assert.equal(formatBytes(1500), '1.5 KB');
    assert.equal(formatBytes(2_000_000), '2 MB');
  });
});

describe('nearest match', () => {
  it('finds the word that was meant', () => {
    assert.equal(nearest('imputs', ['inputs', 'outputs']), 'inputs');
    assert.equal(nearest('acuracy', ['accuracy', 'auc']), 'accuracy');
    assert.equal(nearest('colour', ['inputs', 'outputs']), undefined);
    assert.equal(didYouMean('comand', ['command']), " Did you mean 'command'?");
  });

  it('is a distance: none to itself, the same both ways', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        assert.equal(editDistance(a, a), 0);
        assert.equal(editDistance(a, b), editDistance(b, a));
      }),
    );
  });

  it('lists what is allowed', () => {
    assert.equal(oneOf([]), 'none');
    assert.equal(oneOf(['a']), "'a'");
    assert.equal(oneOf(['a', 'b', 'c']), "'a', 'b' or 'c'");
    assert.match(oneOf(Array.from({ length: 20 }, (_, i) => String(i))), /and 8 more$/);
  });
});

describe('tables', () => {
  it('are aligned in logs', () => {
    const lines = textTable({
      columns: ['Step', 'Time'],
      rows: [
        ['prepare', '1 s'],
        ['t', '12 s'],
      ],
      right: [1],
    });
    assert.deepEqual(lines, ['Step     Time', '-------  ----', 'prepare   1 s', 't        12 s']);
  });

  it('stay tables in Markdown whatever the cells hold', () => {
    const [, , row] = markdownTable({ columns: ['A'], rows: [['a|b\n<script>[x](y)']] });
    assert.equal(row, '| a\\|b &lt;script&gt;\\[x\\](y) |');
  });
});

describe('problems', () => {
  it('lead to their place', () => {
    const place = { file: 'jobs/train.yml', line: 3, column: 5 };
    assert.equal(formatProblem({ message: 'wrong', place }), 'jobs/train.yml:3:5: wrong');
    assert.equal(formatProblem({ message: 'wrong' }), 'wrong');
  });
});
